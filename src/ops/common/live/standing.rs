use std::fmt;

use super::{AgentState, Live};
use crate::model::{Activity, ActivityReport, Session, Timestamp};

/// The state of a session from a person's point of view. The most urgent ones come first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum SessionStanding {
    /// Its agent asks something.
    WaitingInput,
    /// Its agent cannot continue.
    Blocked,
    /// Its agent has finished its turn, and waits for the next prompt.
    Ready,
    /// Its agent has been ready for a while.
    Idle,
    /// Its agent has exited without finishing: the machine was restarted, or the terminal's server
    /// ended, or something killed it.
    Vanished,
    /// Its agent is working.
    Active,
    /// What its agent is doing cannot be determined.
    Unknown,
    /// Its agent has ended.
    Exited,
    /// No agent was started in this clone, or it could not be started.
    NotStarted,
    /// It lives in another clone.
    Elsewhere,
}

impl SessionStanding {
    /// All of them, in their order.
    pub const ALL: [Self; 10] = [
        Self::WaitingInput,
        Self::Blocked,
        Self::Ready,
        Self::Idle,
        Self::Vanished,
        Self::Active,
        Self::Unknown,
        Self::Exited,
        Self::NotStarted,
        Self::Elsewhere,
    ];

    /// Returns true if the session has not ended, or needs attention although it has: its agent
    /// still runs, has vanished, or could not be started.
    pub fn is_open(self, session: &Session, agent: &AgentState) -> bool {
        !session.status.is_terminal()
            || matches!(agent, AgentState::Alive { .. })
            || self == Self::Vanished
            || self == Self::NotStarted && session.failed_start().is_some()
    }

    /// Returns the standing of a session whose agent is in this state.
    pub fn of(session: &Session, agent: &AgentState, activity: Option<&ActivityReport>) -> Self {
        match agent {
            // Its supervisor is about to exit, or has.
            AgentState::Alive { .. } | AgentState::Gone if session.failed_start().is_some() => {
                Self::NotStarted
            }
            AgentState::Alive { .. } => match activity.map(|report| report.activity) {
                Some(Activity::WaitingInput) => Self::WaitingInput,
                Some(Activity::Blocked) => Self::Blocked,
                Some(Activity::Ready) => Self::Ready,
                Some(Activity::Idle) => Self::Idle,
                Some(Activity::Active) => Self::Active,
                // Its supervisor is about to exit, too.
                Some(Activity::Exited) => Self::Exited,
                Some(Activity::Unknown) | None => Self::Unknown,
            },
            AgentState::Unknown(_) => Self::Unknown,
            AgentState::Gone if session.was_taken_down() => Self::Vanished,
            AgentState::Gone => Self::Exited,
            AgentState::NotStarted => Self::NotStarted,
            AgentState::Elsewhere => Self::Elsewhere,
        }
    }

    /// Returns the word for it. For a running agent, this is the word for its [`Activity`].
    pub fn as_str(self) -> &'static str {
        match self {
            Self::WaitingInput => Activity::WaitingInput.as_str(),
            Self::Blocked => Activity::Blocked.as_str(),
            Self::Ready => Activity::Ready.as_str(),
            Self::Idle => Activity::Idle.as_str(),
            Self::Vanished => "vanished",
            Self::Active => Activity::Active.as_str(),
            Self::Unknown => Activity::Unknown.as_str(),
            Self::Exited => Activity::Exited.as_str(),
            Self::NotStarted => "not_started",
            Self::Elsewhere => "elsewhere",
        }
    }

    /// Returns true if the agent cannot continue until a person does something.
    pub fn needs_person(self) -> bool {
        matches!(self, Self::WaitingInput | Self::Blocked)
    }

    /// Returns true if the agent waits for a person, even if only for the next prompt.
    pub fn waits(self) -> bool {
        self.needs_person() || matches!(self, Self::Ready | Self::Idle)
    }

    /// Returns the [key](Self::order) that sorts a session. One that could not be started comes
    /// where those come whose agent has vanished.
    pub fn urgency(self, session: &Session, since: Option<Timestamp>) -> (Self, i64) {
        match self {
            Self::NotStarted if session.failed_start().is_some() => Self::Vanished.order(since),
            _ => self.order(since),
        }
    }

    /// Returns the key that sorts sessions: the most urgent ones come first and, among those with
    /// the same standing, those that have waited longest. Sessions that wait for nobody keep their
    /// order.
    pub fn order(self, since: Option<Timestamp>) -> (Self, i64) {
        match self {
            Self::Exited | Self::NotStarted | Self::Elsewhere => (Self::Exited, 0),
            Self::Active | Self::Unknown | Self::Vanished => (self, 0),
            // Without a time, it comes last of its kind.
            _ => (self, since.map_or(i64::MAX, |since| since.as_millis())),
        }
    }
}

impl fmt::Display for SessionStanding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Live {
    /// Returns the standing of the session.
    pub fn standing(&self, session: &Session) -> SessionStanding {
        SessionStanding::of(session, &self.agent, self.activity.as_ref())
    }

    /// Returns since when its agent has been in this state, if that is known.
    pub fn since(&self) -> Option<Timestamp> {
        self.activity.as_ref()?.since
    }
}
