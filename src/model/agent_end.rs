use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use super::Session;

/// How an agent ended, as `status_reason` has it.
///
/// ```
/// use git_ao::model::AgentEnd;
///
/// let end: AgentEnd = "agent_exited: status 3".parse().expect("any text is an end");
/// assert_eq!(end, AgentEnd::Exited(3));
/// assert_eq!(end.to_string(), "agent_exited: status 3");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum AgentEnd {
    /// It exited with this status; 0 is success.
    Exited(i32),
    /// This signal terminated it.
    Signalled(i32),
    /// It is gone, and nobody knows how it ended.
    Gone,
    /// It could not be started, for this reason.
    NotStarted(String),
    /// It ended for another reason, which somebody recorded.
    Other(String),
}

const EXITED: &str = "agent_exited";
const GONE: &str = "agent_gone";
const NOT_STARTED: &str = "not started: ";

impl Session {
    /// Returns how the session's agent ended. Returns None if the session has not ended, or no
    /// reason is recorded.
    pub fn agent_end(&self) -> Option<AgentEnd> {
        let reason = self.status_reason.as_deref().filter(|_| self.status.is_terminal())?;
        Some(AgentEnd::from(reason))
    }

    /// Returns true if its agent should still be at work, or failed: something interrupted it if it
    /// is gone.
    pub fn was_interrupted(&self) -> bool {
        !self.status.is_terminal() || self.status.is_failure()
    }

    /// Returns why the session was not started: a setup that failed, or an agent that could not be run.
    /// Returns None if it was, or if somebody has restored or ended it since.
    pub fn failed_start(&self) -> Option<String> {
        match self.agent_end()? {
            AgentEnd::NotStarted(why) if self.status.is_failure() => Some(why),
            _ => None,
        }
    }

    /// Returns true if its agent, which is gone, did not end by itself: nobody has recorded an end, or
    /// something ended it, such as a shutdown.
    pub fn was_taken_down(&self) -> bool {
        match self.agent_end() {
            None => self.status.tells_activity(),
            Some(end) => self.status.is_failure() && end.is_from_outside(),
        }
    }
}

impl AgentEnd {
    /// Returns true if the agent exited with status 0.
    pub fn is_success(&self) -> bool {
        *self == Self::Exited(0)
    }

    /// Returns true if something else ended the agent: it is gone, or a signal that asks for its end
    /// terminated it, which a shell reports as a status above 128.
    fn is_from_outside(&self) -> bool {
        const HUP: i32 = 1;
        const KILL: i32 = 9;
        const TERM: i32 = 15;
        let signal = match self {
            Self::Gone => return true,
            Self::Signalled(signal) => *signal,
            Self::Exited(status) => status - 128,
            Self::NotStarted(_) | Self::Other(_) => return false,
        };
        matches!(signal, HUP | KILL | TERM)
    }

    /// Returns the exit status, if the agent exited by itself.
    pub fn code(&self) -> Option<i32> {
        match self {
            Self::Exited(code) => Some(*code),
            _ => None,
        }
    }
}

impl From<&str> for AgentEnd {
    fn from(reason: &str) -> Self {
        if let Some(why) = reason.strip_prefix(NOT_STARTED) {
            return Self::NotStarted(why.to_owned());
        }
        let number = |name: &str| {
            let rest = reason.strip_prefix(EXITED)?.strip_prefix(": ")?;
            rest.strip_prefix(name)?.strip_prefix(' ')?.parse().ok()
        };
        match (reason, number("status"), number("signal")) {
            (EXITED, ..) => Self::Exited(0),
            (GONE, ..) => Self::Gone,
            (_, Some(status), _) => Self::Exited(status),
            (_, _, Some(signal)) => Self::Signalled(signal),
            _ => Self::Other(reason.to_owned()),
        }
    }
}

impl FromStr for AgentEnd {
    type Err = Infallible;

    fn from_str(reason: &str) -> Result<Self, Infallible> {
        Ok(Self::from(reason))
    }
}

impl fmt::Display for AgentEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exited(0) => f.write_str(EXITED),
            Self::Exited(status) => write!(f, "{EXITED}: status {status}"),
            Self::Signalled(signal) => write!(f, "{EXITED}: signal {signal}"),
            Self::Gone => f.write_str(GONE),
            Self::NotStarted(why) => write!(f, "{NOT_STARTED}{why}"),
            Self::Other(reason) => f.write_str(reason),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{SessionStatus, Timestamp};

    #[test]
    fn an_agent_that_was_taken_down_did_not_end_by_itself() {
        let id = "7b6d11f9-5a0e-4f0c-9d0e-5a7f1c2b3d4e".parse().unwrap();
        let mut session = Session::new(id, "demo".parse().unwrap(), Timestamp::EPOCH);
        let mut is_down = |status: SessionStatus, reason: Option<&str>| {
            session.status = status;
            session.status_reason = reason.map(str::to_owned);
            session.was_taken_down()
        };
        assert!(is_down(SessionStatus::Working, None));
        assert!(is_down(SessionStatus::Working, Some("agent_gone")));
        assert!(!is_down(SessionStatus::PrOpen, None), "a person's decision");
        for from_outside in ["agent_gone", "agent_exited: signal 1", "agent_exited: status 143"] {
            assert!(is_down(SessionStatus::Errored, Some(from_outside)), "{from_outside}");
            assert!(!is_down(SessionStatus::Killed, Some(from_outside)), "{from_outside}");
        }
        for own in ["agent_exited: status 1", "agent_exited: signal 11", "tired", "not started: x"]
        {
            assert!(!is_down(SessionStatus::Errored, Some(own)), "{own}");
        }
        assert!(!is_down(SessionStatus::Errored, None));
    }

    #[test]
    fn a_start_has_failed_until_somebody_does_something_about_it() {
        let id = "7b6d11f9-5a0e-4f0c-9d0e-5a7f1c2b3d4e".parse().unwrap();
        let mut session = Session::new(id, "demo".parse().unwrap(), Timestamp::EPOCH);
        session.status = SessionStatus::Errored;
        session.status_reason = Some("not started: no disk".to_owned());
        assert_eq!(session.failed_start().as_deref(), Some("no disk"));
        session.status = SessionStatus::Killed;
        assert_eq!(session.failed_start(), None);
        (session.status, session.status_reason) = (SessionStatus::Errored, Some("x".to_owned()));
        assert_eq!(session.failed_start(), None);
    }

    #[test]
    fn what_is_recorded_is_read_again() {
        let known = [
            AgentEnd::Exited(0),
            AgentEnd::Exited(3),
            AgentEnd::Signalled(9),
            AgentEnd::Gone,
            AgentEnd::NotStarted("no disk".to_owned()),
        ];
        for end in known {
            assert_eq!(AgentEnd::from(end.to_string().as_str()), end);
        }
        for other in ["", "tired", "agent_exited: status x", "agent_exited later", "agent_gone?"] {
            assert_eq!(AgentEnd::from(other), AgentEnd::Other(other.to_owned()));
        }
    }
}
