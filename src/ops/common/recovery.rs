use super::OpsError;
use crate::model::Recovery;

impl OpsError {
    /// Returns what the caller can do about the error.
    ///
    /// - [`Retry`](Recovery::Retry): another process is working on the session, or its agent does not respond.
    /// - [`FixInput`](Recovery::FixInput): the session, its worktree or its agent does not allow it; many of these errors
    ///   have an override such as `--force`.
    /// - [`Repair`](Recovery::Repair): a record, an object or a ref is missing or damaged.
    /// - [`GiveUp`](Recovery::GiveUp): there is nothing to do, the caller interrupted it, or another program failed.
    pub fn recovery(&self) -> Recovery {
        match self {
            Self::Busy(_) | Self::Changed(_) | Self::NotStopped { .. } | Self::Unknown { .. } => {
                Recovery::Retry
            }
            Self::NothingToUndo | Self::Interrupted => Recovery::GiveUp,
            Self::Folder { source, .. } | Self::File { source, .. } => source.into(),
            Self::Kept { source, .. } => source.recovery(),
            Self::Undo(error) => error.recovery(),
            Self::Agent(error) => error.recovery(),
            Self::Runtime(error) => error.recovery(),
            Self::Lock(error) => error.recovery(),
            Self::Workspace(error) => error.recovery(),
            Self::Store(error) => error.recovery(),
            Self::Ref(error) => error.recovery(),
            Self::Git(error) => error.recovery(),
            _ => Recovery::FixInput,
        }
    }
}
