use std::fs;

use super::block::{self, BlockKind, SHEBANG};
use super::file::{ExistingHook, HookFile};
use super::{Edits, HookError, HookName, HooksDir, HooksScope, Installer, configured};

/// The result of uninstalling a hook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Uninstalled {
    /// It was removed, and the previous hook was restored.
    Gone,
    /// It was not installed.
    NotThere,
}

impl Installer<'_> {
    /// Uninstalls a hook, however it was installed. The previous hook is restored byte for byte.
    ///
    /// # Errors
    /// Fails if git ao's part was edited, or if the file cannot be written. The hook is then
    /// unchanged.
    pub fn uninstall(&self, name: HookName) -> Result<Uninstalled, HookError> {
        let in_file = self.remove_file(name)?;
        let in_config = configured::remove(self.repo, name)?;
        Ok(if in_file || in_config { Uninstalled::Gone } else { Uninstalled::NotThere })
    }

    /// Unsets `ao.hooks`, which enables hooks in a shared directory for this repository.
    ///
    /// # Errors
    /// Fails if the configuration cannot be written.
    pub fn opt_out(&self) -> Result<(), HookError> {
        let is_shared =
            HooksDir::find(self.repo).is_ok_and(|place| place.scope == HooksScope::Shared);
        if is_shared {
            let git = || self.repo.git("config").arg("--local");
            let switch = crate::git::settings::HOOKS;
            let is_set = git().args(["--type=bool", "--get", switch]).find()?;
            if is_set.is_some_and(|value| value.text() == "true") {
                git().args(["--unset-all", switch]).run()?;
            }
        }
        Ok(())
    }

    /// Removes the hook's file or block. Returns true if there was one.
    pub(super) fn remove_file(&self, name: HookName) -> Result<bool, HookError> {
        let place = match HooksDir::find(self.repo) {
            Err(HookError::TurnedOff(_)) => return Ok(false),
            place => place?,
        };
        let file = HookFile::new(&place.folder, name);
        let ExistingHook::Ours(bytes, block) = file.look()? else { return Ok(false) };
        if block.is_edited && self.edits == Edits::Keep {
            return Err(HookError::Edited(file.path));
        }
        let rest = block::without(&bytes, &block);
        match block.kind {
            BlockKind::Wrapper if rest == SHEBANG || self.edits == Edits::Discard => {
                file.unwrap_kept()?;
            }
            BlockKind::Wrapper => return Err(HookError::Edited(file.path)),
            BlockKind::Own if rest == SHEBANG => {
                fs::remove_file(&file.path).map_err(HookError::io("remove", &file.path))?;
            }
            BlockKind::Own | BlockKind::Guest => file.write(&rest)?,
        }
        Ok(true)
    }
}
