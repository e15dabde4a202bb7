//! Which worktrees say whose they are, and which of those are gone, or lost their repository: it was
//! moved, and they still lead to where it was.

use std::path::PathBuf;

use super::registry::{Registered, common_dir_of};
use super::{WorkspaceError, Worktrees, marker};
use crate::git::Repository;
use crate::model::SessionId;

/// A worktree with an `AO_SESSION` file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// The file.
    pub file: PathBuf,
    /// The worktree; the git directory, for that of the main worktree.
    pub worktree: PathBuf,
    /// True for the main worktree.
    pub is_main: bool,
    /// What the file says; None when it holds no id.
    pub session: Option<SessionId>,
}

/// The worktrees that say whose they are.
///
/// # Errors
/// When the git directory cannot be read.
pub fn marked(repo: &Repository) -> Result<Vec<Mark>, WorkspaceError> {
    let main = (repo.common_dir().to_owned(), repo.main_folder().to_owned(), true);
    let linked = Worktrees::new(repo).registered()?.into_iter();
    let all = std::iter::once(main).chain(linked.map(|it| (it.git_dir, it.path, false)));
    let marks = all.map(|(git_dir, worktree, is_main)| Mark {
        file: git_dir.join(marker::NAME),
        worktree,
        is_main,
        session: marker::read(&git_dir),
    });
    Ok(marks.filter(|mark| mark.file.symlink_metadata().is_ok()).collect())
}

/// Worktrees of sessions whose folder is gone, on a branch that keeps what was committed.
///
/// # Errors
/// When git fails, or the git directory cannot be read.
pub fn vanished(worktrees: &Worktrees<'_>) -> Result<Vec<PathBuf>, WorkspaceError> {
    let ours: Vec<_> = marked(worktrees.repo)?.into_iter().filter(|it| !it.is_main).collect();
    if ours.is_empty() {
        return Ok(Vec::new());
    }
    let gone = worktrees.list()?.into_iter().filter(|listed| {
        let is_ours = ours.iter().any(|mark| mark.worktree == listed.path);
        is_ours && listed.prunable.is_some() && listed.branch.is_some() && !listed.path.exists()
    });
    Ok(gone.map(|listed| listed.path).collect())
}

/// Worktrees of sessions that are where git knows them, and lead to a git directory that is gone.
///
/// # Errors
/// When the git directory cannot be read.
pub fn unlinked(worktrees: &Worktrees<'_>) -> Result<Vec<PathBuf>, WorkspaceError> {
    let known = worktrees.registered()?.into_iter();
    let lost = known.filter(|known| marker::read(&known.git_dir).is_some() && is_lost(known));
    Ok(lost.map(|known| known.path).collect())
}

/// Leads them to this repository again. Where one of its worktrees belongs to another repository by
/// now, as after copying all of it, nothing is done: git would take that one over, too.
///
/// # Errors
/// When git fails.
pub fn relink(worktrees: &Worktrees<'_>) -> Result<(), WorkspaceError> {
    let known = worktrees.registered()?;
    if unlinked(worktrees)?.is_empty() || known.iter().any(|known| is_taken(worktrees, known)) {
        return Ok(());
    }
    worktrees.repo.git("worktree").shielded().arg("repair").run()?;
    Ok(())
}

fn is_lost(known: &Registered) -> bool {
    marker::git_dir_of(&known.path).is_some_and(|leads_to| !leads_to.exists())
}

fn is_taken(worktrees: &Worktrees<'_>, known: &Registered) -> bool {
    let leads_to = marker::git_dir_of(&known.path).and_then(|git_dir| common_dir_of(&git_dir));
    leads_to.is_some_and(|common| common != worktrees.repo.common_dir())
}
