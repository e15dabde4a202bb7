//! Finds the supervisors of agents in this clone by the locks they hold. This works for every
//! runtime, and for sessions without a record.

use crate::git::{FileError, Repository};
use crate::model::SessionId;
use crate::ops::common::OpsError;
use crate::ops::common::liveness::{Liveness, noted, of_processes};

/// A running supervisor of a session's agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::ops) struct RunnerAt {
    /// The session.
    pub session: SessionId,
    /// The supervisor's process, or the agent's if the supervisor was killed; None if it is not
    /// recorded yet.
    pub pid: Option<u32>,
}

/// Returns all running supervisors, and running agents whose supervisor was killed.
pub(in crate::ops) fn runners(repo: &Repository) -> Result<Vec<RunnerAt>, OpsError> {
    let noted = noted(repo).map_err(|source| FileError {
        act: "read",
        path: repo.ao_dir().join("run"),
        source,
    })?;
    let alive = |session| match of_processes(repo, session) {
        Liveness::Alive { pid } => Some(RunnerAt { session, pid }),
        _ => None,
    };
    Ok(noted.into_iter().filter_map(alive).collect())
}

impl RunnerAt {
    /// Returns the command that ends the supervisor and its agent.
    pub fn way_to_end(&self) -> String {
        match self.pid {
            Some(pid) => format!("kill {pid}"),
            None => "it has just started; try again".to_owned(),
        }
    }
}
