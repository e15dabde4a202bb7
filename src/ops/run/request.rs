use crate::agent::Action;
use crate::model::{Session, SessionId, Timestamp};
use crate::store::Key;

/// A request to run a session's agent.
#[derive(Debug, Clone, Copy)]
pub struct Run {
    /// The session.
    pub session: SessionId,
    /// The action for which the agent is started.
    pub action: Action,
    /// The requester.
    pub turn: Caller,
}

/// Who requested the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caller {
    /// A runtime, for a process that is still writing the record, with a placement of this time.
    Runtime(Option<Timestamp>),
    /// A person at this terminal.
    Terminal,
}

pub(super) fn key_of(session: &Session) -> Key {
    Key { id: session.id, project: Some(session.project_id.clone()) }
}
