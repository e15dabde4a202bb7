use crate::model::{Placement, Session};
use crate::ops::common::Engine;
use crate::ops::common::liveness::{Liveness, Looks};
use crate::runtime::RuntimeError;

/// Whether a session's agent is alive, as far as this clone can tell.
#[derive(Debug)]
pub enum AgentState {
    /// The agent is running.
    Alive {
        /// The supervisor's process; the agent's if it has no supervisor, or one that also does other
        /// work; None if the process is not known.
        pid: Option<u32>,
    },
    /// The agent is certainly gone.
    Gone,
    /// The state cannot be determined. It must not be treated as gone.
    Unknown(RuntimeError),
    /// The agent was never started here, or its start is still in progress.
    NotStarted,
    /// The session lives in another clone, and its agent is not visible from here.
    Elsewhere,
}

impl AgentState {
    /// Returns the word for the state that JSON output has.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Alive { .. } => "alive",
            Self::Gone => "gone",
            Self::Unknown(_) => "unknown",
            Self::NotStarted => "not_started",
            Self::Elsewhere => "elsewhere",
        }
    }
}

/// Prepared probes of the sessions' agents. They can run on another thread.
pub struct Probes<'a> {
    looks: Looks<'a>,
    /// The state of each session whose agent is not alive.
    otherwise: Vec<AgentState>,
}

impl<'a> Probes<'a> {
    /// Prepares the probes. `replica` is this clone's name.
    pub fn new(engine: &Engine, replica: Option<&str>, sessions: &[&'a Session]) -> Self {
        let looks = Looks::new(engine, replica, sessions);
        let otherwise = |session: &&Session| match session.placement_in(replica) {
            Some(here) if is_started(here) => AgentState::Gone,
            None if !session.placements.is_empty() => AgentState::Elsewhere,
            _ => AgentState::NotStarted,
        };
        Self { looks, otherwise: sessions.iter().map(otherwise).collect() }
    }

    /// Runs the probes. The answers are in the order of the sessions.
    pub fn run(self) -> Vec<AgentState> {
        let answers = self.looks.run().into_iter().zip(self.otherwise);
        let state = |(answer, otherwise)| match answer {
            Liveness::Alive { pid } => AgentState::Alive { pid },
            Liveness::Unknown(error) => AgentState::Unknown(error),
            Liveness::Gone => otherwise,
        };
        answers.map(state).collect()
    }
}

fn is_started(placement: &Placement) -> bool {
    let runtime = placement.runtime.as_deref();
    runtime.is_some_and(|name| name != "none") && placement.is_started()
}
