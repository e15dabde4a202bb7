//! Where workspaces are created, and how a record stores their path.

use std::path::{Component, Path, PathBuf};

use super::worktrees::real_path;
use super::{WorkspaceError, Worktrees};
use crate::git::Environment;
use crate::model::{Project, SessionId};

impl Worktrees<'_> {
    /// Returns the directory of a new session's worktree: `<project>/<short id>` below
    /// `ao.worktreeDir`, or below `~/.worktrees`. A relative `ao.worktreeDir` is relative to the
    /// main worktree.
    ///
    /// # Errors
    /// Fails if neither the setting nor HOME is set.
    pub fn default_path(
        &self,
        project: &Project,
        session: SessionId,
    ) -> Result<PathBuf, WorkspaceError> {
        Ok(real_path(&self.root()?.join(project.as_str()).join(session.short())))
    }

    /// Returns the directory below which worktrees are created.
    pub(super) fn root(&self) -> Result<PathBuf, WorkspaceError> {
        let Some(dir) = self.repo.settings().worktree_dir() else {
            return Ok(home(self.repo.environment())
                .ok_or(WorkspaceError::NoHome)?
                .join(".worktrees"));
        };
        let main = self.repo.main_folder();
        // If the git directory is separate from the worktree, nothing is created inside it.
        let is_apart = main == self.repo.common_dir() && self.repo.work_dir().is_some();
        let beside = main.parent().filter(|_| is_apart);
        Ok(beside.unwrap_or(main).join(dir))
    }
}

/// Returns the form in which records store a path: with `~/` below the home directory, otherwise
/// absolute.
///
/// # Errors
/// Fails if the path is not UTF-8, or could not be read back.
pub fn to_record(path: &Path, environment: &Environment) -> Result<String, WorkspaceError> {
    write(path, home(environment).as_deref())
}

/// Returns the path that a record stores. It need not exist.
///
/// # Errors
/// Fails if the text is neither absolute nor starts with `~/`, or if it has a component `..`.
pub fn from_record(text: &str, environment: &Environment) -> Result<PathBuf, WorkspaceError> {
    read(text, home(environment).as_deref())
}

/// Returns true if this path may be meant by a record that another user of the clone wrote. `~/`
/// then stands for the home directory of that user, which is unknown.
pub fn could_name(recorded: &str, path: &Path) -> bool {
    recorded.strip_prefix("~/").is_some_and(|rest| !rest.is_empty() && path.ends_with(rest))
}

fn write(path: &Path, home: Option<&Path>) -> Result<String, WorkspaceError> {
    let text = |path: &Path| path.to_str().map(str::to_owned);
    let odd = || WorkspaceError::NotUtf8(path.to_owned());
    let below = home.and_then(|home| path.strip_prefix(home).ok());
    let text = match below.filter(|rest| !rest.as_os_str().is_empty()) {
        Some(rest) => format!("~/{}", text(rest).ok_or_else(odd)?),
        None => text(path).ok_or_else(odd)?,
    };
    read(&text, home).map(|_| text)
}

fn read(text: &str, home: Option<&Path>) -> Result<PathBuf, WorkspaceError> {
    let refused = || WorkspaceError::NotAPlace(text.to_owned());
    let path = match text.strip_prefix("~/") {
        Some(rest) if Path::new(rest).is_relative() && !rest.is_empty() => {
            home.ok_or(WorkspaceError::NoHome)?.join(rest)
        }
        Some(_) => return Err(refused()),
        None => PathBuf::from(text),
    };
    let plain = |part: Component<'_>| !matches!(part, Component::ParentDir | Component::CurDir);
    let odd = text.contains(|c: char| c.is_control());
    if path.is_absolute() && path.components().all(plain) && !odd && path.parent().is_some() {
        Ok(path)
    } else {
        Err(refused())
    }
}

/// Returns the home directory as git determines it: HOME, with symbolic links resolved, so that it
/// can be compared with paths that git prints.
fn home(environment: &Environment) -> Option<PathBuf> {
    let home = environment.home().filter(|home| home.is_absolute())?;
    Some(home.canonicalize().unwrap_or_else(|_| home.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_below_home_go_there_and_back() {
        let home = Some(Path::new("/users/ann"));
        for (path, text) in [
            ("/users/ann/.worktrees/demo/7b6d11f9", "~/.worktrees/demo/7b6d11f9"),
            ("/users/anna/x", "/users/anna/x"),
            ("/users/ann/~/x", "~/~/x"),
            ("/users/ann", "/users/ann"),
            ("/srv/größe w", "/srv/größe w"),
        ] {
            assert_eq!(write(Path::new(path), home).unwrap(), text);
            assert_eq!(read(text, home).unwrap(), Path::new(path));
        }
        assert_eq!(write(Path::new("/users/ann/x"), None).unwrap(), "/users/ann/x");
    }

    #[test]
    fn what_leads_elsewhere_is_refused() {
        let home = Some(Path::new("/users/ann"));
        for bad in [
            "",
            "/",
            "~",
            "~/",
            "~//etc",
            "~root/x",
            "..",
            "x",
            "./x",
            "/a/../b",
            "~/../bob",
            "-x",
            "/a\nb",
            "/a\u{1b}[2J",
        ] {
            assert!(matches!(read(bad, home), Err(WorkspaceError::NotAPlace(_))), "{bad:?}");
        }
        assert!(matches!(read("~/x", None), Err(WorkspaceError::NoHome)));
        assert!(write(Path::new("/a/../b"), home).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn paths_that_are_not_utf8_are_refused() {
        use std::os::unix::ffi::OsStrExt;
        let path = Path::new(std::ffi::OsStr::from_bytes(b"/srv/\xff"));
        assert!(matches!(write(path, None), Err(WorkspaceError::NotUtf8(_))));
    }
}
