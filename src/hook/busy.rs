use std::path::Path;

/// What git leaves in a worktree's git directory while it, and not the user, moves HEAD about
/// (wt-status.c, wt_status_get_state).
const SIGNS: [&str; 7] = [
    "rebase-merge",
    "rebase-apply",
    "BISECT_LOG",
    "CHERRY_PICK_HEAD",
    "REVERT_HEAD",
    "MERGE_HEAD",
    "sequencer",
];

/// True while a rebase, bisect, cherry-pick, revert, merge or am goes on.
pub fn is_busy(git_dir: &Path) -> bool {
    SIGNS.iter().any(|sign| git_dir.join(sign).symlink_metadata().is_ok())
}
