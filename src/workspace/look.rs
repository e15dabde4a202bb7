//! Determines the state of the workspace at a path, without writing anything.

use std::fs;
use std::path::{Path, PathBuf};

use super::operation::{branch_held, operation};
use super::parallel::run_all;
use super::registry::{Registered, common_dir_of};
use super::status::Status;
use super::worktrees::real_path;
use super::{
    Condition, Detail, ExpectedWorktree, Operation, WorkspaceError, WorkspaceState, WorktreeEntry,
    Worktrees, marker,
};
use crate::git::{GitError, Output};

/// The data shared by all inspections of one call.
struct Look<'a> {
    worktrees: &'a Worktrees<'a>,
    known: Vec<Registered>,
    /// The output of `git worktree list`, which is needed only if HEAD is not stored in a file.
    listed: Option<Vec<WorktreeEntry>>,
}

/// The HEAD of a worktree.
enum Head {
    Branch(String),
    Detached,
    Elsewhere,
}

impl Worktrees<'_> {
    /// Inspects all places, with several `git status` at a time.
    pub(super) fn look(
        &self,
        places: &[ExpectedWorktree<'_>],
        detail: Detail,
    ) -> Result<Vec<WorkspaceState>, WorkspaceError> {
        let mut look = Look { worktrees: self, known: self.registered()?, listed: None };
        let mut states = Vec::with_capacity(places.len());
        for place in places {
            states.push(look.at(place, detail)?);
        }
        if detail == Detail::Changes {
            let in_place = |state: &WorkspaceState| is_worktree(&state.condition);
            let open: Vec<_> = (0..places.len()).filter(|i| in_place(&states[*i])).collect();
            let commands = open.iter().map(|i| self.status(places[*i].path)).collect();
            for (i, output) in open.into_iter().zip(run_all(commands)) {
                states[i].add(output);
            }
        }
        Ok(states)
    }

    /// Returns the git directory of the worktree of this repository at `path`, or the condition
    /// that prevents its use.
    fn own_git_dir(&self, path: &Path, known: &[Registered]) -> Result<PathBuf, Condition> {
        let here = known.iter().find(|known| known.path == path);
        match fs::read_dir(path).map(|mut entries| entries.next().is_none()) {
            Ok(false) => {}
            Err(_) if fs::symlink_metadata(path).is_ok() => return Err(Condition::NotAWorktree),
            Ok(true) | Err(_) => match here {
                Some(_) => return Err(Condition::Prunable),
                None => return Err(Condition::Missing),
            },
        }
        let dot_git = path.join(".git");
        let git_dir = match marker::git_dir_of(path) {
            Some(git_dir) => git_dir,
            None if dot_git.is_dir() => dot_git,
            None => return Err(Condition::NotAWorktree),
        };
        let Ok(git_dir) = git_dir.canonicalize() else {
            let ours = git_dir.starts_with(self.repo.common_dir().join("worktrees"));
            let lost = if ours || here.is_some() {
                Condition::Unregistered
            } else {
                Condition::NotAWorktree
            };
            return Err(lost);
        };
        match common_dir_of(&git_dir) {
            None => Err(Condition::NotAWorktree),
            Some(common) if common != self.repo.common_dir() => Err(Condition::Foreign(common)),
            Some(common) if common == git_dir => Ok(git_dir),
            Some(_) if here.is_some_and(|here| here.git_dir == git_dir) => Ok(git_dir),
            Some(_) => Err(Condition::Unregistered),
        }
    }
}

impl Look<'_> {
    fn at(
        &mut self,
        place: &ExpectedWorktree<'_>,
        detail: Detail,
    ) -> Result<WorkspaceState, WorkspaceError> {
        let path = real_path(place.path);
        let locked = self.known.iter().find(|known| known.path == path);
        let locked = locked.and_then(|known| known.locked.clone());
        let git_dir = match self.worktrees.own_git_dir(&path, &self.known) {
            Ok(git_dir) => git_dir,
            Err(condition) => {
                return Ok(WorkspaceState { locked, ..WorkspaceState::new(condition) });
            }
        };
        let mut operation = operation(&git_dir);
        let head = match head_of(&git_dir) {
            Head::Elsewhere => {
                if operation.is_none() && detail == Detail::Changes {
                    operation = self.picking(&path)?;
                }
                self.listed_head(&path)?
            }
            head => head,
        };
        let branch = match head {
            Head::Branch(name) => Some(name),
            _ => branch_held(&git_dir),
        };
        let condition = match (operation, &branch) {
            (Some(operation), _) => Condition::Busy(operation),
            _ if self.is_taken_for_bare(&path)? => Condition::Unreadable(BARE.to_owned()),
            (None, None) => Condition::Detached,
            (None, Some(name)) => match place.branch {
                Some(expected) if expected != name => Condition::WrongBranch(name.clone()),
                _ => Condition::Ready,
            },
        };
        Ok(WorkspaceState { branch, locked, ..WorkspaceState::new(condition) })
    }

    /// Returns true if git refuses to work there because of core.bare.
    fn is_taken_for_bare(&self, path: &Path) -> Result<bool, WorkspaceError> {
        let repo = self.worktrees.repo;
        if !repo.is_bare_for_all() {
            return Ok(false);
        }
        let inside = repo.git_in(path, "rev-parse").arg("--is-inside-work-tree").run()?;
        Ok(inside.text() == "false")
    }

    fn listed_head(&mut self, path: &Path) -> Result<Head, WorkspaceError> {
        let listed = match self.listed.take() {
            Some(listed) => listed,
            None => self.worktrees.list()?,
        };
        let branch =
            listed.iter().find(|listed| listed.path == path).and_then(|l| l.branch.clone());
        self.listed = Some(listed);
        Ok(branch.map_or(Head::Detached, Head::Branch))
    }

    /// Returns a cherry-pick or revert in progress, for repositories whose refs are not files.
    fn picking(&self, path: &Path) -> Result<Option<Operation>, WorkspaceError> {
        let git = self.worktrees.repo.git_in(path, "cat-file").arg("--batch-check=%(objecttype)");
        let Ok(output) = git.input("CHERRY_PICK_HEAD\nREVERT_HEAD\n").run() else {
            return Ok(None);
        };
        let text = output.text();
        let found = text.lines().position(|line| line == "commit");
        Ok(found.map(|at| [Operation::CherryPick, Operation::Revert][at]))
    }
}

/// The message for a worktree that git takes for a bare repository.
const BARE: &str = "core.bare is set for all worktrees";

impl WorkspaceState {
    fn add(&mut self, output: Result<Output, GitError>) {
        match output {
            Ok(output) => {
                let status = Status::parse(output.bytes());
                self.changes = Some(status.changes);
                self.upstream = status.upstream;
            }
            Err(GitError::Failed { message, .. }) => {
                self.condition = Condition::Unreadable(message);
            }
            Err(error) => self.condition = Condition::Unreadable(error.to_string()),
        }
    }
}

/// Returns true if a usable worktree of this repository is there, in whatever state.
pub fn is_worktree(condition: &Condition) -> bool {
    matches!(
        condition,
        Condition::Ready | Condition::WrongBranch(_) | Condition::Detached | Condition::Busy(_)
    )
}

fn head_of(git_dir: &Path) -> Head {
    let text = fs::read_to_string(git_dir.join("HEAD")).unwrap_or_default();
    match text.trim_end().strip_prefix("ref: refs/heads/") {
        // The placeholder in HEAD if refs are not stored in files (reftable).
        Some(".invalid") => Head::Elsewhere,
        Some(name) => Head::Branch(name.to_owned()),
        None => Head::Detached,
    }
}
