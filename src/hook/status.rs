use std::path::PathBuf;

use super::file::{Found, HookFile};
use super::{HookError, HookName, Installer, Place, configured};

/// Whether a hook of git-ao is installed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// It is not installed. If git has another hook, this is its path.
    Missing(Option<PathBuf>),
    /// It is installed as a file.
    File(PathBuf),
    /// It is installed, but git-ao's part was edited.
    Edited(PathBuf),
    /// It is installed, but git does not run it because it is not executable.
    NotRun(PathBuf),
    /// One of its markers is missing.
    Damaged(PathBuf),
    /// It is installed in the repository's configuration.
    Configured,
}

impl State {
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
