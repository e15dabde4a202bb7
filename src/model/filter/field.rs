use crate::model::{Session, SessionStatus, Timestamp, is_url};

/// A text field of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)] // each is the record's key, but for those that say more
pub enum Field {
    Id,
    /// The project's name.
    Project,
    Kind,
    Title,
    Task,
    /// Title and task.
    Text,
    Status,
    Agent,
    Branch,
    /// The issue's id and URL.
    Issue,
    /// The pull request's number and URL.
    Pr,
    Tag,
    /// The ids of the session it was forked from and of the one that started it.
    Parent,
    /// The replicas on which it has a placement.
    Replica,
}

/// A time field of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Moment {
    Created,
    Updated,
}

impl Moment {
    pub(super) const NAMES: [(&str, Self); 2] =
        [("created", Self::Created), ("updated", Self::Updated)];

    pub(super) fn of(self, session: &Session) -> Timestamp {
        match self {
            Self::Created => session.created_at,
            Self::Updated => session.updated_at,
        }
    }
}

impl Field {
    pub(super) const NAMES: [(&str, Self); 14] = [
        ("status", Self::Status),
        ("kind", Self::Kind),
        ("tag", Self::Tag),
        ("agent", Self::Agent),
        ("branch", Self::Branch),
        ("issue", Self::Issue),
        ("pr", Self::Pr),
        ("project", Self::Project),
        ("title", Self::Title),
        ("task", Self::Task),
        ("text", Self::Text),
        ("parent", Self::Parent),
        ("id", Self::Id),
        ("replica", Self::Replica),
    ];

    pub(super) fn is(self, session: &Session, text: &str) -> bool {
        self.any(session, |value| self.equals(value, text))
    }

    /// Compares a value of the field with a text.
    pub(crate) fn equals(self, value: &str, text: &str) -> bool {
        match self {
            Self::Id | Self::Parent => text.len() >= 4 && value.starts_with(text),
            _ => value == text,
        }
    }

    pub(super) fn contains(self, session: &Session, text: &str) -> bool {
        let text = text.to_lowercase();
        self.any(session, |value| value.to_lowercase().contains(&text))
    }

    fn any(self, session: &Session, test: impl Fn(&str) -> bool) -> bool {
        let option = |text: &Option<String>| text.as_deref().is_some_and(&test);
        match self {
            Self::Id => test(&session.id.to_string()),
            Self::Project => test(session.project_id.as_str()),
            Self::Kind => test(session.kind.as_str()),
            Self::Title => test(&session.title),
            Self::Task => option(&session.task),
            Self::Text => test(&session.title) || option(&session.task),
            Self::Status => test(session.status.as_str()),
            Self::Agent => option(&session.agent),
            Self::Branch => option(&session.branch),
            Self::Issue => option(&session.issue_id) || option(&session.issue_url),
            Self::Pr => {
                session.pr_number.is_some_and(|pr| test(&pr.to_string())) || option(&session.pr_url)
            }
            Self::Tag => session.tags.iter().any(|tag| test(tag)),
            Self::Parent => {
                let fork = session.fork.as_ref().map(|fork| fork.session);
                fork.into_iter().chain(session.spawned_by).any(|id| test(&id.to_string()))
            }
            Self::Replica => session.placements.keys().any(|replica| test(replica)),
        }
    }

    /// Normalizes a typed value to the form of the field.
    ///
    /// Fails with a description of the field's valid values.
    pub(super) fn normal(self, typed: String) -> Result<String, &'static str> {
        let number = typed.strip_prefix('#').unwrap_or(&typed);
        match self {
            Self::Status => {
                let word = typed.to_ascii_lowercase().replace('-', "_");
                let known = SessionStatus::ALL.iter().any(|status| status.as_str() == word);
                Ok(if known { word } else { typed })
            }
            Self::Issue => Ok(number.to_owned()),
            Self::Pr => match number.parse::<u64>() {
                Ok(number) => Ok(number.to_string()),
                Err(_) if is_url(&typed) => Ok(typed),
                Err(_) => Err("a number or a URL"),
            },
            Self::Id | Self::Parent => {
                let id = typed.to_ascii_lowercase();
                let digits = |b: u8| b.is_ascii_hexdigit() || b == b'-';
                if (4..=36).contains(&id.len()) && id.bytes().all(digits) {
                    Ok(id)
                } else {
                    Err("an id or its first digits, at least 4")
                }
            }
            _ => Ok(typed),
        }
    }
}
