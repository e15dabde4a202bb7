use crate::model::{ErrorKind, IllegalTransition, Map, Recovery, Session, SessionStatus, nearest};

/// The fields that a person must not change: a session's identity, origin, places and times.
pub(super) const FIXED: [&str; 8] =
    ["id", "project_id", "schema", "created_at", "updated_at", "placements", "fork", "base"];

/// Whether the status table is enforced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guard {
    /// Changes must follow the table and use its statuses.
    Table,
    /// Any change of status is allowed.
    Off,
}

/// Why a change by hand is refused.
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
    /// The status is not a word, or not in the table.
    #[error("unknown status '{0}'")]
    UnknownStatus(String),
    /// The table does not allow the change.
    #[error(transparent)]
    Transition(#[from] IllegalTransition),
}

impl RuleError {
    /// Returns the kind of the error.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Fixed(_) => ErrorKind::Refused,
            Self::LongTitle | Self::Control(_) | Self::NegativeCost | Self::UnknownStatus(_) => {
                ErrorKind::Invalid
            }
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

/// Checks a change that a person made to a session.
///
/// # Errors
/// Fails for the first change that the rules do not allow.
pub fn check_change(before: &Session, after: &Session, guard: Guard) -> Result<(), RuleError> {
    check_fixed(&before.to_record(), &after.to_record())?;
    if after.title != before.title && after.title.contains(['\n', '\r']) {
        return Err(RuleError::LongTitle);
    }
    check_words(before, after)?;
    let paid = |session: &Session| session.cost.as_ref().and_then(|cost| cost.cost_usd);
    if paid(after) != paid(before) && paid(after).is_some_and(|paid| paid < 0.0) {
        return Err(RuleError::NegativeCost);
    }
    if after.status == before.status {
        return Ok(());
    }
    let word = after.status.as_str();
    let is_word = !word.is_empty() && !word.contains(|c: char| c.is_control() || c.is_whitespace());
    let is_known = !matches!(after.status, SessionStatus::Other(_));
    if !is_word || (guard == Guard::Table && !is_known) {
        return Err(RuleError::UnknownStatus(word.chars().take(80).collect()));
    }
    match guard {
        Guard::Table => Ok(before.status.check_change(&after.status)?),
        Guard::Off => Ok(()),
    }
}

/// Checks that new values have no control characters. Values that were in the record before may
/// stay.
fn check_words(before: &Session, after: &Session) -> Result<(), RuleError> {
    let is_bad = |word: &str| word.contains(char::is_control);
    let is_new =
        |before: Option<&str>, after: Option<&str>| after != before && after.is_some_and(is_bad);
    let new_tag = |tag: &&String| !before.tags.contains(tag);
    let fields = [
        ("kind", is_new(Some(before.kind.as_str()), Some(after.kind.as_str()))),
        ("agent", is_new(before.agent.as_deref(), after.agent.as_deref())),
        ("issue_id", is_new(before.issue_id.as_deref(), after.issue_id.as_deref())),
        ("tags", after.tags.iter().filter(new_tag).any(|tag| is_bad(tag))),
    ];
    match fields.into_iter().find(|(_, is_refused)| *is_refused) {
        Some((field, _)) => Err(RuleError::Control(field)),
        None => Ok(()),
    }
}

/// Returns the status that a mistyped word probably means.
pub fn close_status(word: &str) -> Option<SessionStatus> {
    let word = word.to_lowercase().replace('-', "_");
    let words = SessionStatus::ALL.iter().map(SessionStatus::as_str);
    nearest(&word, words).map(SessionStatus::from)
}
