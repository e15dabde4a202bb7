use std::fmt;
use std::str::FromStr;

use super::{ErrorKind, Recovery, Timestamp};

/// What an agent is doing at this moment.
///
/// It is determined where the agent runs, whenever somebody looks, and is never part of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Activity {
    /// It asks something: a permission, a question, whether to trust a folder, to approve a plan.
    WaitingInput,
    /// It cannot go on: it is not logged in, or has reached a limit, or its model fails.
    Blocked,
    /// Its turn has ended, and it waits for the next prompt.
    Ready,
    /// It has been ready for a while (`ao.idleAfter`), and nobody has answered.
    Idle,
    /// It is working.
    Active,
    /// It cannot be told.
    Unknown,
    /// Its process has ended.
    Exited,
}

/// The text is not an activity.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{}' is not an activity; the activities are {}", .0.escape_debug(), Activity::ALL.map(|it| it.as_str()).join(", "))]
pub struct InvalidActivity(String);

impl InvalidActivity {
    /// Returns the kind of the error.
    pub fn kind(&self) -> ErrorKind {
        ErrorKind::Invalid
    }

    /// Returns what the caller can do about the error, which follows from its [kind](Self::kind).
    pub fn recovery(&self) -> Recovery {
        self.kind().recovery()
    }
}

impl Activity {
    /// All activities. Those that need a person most come first.
    pub const ALL: [Self; 7] = [
        Self::WaitingInput,
        Self::Blocked,
        Self::Ready,
        Self::Idle,
        Self::Active,
        Self::Unknown,
        Self::Exited,
    ];

    /// Returns the word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::WaitingInput => "waiting_input",
            Self::Blocked => "blocked",
            Self::Ready => "ready",
            Self::Idle => "idle",
            Self::Active => "active",
            Self::Unknown => "unknown",
            Self::Exited => "exited",
        }
    }

    /// Returns true if the agent cannot go on until a person does something.
    pub fn needs_person(self) -> bool {
        matches!(self, Self::WaitingInput | Self::Blocked)
    }
}

impl fmt::Display for Activity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Activity {
    type Err = InvalidActivity;

    fn from_str(text: &str) -> Result<Self, InvalidActivity> {
        let found = Self::ALL.into_iter().find(|it| it.as_str() == text);
        found.ok_or_else(|| InvalidActivity(text.chars().take(64).collect()))
    }
}

/// What an agent is doing, since when, and how that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ActivityReport {
    /// What it is doing.
    pub activity: Activity,
    /// Since when.
    pub since: Option<Timestamp>,
    /// The question, the error, the last thing said, or why the activity is unknown. It may have any
    /// characters and any length.
    pub what: Option<String>,
    /// How it is known, in a few words.
    pub source: String,
}

impl ActivityReport {
    /// Reports an activity, and how it is known.
    pub fn new(activity: Activity, source: impl Into<String>) -> Self {
        Self { activity, since: None, what: None, source: source.into() }
    }

    /// Sets since when.
    #[must_use]
    pub fn since(self, since: impl Into<Option<Timestamp>>) -> Self {
        Self { since: since.into(), ..self }
    }

    /// Sets the question, the error, the last thing said, or the reason.
    #[must_use]
    pub fn what(self, what: impl Into<Option<String>>) -> Self {
        Self { what: what.into(), ..self }
    }
}

/// What is known of a terminal without reading its screen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct TerminalState {
    /// The title that the program in it has set, or the terminal's own.
    pub title: String,
    /// When something was last printed in it.
    pub last_output: Option<Timestamp>,
    /// Whether its bell has rung since somebody last looked at it.
    pub has_rung: bool,
    /// Whether somebody looks at it now.
    pub is_watched: bool,
}

impl TerminalState {
    /// Describes a terminal with this title.
    pub fn titled(title: impl Into<String>) -> Self {
        Self { title: title.into(), ..Self::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_read_again() {
        for activity in Activity::ALL {
            assert_eq!(activity.to_string().parse(), Ok(activity));
        }
        assert!("busy".parse::<Activity>().unwrap_err().to_string().contains("waiting_input"));
        assert!("".parse::<Activity>().is_err());
    }
}
