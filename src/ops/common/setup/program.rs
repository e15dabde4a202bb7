use std::ffi::OsString;
use std::path::Path;

use super::Phase;
use super::trusted::{ProgramTrust, approved, tree_program};
use crate::git::Repository;
use crate::ops::common::OpsError;

/// A command that sets a worktree up or tears it down.
pub(super) struct Program {
    /// What it is called in messages.
    pub name: String,
    pub argv: Vec<OsString>,
}

/// Returns the commands to run: the user's own, from the configuration, and the program in the tree
/// if its content is approved. Teardown is the other way round.
pub(super) fn programs(
    repo: &Repository,
    top: &Path,
    phase: Phase,
) -> Result<Vec<Program>, OpsError> {
    let settings = repo.settings();
    let own = match phase {
        Phase::Setup => settings.setup(),
        Phase::Teardown => settings.teardown(),
    };
    let mut programs = Vec::new();
    if let Some(command) = own.filter(|command| !command.trim().is_empty()) {
        let argv = ["sh", "-c", &command].map(OsString::from).to_vec();
        programs.push(Program { name: format!("ao.{}", phase.name()), argv });
    }
    if let Some(found) =
        tree_program(repo, top, phase)?.filter(|it| it.trust == ProgramTrust::Approved)
        && let Some(path) = approved(repo, &found.hash)?
    {
        let name = format!("'.ao/{}'", phase.name());
        programs.push(Program { name, argv: vec![path.into_os_string()] });
    }
    if phase == Phase::Teardown {
        programs.reverse();
    }
    Ok(programs)
}
