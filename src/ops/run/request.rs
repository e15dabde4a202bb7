use crate::agent::Action;
use crate::model::{Session, SessionId, Timestamp};
use crate::store::Key;

/// A request to run a session's agent.
#[derive(Debug, Clone, Copy)]
pub struct Run {
    /// The session.
    pub session: SessionId,
    /// What its agent is started for.
    pub action: Action,
    /// Who asked.
    pub turn: Caller,
}

/// Who asked for an agent to be run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caller {
    /// A runtime, for somebody who is still writing the session down, with a placement of this time.
    Runtime(Option<Timestamp>),
    /// A person, at this terminal.
    Terminal,
}

pub(super) fn key_of(session: &Session) -> Key {
    Key { id: session.id, project: Some(session.project_id.clone()) }
}
