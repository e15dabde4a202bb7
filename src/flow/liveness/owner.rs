use super::{AgentFile, noted};
use crate::git::Repository;
use crate::model::SessionId;
use crate::runtime::{Probe, Process};

/// True when the process that a record names looks after another session's agent: a record may name
/// any process.
pub fn is_anothers(repo: &Repository, session: SessionId, handle: &str) -> bool {
    let Ok(process) = handle.parse::<Process>() else { return false };
    if !matches!(process.probe(), Probe::Alive { .. }) {
        return false;
    }
    let others = noted(repo).unwrap_or_default().into_iter().filter(|other| *other != session);
    let looks_after = |other: SessionId| {
        let holder = repo.lock_holder(&format!("run/{other}")).ok().flatten();
        let file = || AgentFile::read(repo, other).ok().flatten();
        holder.is_some_and(|holder| holder.parse().as_ref() == Ok(&process))
            || file().is_some_and(|it| it.runner == process || it.agent.as_ref() == Some(&process))
    };
    others.into_iter().any(looks_after)
}
