use std::fmt;
use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

/// A git operation in progress in a worktree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Operation {
    /// `git rebase`
    Rebase,
    /// `git am`
    Am,
    /// `git merge`
    Merge,
    /// `git cherry-pick`
    CherryPick,
    /// `git revert`
    Revert,
    /// `git bisect`
    Bisect,
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Rebase => "rebase",
            Self::Am => "am",
            Self::Merge => "merge",
            Self::CherryPick => "cherry-pick",
            Self::Revert => "revert",
            Self::Bisect => "bisect",
        })
    }
}

/// Returns the git operation in progress in the worktree with this git directory.
///
/// Checks for the same files as git's wt_status_get_state. In a repository with reftable, the heads
/// of cherry-pick and revert are not files, so the caller must ask git for them.
pub fn operation(git_dir: &Path) -> Option<Operation> {
    let there = |name: &str| git_dir.join(name).exists();
    if there("rebase-apply/applying") {
        return Some(Operation::Am);
    }
    let signs = [
        ("rebase-merge", Operation::Rebase),
        ("rebase-apply", Operation::Rebase),
        ("MERGE_HEAD", Operation::Merge),
        ("CHERRY_PICK_HEAD", Operation::CherryPick),
        ("REVERT_HEAD", Operation::Revert),
        ("BISECT_LOG", Operation::Bisect),
    ];
    signs.into_iter().find(|(name, _)| there(name)).map(|(_, operation)| operation)
}

/// Returns the branch to which a rebase or bisect in progress returns.
pub(super) fn branch_held(git_dir: &Path) -> Option<String> {
    let read = |name: &str| fs::read_to_string(git_dir.join(name)).ok();
    let full = read("rebase-merge/head-name").or_else(|| read("rebase-apply/head-name"));
    let full = full.as_deref().map(str::trim_end).and_then(|name| name.strip_prefix("refs/heads/"));
    let start = || read("BISECT_START").map(|name| name.trim_end().to_owned());
    full.map(str::to_owned).or_else(start)
}
