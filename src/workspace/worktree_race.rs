use std::thread;
use std::time::Duration;

use crate::git::GitError;

/// How often to run git again after it met a half-made worktree, and at which interval.
const ATTEMPTS: u32 = 100;
const APART: Duration = Duration::from_millis(5);

/// Runs git while others may be creating worktrees and branches in the same repository.
///
/// Git reads the entries of all worktrees, and fails on one that another git is just writing: the
/// file `commondir` exists before it has content. Git has then done nothing, so it can run again.
pub(super) fn retry_on_worktree_race<T>(
    run: impl Fn() -> Result<T, GitError>,
) -> Result<T, GitError> {
    for _ in 1..ATTEMPTS {
        match run() {
            Err(error) if is_half_made(&error) || is_locked(&error) => thread::sleep(APART),
            ended => return ended,
        }
    }
    run()
}

/// Returns true if git failed because of a half-made worktree.
pub(super) fn is_half_made(error: &GitError) -> bool {
    matches!(error, GitError::Failed { message, .. } if message.contains("/commondir"))
}

/// Returns true if git could not lock a reftable, which has one lock for all refs. Git waits for
/// it for a tenth of a second only.
fn is_locked(error: &GitError) -> bool {
    matches!(error, GitError::Failed { message, .. } if message.contains("cannot lock references"))
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn only_a_half_made_worktree_is_met_again() {
        let failed = |message: &str| {
            let (verb, message) = ("worktree".to_owned(), message.to_owned());
            Err::<(), _>(GitError::Failed { verb, status: Some(128), message })
        };
        let runs = Cell::new(0);
        let twice = retry_on_worktree_race(|| {
            runs.set(runs.get() + 1);
            failed(["failed to read /x/worktrees/y/commondir: Success", "no"][runs.get() - 1])
        });
        assert!(twice.is_err());
        assert_eq!(runs.get(), 2, "another failure is one");
    }
}
