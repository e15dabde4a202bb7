use std::path::PathBuf;

use super::file::{ExistingHook, HookFile};
use super::{HookError, HookName, HooksDir, Installer, configured};

/// Whether a hook of git-ao is installed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HookState {
    /// It is not installed. If git has another hook, this is its path.
    Missing(Option<PathBuf>),
    /// It is installed as a file.
    File(PathBuf),
    /// It is installed, but git ao's part was edited.
    Edited(PathBuf),
    /// It is installed, but git does not run it because it is not executable.
    NotRun(PathBuf),
    /// One of its markers is missing.
    Damaged(PathBuf),
    /// It is installed in the repository's configuration.
    Configured,
}

impl HookState {
    /// Returns true if git runs git-ao in this hook.
    pub fn is_installed(&self) -> bool {
        matches!(self, Self::File(_) | Self::Edited(_) | Self::Configured)
    }
}

impl Installer<'_> {
    /// Returns whether a hook is installed.
    ///
    /// # Errors
    /// Fails if the file or the configuration cannot be read.
    pub fn status(&self, name: HookName) -> Result<HookState, HookError> {
        if configured::has(self.repo, name)? {
            return Ok(HookState::Configured);
        }
        let place = match HooksDir::find(self.repo) {
            Err(HookError::TurnedOff(_)) => return Ok(HookState::Missing(None)),
            place => place?,
        };
        let file = HookFile::new(&place.folder, name);
        match file.look() {
            Ok(ExistingHook::Nothing) => Ok(HookState::Missing(None)),
            Ok(ExistingHook::Foreign) | Err(HookError::InTheWay(_)) => {
                Ok(HookState::Missing(Some(file.path)))
            }
            Ok(ExistingHook::Ours(..)) if !file.is_run() => Ok(HookState::NotRun(file.path)),
            Ok(ExistingHook::Ours(_, block)) if block.is_edited => Ok(HookState::Edited(file.path)),
            Ok(ExistingHook::Ours(..)) => Ok(HookState::File(file.path)),
            Err(HookError::Damaged(path)) => Ok(HookState::Damaged(path)),
            Err(error) => Err(error),
        }
    }
}
