//! Notes where the commits begin that were made in a session's worktree.

use std::cell::OnceCell;
use std::collections::HashSet;
use std::path::Path;

use super::marker::git_dir_of;
use crate::git::{Descent, Repository};
use crate::model::{Oid, Session};

/// The commits that git made in a worktree, by the reflog of its HEAD. It is read once, when that is
/// asked for.
#[derive(Debug)]
pub struct CommitsMadeIn<'w> {
    repo: &'w Repository,
    top: Option<&'w Path>,
    commits: OnceCell<HashSet<Oid>>,
}

impl<'w> CommitsMadeIn<'w> {
    /// Names the top directory of the worktree; with None, there are none.
    pub fn new(repo: &'w Repository, top: Option<&'w Path>) -> Self {
        Self { repo, top, commits: OnceCell::new() }
    }

    /// Reads the reflog. Who writes a record does this first, and not while others wait.
    pub fn read(&self) -> &HashSet<Oid> {
        let made = || self.top.and_then(|top| made_in(self.repo, top)).unwrap_or_default();
        self.commits.get_or_init(made)
    }
}

/// Sets the head of a session, and notes in `base.onto` where its own commits begin.
///
/// A branch also has commits of others: after a rebase, a pull, or a reset. The session's own are
/// those that git says in the reflog of the worktree's HEAD to have been made there, and those that
/// were known before. So nothing is claimed for a session that somebody else has made.
pub fn note_own_work(session: &mut Session, made: &CommitsMadeIn<'_>, head: Oid) {
    let before = session.head.replace(head.clone());
    let Some(base) = session.base.as_mut().filter(|_| before.as_ref() != Some(&head)) else {
        return;
    };
    let Some(commit) = &base.commit else { return };
    let commits = made.read();
    let is_own = |at: &Oid| at != commit && commits.contains(at) && before.as_ref() != Some(at);
    let start = Descent::new(made.repo).first_without(&head, is_own).unwrap_or(head);
    if Some(&start) != before.as_ref() {
        base.onto = Some(start).filter(|start| start != commit);
    }
}

/// Returns the commits that git made in a worktree. None if that is not known.
fn made_in(repo: &Repository, top: &Path) -> Option<HashSet<Oid>> {
    let git_dir = git_dir_of(top).unwrap_or_else(|| top.join(".git"));
    let entries = repo.head_moves(&git_dir, top)?;
    let made = entries.into_iter().filter(|(_, message)| makes_a_commit(message));
    Some(made.map(|(commit, _)| commit).collect())
}

/// Returns true if this is git's reason for a move to a new commit, in a reflog.
fn makes_a_commit(message: &str) -> bool {
    let (act, what) = message.split_once(": ").unwrap_or((message, ""));
    let verb = act.split(' ').next().unwrap_or_default();
    if what.eq_ignore_ascii_case("fast-forward") {
        return false;
    }
    match verb {
        "commit" | "cherry-pick" | "revert" | "am" => true,
        "merge" => what.starts_with("Merge made by"),
        "rebase" | "pull" if act.ends_with(')') => {
            let steps = ["(start)", "(finish)", "(abort)", "(reset)", "(skip)"];
            !steps.iter().any(|step| act.ends_with(step))
        }
        "pull" => what.starts_with("Merge made by"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::makes_a_commit;

    #[test]
    fn only_new_commits_are_made() {
        for made in [
            "commit: fast",
            "commit (initial): x",
            "commit (amend): x",
            "commit (merge): x",
            "cherry-pick: x",
            "revert: Revert \"x\"",
            "am: x",
            "merge topic: Merge made by the 'ort' strategy.",
            "pull: Merge made by the 'ort' strategy.",
            "pull --rebase (pick): x",
            "rebase (pick): x",
            "rebase (squash): x",
            "rebase (continue): x",
        ] {
            assert!(makes_a_commit(made), "{made}");
        }
        for moved in [
            "",
            "reset: moving to origin/main",
            "checkout: moving from a to b",
            "merge main: Fast-forward",
            "pull: Fast-forward",
            "cherry-pick: fast-forward",
            "rebase (pick): fast-forward",
            "rebase (start): checkout main",
            "rebase (finish): returning to refs/heads/x",
            "pull --rebase (finish): returning to refs/heads/x",
            "clone: from x",
            "branch: Created from main",
        ] {
            assert!(!makes_a_commit(moved), "{moved}");
        }
    }
}
