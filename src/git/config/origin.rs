use std::path::PathBuf;

use crate::git::Environment;

/// Where a repository's configuration is.
#[derive(Debug, Clone)]
pub struct ConfigOrigin {
    /// The git directory of the worktree.
    pub git_dir: PathBuf,
    /// The git directory that all worktrees share.
    pub common_dir: PathBuf,
    /// Whether the repository's own configuration is trusted.
    pub trust: gix::sec::Trust,
    /// The variables that name the other files.
    pub environment: Environment,
}
