use git_ao::model::{SessionId, error_chain, shell_path, shell_word};
use git_ao::ops::{ConflictRemedy, LandError};

use super::session_worktree::UNSHALLOW;
use crate::cli::CliError;

impl From<LandError> for CliError {
    fn from(error: LandError) -> Self {
        let failed = CliError::of(error.kind(), error_chain(&error));
        match error {
            LandError::BaseGone { near: Some(near), .. } => failed.hint(format!(
                "to land in another branch, use for example --into {}",
                shell_word(&near)
            )),
            LandError::NoBase(_) | LandError::BaseGone { .. } => failed
                .hint("to land in another branch, use --into <branch>; to see them: git branch"),
            LandError::Unrelated { branch, .. } => failed.hint(format!(
                "to merge them all the same, on the base branch: \
                 git merge --allow-unrelated-histories {}",
                shell_word(&branch)
            )),
            LandError::Uncommitted { path, .. } => failed.hint(format!(
                "to see them: git -C {} status\nto land only what is committed, use --force",
                shell_path(&path)
            )),
            LandError::AtWork { id, asks, .. } => {
                let (id, see) = (id.short(), if asks { "answer" } else { "see" });
                failed.hint(format!(
                    "to {see} it: git ao attach {id}\nto stop it: git ao kill {id}\nto land only \
                     what is committed, use --force"
                ))
            }
            LandError::NotReady { path, .. } => {
                failed.hint(format!("for details: git -C {} status", shell_path(&path)))
            }
            LandError::InTheWay { path, .. } => failed.hint(format!(
                "commit or stash them first: git -C {} stash --include-untracked",
                shell_path(&path)
            )),
            LandError::Staged(path) => failed.hint(format!(
                "commit or unstage them first: git -C {} restore --staged .",
                shell_path(&path)
            )),
            LandError::Conflicts { id, into, remedy, .. } => {
                failed.hint("nothing was changed").hint(resolve(id, &into, &remedy))
            }
            LandError::NotCommitted { path, .. } => {
                let path = shell_path(&path);
                failed.hint(format!(
                    "to see it: git -C {path} diff HEAD\nto commit it: git -C {path} commit\n\
                     to abort the merge: git -C {path} merge --abort"
                ))
            }
            LandError::Lost { place, start, into, is_shallow, .. } => {
                let git = match place {
                    Some(place) => format!("git -C {}", shell_path(&place)),
                    None => "git".to_owned(),
                };
                let failed = failed.hint(format!(
                    "to land only the session's own commits, use --rebase\n\
                     to land the others as well, first merge them in '{into}': {git} merge {}",
                    start.short()
                ));
                if is_shallow { failed.hint(UNSHALLOW) } else { failed }
            }
            LandError::Diverged(_) => {
                failed.hint("to land on top of it, use --rebase, --squash or --merge")
            }
            LandError::NoCommits { id, .. } => {
                failed.hint(format!("to end it: git ao complete {}", id.short()))
            }
            LandError::Shallow { .. } => failed.hint(UNSHALLOW),
            LandError::Moved(_) => failed.hint("nothing was changed; try again"),
            LandError::NotUndone { path, .. } => {
                let path = shell_path(&path);
                failed.hint(format!(
                    "to see what is left: git -C {path} status\n\
                     to end an unfinished merge and keep the files: git -C {path} merge --quit"
                ))
            }
            _ => failed,
        }
    }
}

/// Returns the hint how to resolve conflicts.
fn resolve(id: SessionId, into: &str, remedy: &ConflictRemedy) -> String {
    let id = id.short();
    let merge = format!("git ao land --in-worktree {id}");
    match remedy {
        ConflictRemedy::Merge { has_rerere: false } => {
            format!("to resolve them in the session's worktree: {merge}")
        }
        ConflictRemedy::Merge { has_rerere: true } => format!(
            "to resolve them in the session's worktree, also with recorded resolutions (rerere): \
             {merge}"
        ),
        ConflictRemedy::Rebase { path: Some(path), start } => {
            let (git, into) = (format!("git -C {} rebase", shell_path(path)), shell_word(into));
            match start {
                Some(start) => format!(
                    "to resolve them in the session's worktree: {git} --onto {into} {}",
                    start.short()
                ),
                None => format!(
                    "to resolve them in the session's worktree: {git} {into}\nor merge there, and \
                     then land with --merge or --squash: {merge}"
                ),
            }
        }
        ConflictRemedy::Rebase { path: None, .. } => {
            format!("to get a worktree in which to resolve them: git ao restore {id}")
        }
        ConflictRemedy::Merged { branch } => {
            format!("'{branch}' already contains '{into}': use --merge, --squash or --ff")
        }
    }
}
