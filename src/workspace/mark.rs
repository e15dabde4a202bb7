//! Worktrees that name their session, and those among them that are missing or have lost their
//! repository because it was moved.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::list::path_from;
use super::registry::{Registered, common_dir_of};
use super::snapshot::gitlinks;
use super::{Removal, WorkspaceError, Worktrees, marker};
use crate::git::Repository;
use crate::model::SessionId;

/// A worktree with an `AO_SESSION` file.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Mark {
    /// The file.
    pub file: PathBuf,
    /// The worktree; for the main worktree, the git directory.
    pub worktree: PathBuf,
    /// True for the main worktree.
    pub is_main: bool,
    /// The session; None if the file contains no id.
    pub session: Option<SessionId>,
}

/// Returns the worktrees that name their session.
///
/// # Errors
/// Fails if the git directory cannot be read.
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

/// How long to wait for a removal in the same repository.
const PATIENCE: Duration = Duration::from_secs(120);

/// A session's worktree that is missing at its registered path.
#[derive(Debug)]
#[non_exhaustive]
pub struct Gone {
    /// The session.
    pub session: SessionId,
    /// The registered path.
    pub path: PathBuf,
    /// Why git must keep its entry: work would be lost, or the worktree may only be unreachable.
    pub refusal: Option<WorkspaceError>,
}

/// Returns sessions' worktrees whose directory is missing.
///
/// # Errors
/// Fails if git fails, or if the git directory cannot be read.
pub fn gone(worktrees: &Worktrees<'_>) -> Result<Vec<Gone>, WorkspaceError> {
    let mut gone = Vec::new();
    for (session, path) in worktrees.sessions_known()? {
        if path.exists() {
            continue;
        }
        let refusal = worktrees.verdict(&Removal::of_worktree(&path, session))?.refusal;
        gone.push(Gone { session, path, refusal });
    }
    Ok(gone)
}

impl Gone {
    /// Checks the worktree again and unregisters it. Git's entry is moved to `ao/set-aside/`, from
    /// where it can be moved back. Returns the entry's new path, or None if another process has
    /// removed it.
    ///
    /// # Errors
    /// Fails if the worktree exists again, if work would be lost, or if the worktree may only be
    /// unreachable. The entry then stays.
    pub fn forget(&self, worktrees: &Worktrees<'_>) -> Result<Option<PathBuf>, WorkspaceError> {
        let _alone = worktrees.repo.lock_named("remove", PATIENCE)?;
        if let Some(refusal) =
            worktrees.verdict(&Removal::of_worktree(&self.path, self.session))?.refusal
        {
            return Err(refusal);
        }
        if self.path.exists() {
            return Err(WorkspaceError::Changed(self.path.clone()));
        }
        let known = worktrees.registered()?.into_iter().find(|known| known.path == self.path);
        let Some(Registered { git_dir, .. }) = known else { return Ok(None) };
        let moved = worktrees.repo.set_aside(&git_dir, "set-aside");
        moved.map_err(|source| WorkspaceError::Io { act: "move", path: git_dir, source })
    }
}

/// Returns sessions' worktrees that are not at their registered path but at a path to which they
/// may have been moved: the home directory has another name, or `ao.worktreeDir` has another value.
///
/// # Errors
/// Fails if the git directory cannot be read.
pub fn moved(
    worktrees: &Worktrees<'_>,
    places: &dyn Fn(SessionId) -> Vec<PathBuf>,
) -> Result<Vec<PathBuf>, WorkspaceError> {
    let known = worktrees.registered()?.into_iter().filter(|known| !known.path.exists());
    let place = |known: Registered| {
        let session = marker::read(&known.git_dir)?;
        places(session).into_iter().find(|path| leads_to(path, &known.git_dir))
    };
    Ok(known.filter_map(place).collect())
}

/// Registers the present path of a worktree and of its submodules. `git worktree repair` does not
/// do that for submodules.
///
/// # Errors
/// Fails if git fails.
pub fn bring_back(worktrees: &Worktrees<'_>, path: &Path) -> Result<(), WorkspaceError> {
    let repo = worktrees.repo;
    repo.git("worktree").shielded().args(["repair", "--"]).arg(path).run()?;
    for link in gitlinks(repo.git_in(path, "ls-files"))? {
        let submodule = path.join(path_from(&link));
        let git_dir = marker::git_dir_of(&submodule).and_then(|it| it.canonicalize().ok());
        if let Some(git_dir) = git_dir {
            let git = repo.git("config").arg("--file").arg(git_dir.join("config"));
            git.arg("core.worktree").arg(&submodule).run()?;
        }
    }
    Ok(())
}

/// Returns true if the worktree points to this git directory. If the repository moved too and the
/// path no longer exists, the name of the git directory must match.
fn leads_to(worktree: &Path, git_dir: &Path) -> bool {
    let Some(target) = marker::git_dir_of(worktree) else { return false };
    match target.canonicalize() {
        Ok(target) => target == git_dir,
        Err(_) => target.file_name() == git_dir.file_name(),
    }
}

/// Returns sessions' worktrees at their registered path that link to a git directory that no longer
/// exists.
///
/// # Errors
/// Fails if the git directory cannot be read.
pub fn unlinked(worktrees: &Worktrees<'_>) -> Result<Vec<PathBuf>, WorkspaceError> {
    let known = worktrees.registered()?.into_iter();
    let lost = known.filter(|known| marker::read(&known.git_dir).is_some() && is_lost(known));
    Ok(lost.map(|known| known.path).collect())
}

/// Links these worktrees to this repository again. Does nothing if one of its worktrees now belongs
/// to another repository, as after everything was copied, because git would take over that worktree
/// too.
///
/// # Errors
/// Fails if git fails.
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
