use std::path::PathBuf;

use crate::model::SessionId;

/// A fix that the program applies. Each can be undone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Remedy {
    /// Completes an entry of `worktrees/` in the git directory, or moves it away.
    Complete(PathBuf),
    /// Links a worktree to the repository's new path.
    Relink(PathBuf),
    /// Registers a worktree at its new path.
    BringBack(PathBuf),
    /// Gives a copied clone a new name.
    Rename,
    /// Updates the record of a session.
    Record(SessionId),
    /// Moves away a file that belongs to no session.
    Unexpected(PathBuf),
    /// Moves away the temporary file of a crashed writer.
    Tip(PathBuf),
    /// Moves away git's entry of the missing worktree at this path.
    Forget(PathBuf),
    /// Makes git ignore a directory.
    Exclude(PathBuf),
    /// Moves the damaged transcript store away, and saves into a new one what can be saved.
    Transcripts,
}

/// What was done, or why it failed.
pub(super) type Done = Result<String, String>;

impl Remedy {
    /// Returns the stage. Earlier stages run first, because they can change what later ones find.
    pub fn stage(&self) -> u8 {
        match self {
            Self::Complete(_) | Self::Rename => 0,
            // A worktree that was moved must not be treated as missing by later stages.
            Self::Relink(_) | Self::BringBack(_) => 1,
            // The next writer would remove the file.
            Self::Tip(_) => 1,
            Self::Record(_) | Self::Transcripts => 2,
            Self::Unexpected(_) | Self::Forget(_) | Self::Exclude(_) => 3,
        }
    }

    /// Returns a description of what the fix would do.
    pub fn plan(&self) -> String {
        match self {
            Self::Complete(_) => "would be completed, or moved to ao/half-made".to_owned(),
            Self::Rename => "would be renamed".to_owned(),
            Self::Relink(_) => "would be repaired by 'git worktree repair'".to_owned(),
            Self::BringBack(_) => "would be registered there".to_owned(),
            Self::Record(_) => "would be updated".to_owned(),
            Self::Unexpected(_) | Self::Tip(_) => "would be moved to ao/set-aside".to_owned(),
            Self::Forget(_) => "its entry would be moved to ao/set-aside".to_owned(),
            Self::Transcripts => {
                "would be moved to ao/set-aside; intact transcripts are kept".to_owned()
            }
            Self::Exclude(_) => "would be added to info/exclude".to_owned(),
        }
    }
}
