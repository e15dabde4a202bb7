use std::path::PathBuf;

use super::file::{Found, HookFile};
use super::{HookError, HookName, Installer, Place, configured};

/// Whether a hook of git-ao is installed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
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

impl State {
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
    pub fn status(&self, name: HookName) -> Result<State, HookError> {
        if configured::has(self.repo, name)? {
            return Ok(State::Configured);
        }
        let place = match Place::find(self.repo) {
            Err(HookError::TurnedOff(_)) => return Ok(State::Missing(None)),
            place => place?,
        };
        let file = HookFile::new(&place.folder, name);
        match file.look() {
            Ok(Found::Nothing) => Ok(State::Missing(None)),
            Ok(Found::Foreign) | Err(HookError::InTheWay(_)) => Ok(State::Missing(Some(file.path))),
            Ok(Found::Ours(..)) if !file.is_run() => Ok(State::NotRun(file.path)),
            Ok(Found::Ours(_, block)) if block.is_edited => Ok(State::Edited(file.path)),
            Ok(Found::Ours(..)) => Ok(State::File(file.path)),
            Err(HookError::Damaged(path)) => Ok(State::Damaged(path)),
            Err(error) => Err(error),
        }
    }
}
