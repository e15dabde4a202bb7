use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, OnceLock};

use jiff::tz::TimeZone;

use super::process::find_program;

/// The environment variables that a repository is used with, as a value.
///
/// Everything that depends on a variable reads it from here: the location of git's configuration,
/// the user's identity, the programs on PATH. Git, tmux, agents and hooks are started with these
/// variables and no others. One process can therefore serve several users:
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use git_ao::git::{Environment, Repository};
///
/// # let dir = tempfile::tempdir()?;
/// # assert!(std::process::Command::new("git").args(["init", "-q"]).arg(dir.path()).status()?.success());
/// let environment = Environment::empty()
///     .with("PATH", "/usr/local/bin:/usr/bin:/bin")
///     .with("HOME", dir.path())
///     .with("GIT_CONFIG_NOSYSTEM", "1");
/// let repo = Repository::discover_with(dir.path(), environment)?;
/// assert_eq!(repo.config("user.name"), None);
/// # Ok(()) }
/// ```
///
/// Three things are still those of the process: its working directory, to which relative paths
/// refer; its user (for root, also SUDO_UID, as in git); and the time zone of a GIT_AUTHOR_DATE
/// that has none.
///
/// Cloning is cheap.
#[derive(Clone)]
pub struct Environment(Arc<Inner>);

#[derive(Clone, Default)]
struct Inner {
    variables: BTreeMap<OsString, OsString>,
    zone: OnceLock<TimeZone>,
}

impl Environment {
    /// Returns the current variables of this process.
    pub fn inherited() -> Self {
        std::env::vars_os().collect()
    }

    /// Returns an environment without variables.
    pub fn empty() -> Self {
        Self(Arc::default())
    }

    /// Sets a variable.
    #[must_use]
    pub fn with(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.change().insert(name.into(), value.into());
        self
    }

    /// Removes a variable.
    #[must_use]
    pub fn without(mut self, name: impl AsRef<OsStr>) -> Self {
        self.change().remove(name.as_ref());
        self
    }

    /// Returns the value of a variable; it may be empty.
    pub fn os(&self, name: &str) -> Option<&OsStr> {
        self.0.variables.get(OsStr::new(name)).map(OsString::as_os_str)
    }

    /// Returns the value of a variable, or None if it is not UTF-8. The value may be empty.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.os(name)?.to_str()
    }

    /// Returns true if a variable is set, even to an empty value.
    pub fn has(&self, name: &str) -> bool {
        self.os(name).is_some()
    }

    /// Returns all variables, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = (&OsStr, &OsStr)> {
        self.0.variables.iter().map(|(name, value)| (name.as_os_str(), value.as_os_str()))
    }

    /// Returns the home directory, or None if HOME is unset or empty.
    pub fn home(&self) -> Option<&Path> {
        self.os("HOME").filter(|home| !home.is_empty()).map(Path::new)
    }

    /// Looks for a program as execvp(3) would, without running anything.
    ///
    /// A name that contains a `/` is a path and is not looked for. Relative entries of PATH are
    /// skipped, because their meaning depends on the current directory.
    pub fn find_program(&self, program: &str) -> Option<PathBuf> {
        find_program(program, self.os("PATH").unwrap_or_default())
    }

    /// Returns a command that runs with these variables and no others.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let program = program.as_ref();
        let mut command = match self.path_of(program) {
            Some(path) => {
                use std::os::unix::process::CommandExt as _;
                let mut command = Command::new(path);
                command.arg0(program);
                command
            }
            None => Command::new(program),
        };
        command.env_clear().envs(self.iter());
        command
    }

    /// Returns the path of a program. With a changed environment, the standard library needs a path
    /// to avoid a fork (posix_spawn(3)). None if PATH has relative entries, which depend on the
    /// directory in which the program is started.
    fn path_of(&self, program: &OsStr) -> Option<PathBuf> {
        let path = self.os("PATH")?;
        let is_absolute = std::env::split_paths(path).all(|entry| entry.is_absolute());
        let name = program.to_str().filter(|name| is_absolute && !name.contains('/'))?;
        find_program(name, path)
    }

    pub(super) fn zone(&self) -> &OnceLock<TimeZone> {
        &self.0.zone
    }

    fn change(&mut self) -> &mut BTreeMap<OsString, OsString> {
        let inner = Arc::make_mut(&mut self.0);
        inner.zone = OnceLock::new();
        &mut inner.variables
    }
}

impl<N: Into<OsString>, V: Into<OsString>> FromIterator<(N, V)> for Environment {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(variables: I) -> Self {
        let variables =
            variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        Self(Arc::new(Inner { variables, zone: OnceLock::new() }))
    }
}

impl PartialEq for Environment {
    fn eq(&self, other: &Self) -> bool {
        self.0.variables == other.0.variables
    }
}

impl Eq for Environment {}

/// Shows only the names: values may be secrets.
impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.variables.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::Environment;

    #[test]
    fn a_clone_is_not_changed_by_what_is_made_of_it() {
        let one = Environment::empty().with("A", "1").with("B", "");
        let two = one.clone().with("A", "2").without("B");
        assert_eq!((one.text("A"), one.has("B")), (Some("1"), true));
        assert_eq!((two.text("A"), two.has("B")), (Some("2"), false));
        assert_eq!(format!("{one:?}"), r#"{"A", "B"}"#);
        assert_ne!(one, two);
    }

    #[test]
    fn a_program_gets_these_variables_alone() {
        let environment = Environment::empty().with("PATH", "/usr/bin:/bin").with("AO_X", "y");
        let printed = environment.command("env").output().expect("env(1) is there").stdout;
        assert_eq!(String::from_utf8_lossy(&printed), "AO_X=y\nPATH=/usr/bin:/bin\n");
        let nowhere = Environment::empty().with("PATH", "/nowhere");
        assert!(nowhere.command("env").output().is_err());
        assert_eq!(nowhere.find_program("env"), None);
    }
}
