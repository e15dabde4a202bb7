use std::path::PathBuf;

use super::file::{ExistingHook, HookFile};
use super::{HookError, HookName, HooksDir, Installer, configured};

/// Whether a hook of git-ao is installed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HookState {
    /// It is not; where git has another hook, that is named.
    Missing(Option<PathBuf>),
    /// It is, as a file.
    File(PathBuf),
    /// It is, but somebody edited what git-ao wrote.
    Edited(PathBuf),
    /// It is a file, but git does not run it: it is not executable.
    NotRun(PathBuf),
    /// It was, but one of its marks is gone.
    Damaged(PathBuf),
    /// It is, in the repository's configuration.
    Configured,
}

impl HookState {
    /// True when git runs git-ao in this hook.
    pub fn is_installed(&self) -> bool {
        matches!(self, Self::File(_) | Self::Edited(_) | Self::Configured)
    }
}

impl Installer<'_> {
    /// Looks whether a hook is installed.
    ///
    /// # Errors
    /// When the file or the configuration cannot be read.
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
