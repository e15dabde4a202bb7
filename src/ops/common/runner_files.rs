//! Who looks after agents in this clone: known by the lock it holds, whatever keeps it alive, and
//! also when no record knows the session any more.

use crate::git::{FileError, Repository};
use crate::model::SessionId;
use crate::ops::common::OpsError;
use crate::ops::common::liveness::{Liveness, noted, of_processes};

/// A process that looks after a session's agent now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::ops) struct RunnerAt {
    /// The session.
    pub session: SessionId,
    /// The process, or the agent where that was killed; unless it has not said so yet.
    pub pid: Option<u32>,
}

/// All of them, and agents whose own was killed.
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
    /// What ends it, and the agent with it.
    pub fn way_to_end(&self) -> String {
        match self.pid {
            Some(pid) => format!("kill {pid}"),
            None => "it has just started; try again".to_owned(),
        }
    }
}
