use std::fmt;

use super::{ErrorKind, Recovery};

/// The status of a session.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)] // the names are the documentation: each is the word that is stored
pub enum SessionStatus {
    Spawning,
    Working,
    Idle,
    Paused,
    NeedsInput,
    Stuck,
    PrOpen,
    CiFailed,
    ReviewPending,
    ChangesRequested,
    Approved,
    Mergeable,
    MergeFailed,
    Merged,
    Done,
    Errored,
    Killed,
    Terminated,
    Cleanup,
    /// A status that this version does not know. It is preserved and shown verbatim, and is not
    /// final.
    Other(String),
}

/// The status table does not allow this change.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("cannot go from '{from}' to '{to}': '{from}' is final")]
pub struct IllegalTransition {
    /// The present status.
    pub from: SessionStatus,
    /// The requested status.
    pub to: SessionStatus,
}

impl IllegalTransition {
    /// Returns the kind of the error.
    pub fn kind(&self) -> ErrorKind {
        ErrorKind::Refused
    }

    /// Returns what the caller can do about the error, which follows from its [kind](Self::kind).
    pub fn recovery(&self) -> Recovery {
        self.kind().recovery()
    }
}

impl SessionStatus {
    /// All statuses that this version knows, in the order in which a session usually has them.
    pub const ALL: [Self; 19] = [
        Self::Spawning,
        Self::Working,
        Self::Idle,
        Self::Paused,
        Self::NeedsInput,
        Self::Stuck,
        Self::PrOpen,
        Self::CiFailed,
        Self::ReviewPending,
        Self::ChangesRequested,
        Self::Approved,
        Self::Mergeable,
        Self::MergeFailed,
        Self::Merged,
        Self::Done,
        Self::Errored,
        Self::Killed,
        Self::Terminated,
        Self::Cleanup,
    ];

    /// Returns the stored word.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Spawning => "spawning",
            Self::Working => "working",
            Self::Idle => "idle",
            Self::Paused => "paused",
            Self::NeedsInput => "needs_input",
            Self::Stuck => "stuck",
            Self::PrOpen => "pr_open",
            Self::CiFailed => "ci_failed",
            Self::ReviewPending => "review_pending",
            Self::ChangesRequested => "changes_requested",
            Self::Approved => "approved",
            Self::Mergeable => "mergeable",
            Self::MergeFailed => "merge_failed",
            Self::Merged => "merged",
            Self::Done => "done",
            Self::Errored => "errored",
            Self::Killed => "killed",
            Self::Terminated => "terminated",
            Self::Cleanup => "cleanup",
            Self::Other(word) => word,
        }
    }

    /// Returns true if the status is final.
    pub fn is_terminal(&self) -> bool {
        matches!(
            self,
            Self::Merged
                | Self::Done
                | Self::Errored
                | Self::Killed
                | Self::Terminated
                | Self::Cleanup
        )
    }

    /// Returns true if the status is final and a restore can leave it.
    pub fn is_restorable(&self) -> bool {
        self.is_terminal() && *self != Self::Merged
    }

    /// Returns true if the session ended without success and without somebody having ended it.
    pub fn is_failure(&self) -> bool {
        matches!(self, Self::Errored)
    }

    /// Returns true if the status describes what the agent is doing, so that the end of the agent
    /// changes it. Other statuses describe a person's decision or the state of the pull request.
    pub fn tells_activity(&self) -> bool {
        matches!(self, Self::Spawning | Self::Working | Self::Idle | Self::NeedsInput | Self::Stuck)
    }

    /// Checks a change of status by anything but a restore. A final status can only be changed to
    /// another final status, and `merged` not at all. Keeping the status is always allowed.
    ///
    /// # Errors
    /// Fails if the table does not allow the change.
    pub fn check_change(&self, to: &Self) -> Result<(), IllegalTransition> {
        let is_said_anew = *self != Self::Merged && to.is_terminal();
        if self.is_terminal() && self != to && !is_said_anew {
            return Err(IllegalTransition { from: self.clone(), to: to.clone() });
        }
        Ok(())
    }
}

impl From<&str> for SessionStatus {
    fn from(word: &str) -> Self {
        Self::ALL
            .into_iter()
            .find(|status| status.as_str() == word)
            .unwrap_or_else(|| Self::Other(word.to_owned()))
    }
}

impl fmt::Display for SessionStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table() {
        let terminal: Vec<_> = SessionStatus::ALL
            .into_iter()
            .filter(SessionStatus::is_terminal)
            .map(|s| s.to_string())
            .collect();
        assert_eq!(terminal, ["merged", "done", "errored", "killed", "terminated", "cleanup"]);
        for status in SessionStatus::ALL {
            assert_eq!(SessionStatus::from(status.as_str()), status);
            assert_eq!(
                status.is_restorable(),
                status.is_terminal() && status != SessionStatus::Merged
            );
            assert_eq!(status.check_change(&SessionStatus::Working).is_ok(), !status.is_terminal());
            assert!(status.check_change(&status).is_ok());
            let is_merged = status == SessionStatus::Merged;
            assert_eq!(status.check_change(&SessionStatus::Done).is_ok(), !is_merged);
        }
    }

    #[test]
    fn an_unknown_status_is_kept_and_is_not_terminal() {
        let status = SessionStatus::from("levitating");
        assert_eq!(status.to_string(), "levitating");
        assert!(!status.is_terminal() && !status.is_restorable());
    }
}
