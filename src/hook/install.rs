use std::fs;
use std::path::{Path, PathBuf};

use super::block::{self, BlockKind, SHEBANG};
use super::file::{ExistingHook, HookFile};
use super::{HookError, HookName, HooksDir, HooksScope, InstallMethod, configured, script};
use crate::git::Repository;

/// What happens to edits in git ao's part of a hook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edits {
    /// They are an error.
    Keep,
    /// They are discarded.
    Discard,
}

/// The result of installing a hook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Installed {
    /// A new file was installed.
    New,
    /// The hook was added to an existing shell script.
    IntoScript,
    /// The hook was installed, and calls the existing hook.
    AroundHook,
    /// Another version of the hook was replaced.
    Updated,
    /// The hook was already installed.
    Already,
}

/// Installs hooks in a repository, and uninstalls them.
#[derive(Debug)]
pub struct Installer<'r> {
    pub(super) repo: &'r Repository,
    pub(super) method: InstallMethod,
    pub(super) edits: Edits,
}

impl<'r> Installer<'r> {
    /// Makes an installer for this repository.
    pub fn new(repo: &'r Repository, method: InstallMethod, edits: Edits) -> Self {
        Self { repo, method, edits }
    }

    /// Installs a hook that calls `program`, or `git-ao` on PATH if that program no longer exists.
    ///
    /// An existing hook still runs, with the same arguments, input and exit status. In a directory
    /// that other repositories use, the hook does nothing for them: it needs `ao.hooks=true`, which
    /// is set for this repository.
    ///
    /// # Errors
    /// Fails if an existing hook cannot be kept, or if the file cannot be written. The hooks are
    /// then unchanged.
    pub fn install(&self, name: HookName, program: &Path) -> Result<Installed, HookError> {
        let installed = match self.method {
            InstallMethod::File => {
                let installed = self.install_file(name, program)?;
                match configured::remove(self.repo, name)? {
                    true => Installed::Updated,
                    false => installed,
                }
            }
            InstallMethod::Configured => {
                let had_file = self.remove_file(name)?;
                match configured::add(self.repo, name, program)? {
                    false => Installed::Already,
                    true if had_file => Installed::Updated,
                    true => Installed::New,
                }
            }
        };
        self.opt_in()?;
        Ok(installed)
    }

    fn install_file(&self, name: HookName, program: &Path) -> Result<Installed, HookError> {
        let folder = HooksDir::find(self.repo)?.folder;
        fs::create_dir_all(&folder).map_err(HookError::io("make", &folder))?;
        let file = HookFile::new(&folder, name);
        let text = |kind| block::render(kind, &script::body(name, kind, program));
        let whole = |kind| [SHEBANG, &text(kind)].concat();
        match file.look()? {
            ExistingHook::Nothing => file.write(&whole(BlockKind::Own)).map(|()| Installed::New),
            ExistingHook::Ours(_, block) if block.is_edited && self.edits == Edits::Keep => {
                Err(HookError::Edited(file.path))
            }
            // Git does not run the script that holds the block, because it is not executable. The
            // script stays disabled: it is kept without the block, and a wrapper takes its place.
            ExistingHook::Ours(bytes, block)
                if block.kind == BlockKind::Guest && !file.is_run() =>
            {
                file.write(&block::without(&bytes, &block))?;
                file.wrap(&whole(BlockKind::Wrapper)).map(|()| Installed::AroundHook)
            }
            ExistingHook::Ours(bytes, block) => {
                let was_run = file.is_run();
                let new = block::replaced(&bytes, &block, &text(block.kind));
                if new == bytes && was_run {
                    return Ok(Installed::Already);
                }
                file.write(&new)?;
                if !was_run {
                    file.allow_run()?;
                }
                Ok(Installed::Updated)
            }
            ExistingHook::Foreign => match file.guest_house() {
                Some(bytes) => {
                    let end = bytes.iter().position(|byte| *byte == b'\n').map_or(0, |at| at + 1);
                    let new = [&bytes[..end], &text(BlockKind::Guest), &bytes[end..]].concat();
                    file.write(&new).map(|()| Installed::IntoScript)
                }
                None => file.wrap(&whole(BlockKind::Wrapper)).map(|()| Installed::AroundHook),
            },
        }
    }

    fn opt_in(&self) -> Result<(), HookError> {
        let is_shared =
            HooksDir::find(self.repo).is_ok_and(|place| place.scope == HooksScope::Shared);
        if is_shared && self.repo.settings().hooks().is_none() {
            let git =
                self.repo.git("config").args(["--local", crate::git::settings::HOOKS, "true"]);
            git.run()?;
        }
        Ok(())
    }

    /// Returns the script to which users add hooks, if a tool regenerates the hooks.
    ///
    /// husky keeps its own hooks in `_`, and those of the user in the directory above.
    pub fn owner_script(&self, name: HookName) -> Option<PathBuf> {
        let folder = HooksDir::find(self.repo).ok()?.folder;
        let is_husky = folder.ends_with("_") && folder.join("h").exists();
        is_husky.then(|| folder.parent().unwrap_or(&folder).join(name.as_str()))
    }
}
