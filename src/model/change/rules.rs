use crate::model::{
    ErrorKind, IllegalTransition, Map, Recovery, Session, SessionStatus, Timestamp, nearest,
};

/// The fields that a person must not change: a session's identity, origin, places and times.
pub(super) const FIXED: [&str; 12] = [
    "id",
    "project_id",
    "schema",
    "created_at",
    "updated_at",
    "placements",
    "transcripts",
    "usage",
    "landed",
    "fork",
    "base",
    "existing_branch",
];

/// Whether the status table is enforced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guard {
    /// Changes must follow the table and use its statuses.
    Table,
    /// Any change of status is allowed.
    Off,
}

/// Why a new session, or the change of one, is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RuleError {
    /// The field is maintained by git-ao.
    #[error("'{0}' cannot be changed")]
    Fixed(&'static str),
    /// The title has more than one line.
    #[error("a title must be a single line")]
    LongTitle,
    /// A single-line field contains a control character.
    #[error("'{0}' cannot contain control characters")]
    Control(&'static str),
    /// The cost is negative.
    #[error("'cost.cost_usd' cannot be negative")]
    NegativeCost,
    /// The time of a new session is in the future.
    #[error("'{field}' cannot be in the future ({time})")]
    Future {
        /// The field.
        field: &'static str,
        /// Its value.
        time: Timestamp,
    },
    /// The status is empty, or has a space or a control character.
    #[error("a status must be a single word, not '{0}'")]
    NotAWord(String),
    /// The status is not in the table.
    #[error("unknown status '{0}'")]
    UnknownStatus(String),
    /// The table does not allow the change.
    #[error(transparent)]
    Transition(#[from] IllegalTransition),
}

impl RuleError {
    /// Returns the field, with a dot between levels.
    pub fn field(&self) -> &'static str {
        match self {
            Self::Fixed(field) | Self::Control(field) | Self::Future { field, .. } => field,
            Self::LongTitle => "title",
            Self::NegativeCost => "cost.cost_usd",
            Self::NotAWord(_) | Self::UnknownStatus(_) | Self::Transition(_) => "status",
        }
    }

    /// Returns what to write instead.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Fixed(_) => "keep the stored value: git ao maintains this field",
            Self::LongTitle => "keep the title on one line; the task can have several",
            Self::Control(_) => "leave out control characters, such as newlines",
            Self::NegativeCost => "leave the price empty if it is unknown",
            Self::Future { .. } => "use the time of the store's clock",
            Self::NotAWord(_) => "use letters, digits, '_' and '-'",
            Self::UnknownStatus(_) => "use a status of the table, or turn the guard off",
            Self::Transition(_) => "restore the session first, or turn the guard off",
        }
    }

    /// Returns the kind of the error.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Fixed(_) => ErrorKind::Refused,
            Self::LongTitle
            | Self::Control(_)
            | Self::NegativeCost
            | Self::Future { .. }
            | Self::NotAWord(_)
            | Self::UnknownStatus(_) => ErrorKind::Invalid,
            Self::Transition(error) => error.kind(),
        }
    }

    /// Returns what the caller can do about the error, which follows from its [kind](Self::kind).
    pub fn recovery(&self) -> Recovery {
        self.kind().recovery()
    }
}

/// Checks that a change leaves the fields alone that only git-ao may change.
///
/// # Errors
/// Fails with [`RuleError::Fixed`] for the first such field that differs.
pub fn check_fixed(before: &Map, after: &Map) -> Result<(), RuleError> {
    match FIXED.into_iter().find(|key| before.get(key) != after.get(key)) {
        Some(key) => Err(RuleError::Fixed(key)),
        None => Ok(()),
    }
}

/// Checks a change that a person made to a session. A person may change less than a program: see
/// [`check_fixed`] and [`check_update`].
///
/// # Errors
/// Fails for the first change that the rules do not allow.
pub fn check_change(before: &Session, after: &Session, guard: Guard) -> Result<(), RuleError> {
    check_fixed(&before.to_record(), &after.to_record())?;
    check_update(before, after, guard)
}

/// Checks a change of a session. Only what changes is checked: a value that was in the record
/// before may stay.
///
/// # Errors
/// Fails for the first change that the rules do not allow.
pub fn check_update(before: &Session, after: &Session, guard: Guard) -> Result<(), RuleError> {
    first(broken(Some(before), after, guard))
}

/// Checks a new session, which is created `now`.
///
/// # Errors
/// Fails for the first field that the rules do not allow.
pub fn check_new(session: &Session, now: Timestamp) -> Result<(), RuleError> {
    first(broken_when_new(session, now))
}

/// Returns all rules that a change breaks, in the order of their checks. Without a session before
/// it, the change creates the session `now`.
pub fn broken_rules(before: Option<&Session>, after: &Session, now: Timestamp) -> Vec<RuleError> {
    match before {
        Some(_) => broken(before, after, Guard::Table),
        None => broken_when_new(after, now),
    }
}

fn first(broken: Vec<RuleError>) -> Result<(), RuleError> {
    broken.into_iter().next().map_or(Ok(()), Err)
}

fn broken_when_new(session: &Session, now: Timestamp) -> Vec<RuleError> {
    let times = [("created_at", session.created_at), ("updated_at", session.updated_at)];
    let late = times.into_iter().filter(|(_, time)| *time > now.latest());
    let late = late.map(|(field, time)| RuleError::Future { field, time });
    late.chain(broken(None, session, Guard::Table)).collect()
}

fn broken(before: Option<&Session>, after: &Session, guard: Guard) -> Vec<RuleError> {
    let mut broken = Vec::new();
    if let Some(before) = before {
        broken.extend(changed_identity(before, after).map(RuleError::Fixed));
    }
    let is_new_title = before.is_none_or(|before| before.title != after.title);
    if is_new_title && after.title.contains(['\n', '\r']) {
        broken.push(RuleError::LongTitle);
    }
    broken.extend(new_control_characters(before, after).map(RuleError::Control));
    let paid = |session: &Session| session.cost.as_ref().and_then(|cost| cost.cost_usd);
    let is_new_price = before.is_none_or(|before| paid(before) != paid(after));
    if is_new_price && paid(after).is_some_and(|paid| paid < 0.0) {
        broken.push(RuleError::NegativeCost);
    }
    broken.extend(check_status(before.map(|before| &before.status), &after.status, guard).err());
    broken
}

/// Returns the fields of a session's identity, origin and times that differ.
fn changed_identity(before: &Session, after: &Session) -> impl Iterator<Item = &'static str> {
    let fields = [
        ("id", before.id != after.id),
        ("project_id", before.project_id != after.project_id),
        ("schema", before.schema != after.schema),
        ("created_at", before.created_at != after.created_at),
        ("updated_at", before.updated_at != after.updated_at),
        ("fork", before.fork != after.fork),
    ];
    fields.into_iter().filter(|(_, differs)| *differs).map(|(field, _)| field)
}

/// Returns the fields with new control characters.
fn new_control_characters(
    before: Option<&Session>,
    after: &Session,
) -> impl Iterator<Item = &'static str> {
    let is_bad = |word: &str| word.contains(char::is_control);
    let is_new = |value: fn(&Session) -> Option<&str>| {
        let after = value(after).filter(|word| is_bad(word));
        after.is_some() && before.is_none_or(|before| value(before) != after)
    };
    let is_new_tag = |tag: &&String| before.is_none_or(|before| !before.tags.contains(tag));
    let fields = [
        ("kind", is_new(|session| Some(session.kind.as_str()))),
        ("agent", is_new(|session| session.agent.as_deref())),
        ("issue_id", is_new(|session| session.issue_id.as_deref())),
        ("tags", after.tags.iter().filter(is_new_tag).any(|tag| is_bad(tag))),
    ];
    fields.into_iter().filter(|(_, is_refused)| *is_refused).map(|(field, _)| field)
}

fn check_status(
    before: Option<&SessionStatus>,
    after: &SessionStatus,
    guard: Guard,
) -> Result<(), RuleError> {
    if before == Some(after) {
        return Ok(());
    }
    let word = after.as_str();
    let shown = || word.chars().take(80).collect();
    if word.is_empty() || word.contains(|c: char| c.is_control() || c.is_whitespace()) {
        return Err(RuleError::NotAWord(shown()));
    }
    if guard == Guard::Off {
        return Ok(());
    }
    if matches!(after, SessionStatus::Other(_)) {
        return Err(RuleError::UnknownStatus(shown()));
    }
    Ok(before.map_or(Ok(()), |before| before.check_change(after))?)
}

/// Returns the status that a mistyped word probably means.
pub fn close_status(word: &str) -> Option<SessionStatus> {
    let word = word.to_lowercase().replace('-', "_");
    let words = SessionStatus::ALL.iter().map(SessionStatus::as_str);
    nearest(&word, words).map(SessionStatus::from)
}
