use std::path::PathBuf;

use crate::model::SessionId;

/// What the program does about a finding. All of it can be undone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Remedy {
    /// Completes an entry of `worktrees/` in the git directory, or moves it away.
    Complete(PathBuf),
    /// Leads a worktree to where the repository is now.
    Relink(PathBuf),
    /// Tells git where a worktree is now.
    BringBack(PathBuf),
    /// Gives a copied clone a name of its own.
    Rename,
    /// Writes down how a session is.
    Record(SessionId),
    /// Moves a file of no session away.
    Unexpected(PathBuf),
    /// Moves a file away that a writer left.
    Tip(PathBuf),
    /// Lets git forget the worktree at this path.
    Forget(PathBuf),
    /// Makes git ignore a folder.
    Exclude(PathBuf),
}

/// What was done, or why it was not.
pub(super) type Done = Result<String, String>;

impl Remedy {
    /// Those of an earlier stage come first: what they do decides what there is to do later.
    pub fn stage(&self) -> u8 {
        match self {
            Self::Complete(_) | Self::Rename => 0,
            // What is out of sight is not gone.
            Self::Relink(_) | Self::BringBack(_) => 1,
            // The next writer would remove it.
            Self::Tip(_) => 1,
            Self::Record(_) => 2,
            Self::Unexpected(_) | Self::Forget(_) | Self::Exclude(_) => 3,
        }
    }

    /// What it would do.
    pub fn plan(&self) -> String {
        match self {
            Self::Complete(_) => "would be completed, or moved to ao/half-made".to_owned(),
            Self::Rename => "would be renamed".to_owned(),
            Self::Relink(_) => "would be repaired by 'git worktree repair'".to_owned(),
            Self::BringBack(_) => "would be registered there".to_owned(),
            Self::Record(_) => "would be updated".to_owned(),
            Self::Unexpected(_) | Self::Tip(_) => "would be moved to ao/set-aside".to_owned(),
            Self::Forget(_) => "its entry would be moved to ao/set-aside".to_owned(),
            Self::Exclude(_) => "would be added to info/exclude".to_owned(),
        }
    }
}
