use crate::git::Repository;
use crate::model::{Placement, Session};
use crate::ops::common::liveness::{Liveness, Looks};
use crate::runtime::RuntimeError;

/// Whether a session's agent is alive, as far as this replica can tell.
#[derive(Debug)]
pub enum AgentState {
    /// It runs.
    Alive {
        /// The process that looks after it, or its own where nothing does; None where that has not
        /// been said yet.
        pid: Option<u32>,
    },
    /// It does not run any more, and that is certain.
    Gone,
    /// It cannot be told; never to be taken for gone.
    Unknown(RuntimeError),
    /// It was never started here, or what starts it has not said yet what it started.
    NotStarted,
    /// It lives on another replica, where it cannot be seen from here.
    Elsewhere,
}

/// Whether the agents of sessions are alive, to be asked: it can be done beside other work, on
/// another thread.
pub struct Probes<'a> {
    looks: Looks<'a>,
    /// What is said of each that is not alive.
    otherwise: Vec<AgentState>,
}

impl<'a> Probes<'a> {
    /// `replica` is this clone's name.
    pub fn new(repo: &Repository, replica: Option<&str>, sessions: &[&'a Session]) -> Self {
        let looks = Looks::new(repo, replica, sessions);
        let otherwise = |session: &&Session| match session.placement_in(replica) {
            Some(here) if is_started(here) => AgentState::Gone,
            None if !session.placements.is_empty() => AgentState::Elsewhere,
            _ => AgentState::NotStarted,
        };
        Self { looks, otherwise: sessions.iter().map(otherwise).collect() }
    }

    /// The answers, in the order of the sessions.
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
