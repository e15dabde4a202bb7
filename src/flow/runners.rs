//! Who looks after agents in this clone: known by the lock it holds, whatever keeps it alive, and
//! also when no record knows the session any more.

use std::fs;
use std::io;

use super::FlowError;
use crate::git::Repository;
use crate::model::SessionId;
use crate::runtime::Process;

/// A process that looks after a session's agent now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunnerAt {
    /// The session.
    pub session: SessionId,
    /// The process, unless it has not said so yet.
    pub pid: Option<u32>,
}

/// The process that looks after a session's agent in this clone, if there is one.
///
/// # Errors
/// When its lock cannot be read.
pub fn runner_of(repo: &Repository, session: SessionId) -> Result<Option<RunnerAt>, FlowError> {
    let holder = repo.lock_holder(&format!("run/{session}"))?;
    let pid = |who: String| who.parse().ok().map(|process: Process| process.pid());
    Ok(holder.map(|who| RunnerAt { session, pid: pid(who) }))
}

/// All of them.
pub(super) fn runners(repo: &Repository) -> Result<Vec<RunnerAt>, FlowError> {
    let folder = repo.ao_dir().join("run");
    let failed = |source| FlowError::File { act: "read", path: folder.clone(), source };
    let entries = match fs::read_dir(&folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(failed)?,
    };
    let mut runners = Vec::new();
    for entry in entries {
        let name = entry.map_err(failed)?.file_name();
        if let Some(id) = name.to_str().and_then(|name| name.parse().ok()) {
            runners.extend(runner_of(repo, id)?);
        }
    }
    runners.sort_by_key(|runner| runner.session);
    Ok(runners)
}

impl RunnerAt {
    /// What ends it, and the agent with it.
    pub fn way_to_end(&self) -> String {
        match self.pid {
            Some(pid) => format!("kill {pid}"),
            None => "it has just begun; ask again".to_owned(),
        }
    }
}
