use std::path::Path;

use git_ao::model::{error_chain, shell_name, shell_path};
use git_ao::ops::SessionWorktreeError;
use git_ao::workspace::Condition;

use crate::cli::CliError;

/// The hint for a shallow clone without the commits that are needed.
pub const UNSHALLOW: &str = "to fetch the full history of a shallow clone: git fetch --unshallow";

impl From<SessionWorktreeError> for CliError {
    fn from(error: SessionWorktreeError) -> Self {
        let refused = CliError::of(error.kind(), error_chain(&error));
        match error {
            SessionWorktreeError::Missing(id) => refused.restore_hint("to create one", id),
            SessionWorktreeError::NotUsable {
                id,
                condition: Condition::Missing | Condition::Prunable,
                ..
            } => refused.restore_hint("to create it again", id),
            SessionWorktreeError::NotUsable { condition, path, .. } => {
                match not_usable(&condition, &path) {
                    Some(hint) => refused.hint(hint),
                    None => refused,
                }
            }
            SessionWorktreeError::NotItsOwn { id, .. } => refused
                .hint(format!("to continue in a separate worktree: git ao fork {}", id.short())),
            SessionWorktreeError::NotFree { path, condition, branch } => match condition {
                Condition::Busy(_) => refused.hint(format!(
                    "finish or abort that first: git -C {} status",
                    shell_path(&path)
                )),
                Condition::WrongBranch(_) | Condition::Detached => refused.hint(format!(
                    "to work there: git -C {} switch {}",
                    shell_path(&path),
                    shell_name(&branch)
                )),
                _ => refused,
            },
            SessionWorktreeError::Lent { to, .. } => {
                refused.hint(format!("to end that session first: git ao kill {}", to.short()))
            }
            SessionWorktreeError::Unfinished { id, way_out, .. } => refused.hint(format!(
                "if an interrupted 'git ao restore' left it: {way_out}\n\
                 to continue in a separate worktree: git ao fork {}",
                id.short()
            )),
            SessionWorktreeError::BranchInUse { id, source } => CliError::from(source)
                .hint(format!("to continue on a separate branch: git ao fork {}", id.short())),
            SessionWorktreeError::BranchGone { branch, head } => {
                let commit = head.map_or("<commit>".to_owned(), |head| head.to_string());
                let name = format!("refs/heads/{branch}");
                refused
                    .hint(format!("to recreate it: git update-ref {} {commit}", shell_name(&name)))
            }
            SessionWorktreeError::CommitsMissing { landed: Some(commit), .. } => {
                refused.hint(format!("to see what was landed: git show {}", commit.short()))
            }
            SessionWorktreeError::CommitsMissing { branch, .. } => refused.hint(format!(
                "to fetch it from where it is: git fetch <remote> {name}:{name}",
                name = shell_name(&branch)
            )),
            SessionWorktreeError::StartMissing { .. } => refused.hint(UNSHALLOW),
            _ => refused,
        }
    }
}

fn not_usable(condition: &Condition, path: &Path) -> Option<String> {
    const FIX: &str = "fix it there, or continue anyway with --force";
    Some(match condition {
        Condition::WrongBranch(_) => {
            format!("{FIX}\nto record the branch it is on: git ao reconcile")
        }
        Condition::Detached | Condition::Busy(_) => FIX.to_owned(),
        Condition::Unregistered => repair(path),
        Condition::NotAWorktree | Condition::Foreign(_) => {
            "move it away; a new worktree is then created there".to_owned()
        }
        _ => return None,
    })
}

/// Adds a hint that a shallow clone may lack the commits that are needed.
pub fn cut_off(error: CliError) -> CliError {
    error.hint(UNSHALLOW)
}

/// Adds a hint about a new worktree that was changed before it could be removed again.
pub fn with_kept(error: CliError, path: &Path) -> CliError {
    let path = shell_path(path);
    error.hint(format!(
        "the new worktree was kept, because it was changed in the meantime:\n  git -C {path} status"
    ))
}

/// Returns the hint how to reconnect a worktree and its repository after one was moved by hand.
pub fn repair(path: &Path) -> String {
    let path = shell_path(path);
    format!(
        "if it or the repository was moved: git worktree repair {path}\n\
         otherwise move it away, and git ao restore creates a new one"
    )
}
