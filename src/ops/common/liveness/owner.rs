use std::collections::BTreeSet;
use std::ffi::OsString;
use std::{fs, io};

use super::SupervisorProcess;
use super::agent_file::AgentFile;
use crate::git::{Repository, uninterrupted};
use crate::model::SessionId;
use crate::runtime::{Probe, Process};

/// Returns true if the process that a record names is the supervisor or agent of another session. A
/// record can name any process.
pub fn is_anothers(repo: &Repository, session: SessionId, handle: &str) -> bool {
    let Ok(process) = handle.parse::<Process>() else { return false };
    if !matches!(process.probe(), Probe::Alive { .. }) {
        return false;
    }
    let others = noted(repo).unwrap_or_default().into_iter().filter(|other| *other != session);
    let is = |holder: &str| {
        holder.parse::<SupervisorProcess>().is_ok_and(|holder| *holder.process() == process)
    };
    let looks_after = |other: SessionId| {
        let holder = repo.lock_holder(&format!("run/{other}")).ok().flatten();
        let file = || AgentFile::read(repo, other).ok().flatten();
        holder.is_some_and(|holder| is(&holder))
            || file().is_some_and(|it| {
                *it.runner.process() == process || it.agent.as_ref() == Some(&process)
            })
    };
    others.into_iter().any(looks_after)
}

/// Returns the sessions with a lock or an agent file in `ao/run/`.
pub fn noted(repo: &Repository) -> io::Result<BTreeSet<SessionId>> {
    let entries = match uninterrupted(|| fs::read_dir(repo.ao_dir().join("run"))) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeSet::new()),
        entries => entries?,
    };
    let names = entries.flatten().map(|entry| entry.file_name());
    let id = |name: OsString| {
        let name = name.to_str()?;
        name.strip_suffix(".agent").unwrap_or(name).parse().ok()
    };
    Ok(names.filter_map(id).collect())
}
