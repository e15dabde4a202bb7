//! Hooks in git's configuration, `hook.<name>.event` and `.command` (git-hook(1), from git 2.54).

use std::ffi::OsString;
use std::path::Path;

use super::{HookError, HookName, script};
use crate::git::Repository;

/// How a hook is registered with git.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InstallMethod {
    /// As a file in the hooks directory.
    File,
    /// In the repository's own configuration, beside any other hooks.
    Configured,
}

impl InstallMethod {
    /// Returns the method that the installed git supports.
    ///
    /// # Errors
    /// Fails if git cannot be run.
    pub fn of_git(repo: &Repository) -> Result<Self, HookError> {
        Ok(Self::of_version(&repo.git("version").run()?.text()))
    }

    /// Returns the method for this output of `git version`.
    pub fn of_version(text: &str) -> Self {
        let version = text.strip_prefix("git version ").unwrap_or(text);
        let mut numbers = version.split(['.', ' ', '-']).map_while(|part| part.parse::<u32>().ok());
        let version = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
        if version >= (2, 54) { Self::Configured } else { Self::File }
    }
}

fn subsection(name: HookName) -> String {
    format!("git-ao-{name}")
}

fn section(name: HookName) -> String {
    format!("hook.{}", subsection(name))
}

/// Returns true if the repository's own configuration contains the hook.
pub fn has(repo: &Repository, name: HookName) -> Result<bool, HookError> {
    let has = repo.has_local_config("hook", &subsection(name), "event");
    has.map_err(HookError::io("read", &repo.common_dir().join("config")))
}

/// Adds the hook to the repository's own configuration. Returns false if it was already there.
pub fn add(repo: &Repository, name: HookName, program: &Path) -> Result<bool, HookError> {
    let command = os_string(script::command(name, program));
    let key = |part: &str| format!("{}.{part}", section(name));
    let git = || repo.git("config").arg("--local");
    let old = git().args(["--null", "--get"]).arg(key("command")).find()?;
    let is_same =
        old.is_some_and(|old| old.bytes().strip_suffix(b"\0") == Some(command.as_encoded_bytes()));
    if is_same && has(repo, name)? {
        return Ok(false);
    }
    git().arg("--replace-all").arg(key("command")).arg(command).run()?;
    git().arg("--replace-all").arg(key("event")).arg(name.as_str()).run()?;
    Ok(true)
}

/// Removes the hook from the repository's own configuration. Returns false if it was not there.
pub fn remove(repo: &Repository, name: HookName) -> Result<bool, HookError> {
    let there = has(repo, name)?;
    if there {
        repo.git("config").args(["--local", "--remove-section"]).arg(section(name)).run()?;
    }
    Ok(there)
}

#[cfg(unix)]
fn os_string(bytes: Vec<u8>) -> OsString {
    std::os::unix::ffi::OsStringExt::from_vec(bytes)
}

#[cfg(not(unix))]
fn os_string(bytes: Vec<u8>) -> OsString {
    String::from_utf8_lossy(&bytes).into_owned().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_follows_from_the_version() {
        for old in ["git version 2.47.3", "git version 2.39.5 (Apple Git-154)", "git version 2", ""]
        {
            assert_eq!(InstallMethod::of_version(old), InstallMethod::File, "{old}");
        }
        for new in ["git version 2.54.0", "git version 2.55.1.windows.1", "git version 3.0.0-rc1"] {
            assert_eq!(InstallMethod::of_version(new), InstallMethod::Configured, "{new}");
        }
        assert_eq!(InstallMethod::of_version("git version 2.54-rc0"), InstallMethod::Configured);
    }
}
