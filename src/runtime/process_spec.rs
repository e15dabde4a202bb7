use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::process::Command;

use super::RuntimeError;
use crate::git::Environment;

/// A command to run, with its directory and environment.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ProcessSpec {
    /// The program and its arguments, which pass through no shell.
    pub argv: Vec<OsString>,
    /// The working directory.
    pub cwd: PathBuf,
    /// The environment before variables are set and removed.
    pub environment: Environment,
    /// Environment variables to set.
    pub set: Vec<(OsString, OsString)>,
    /// Environment variables to remove.
    pub remove: Vec<OsString>,
    /// The file to which output is appended if there is no terminal.
    pub log: Option<PathBuf>,
    /// The standard input; None for an empty one, or for the terminal if there is one.
    pub input: Option<Vec<u8>>,
    /// Whether somebody will ask how the process ended.
    pub report: ExitReport,
}

/// Whether a runtime keeps how a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ExitReport {
    /// The process records its own end, as the supervisor of an agent does.
    #[default]
    Dropped,
    /// The caller asks with [`Runtime::wait`](super::Runtime::wait), and then calls
    /// [`Runtime::stop`](super::Runtime::stop), after which nothing is kept.
    Kept,
}

/// No command, with the environment of this process.
impl Default for ProcessSpec {
    fn default() -> Self {
        Self {
            argv: Vec::new(),
            cwd: PathBuf::new(),
            environment: Environment::inherited(),
            set: Vec::new(),
            remove: Vec::new(),
            log: None,
            input: None,
            report: ExitReport::Dropped,
        }
    }
}

impl ProcessSpec {
    /// Runs a program with arguments in a directory, with the environment of this process.
    pub fn new<A: Into<OsString>>(
        argv: impl IntoIterator<Item = A>,
        cwd: impl Into<PathBuf>,
    ) -> Self {
        let argv = argv.into_iter().map(Into::into).collect();
        Self { argv, cwd: cwd.into(), ..Self::default() }
    }

    /// Sets the environment before variables are set and removed.
    #[must_use]
    pub fn environment(self, environment: Environment) -> Self {
        Self { environment, ..self }
    }

    /// Sets an environment variable.
    #[must_use]
    pub fn env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.set.push((name.into(), value.into()));
        self
    }

    /// Removes an environment variable.
    #[must_use]
    pub fn env_remove(mut self, name: impl Into<OsString>) -> Self {
        self.remove.push(name.into());
        self
    }

    /// Sets the file to which output is appended if there is no terminal.
    #[must_use]
    pub fn log(self, path: impl Into<PathBuf>) -> Self {
        Self { log: Some(path.into()), ..self }
    }

    /// Sets the standard input.
    #[must_use]
    pub fn input(self, input: impl Into<Vec<u8>>) -> Self {
        Self { input: Some(input.into()), ..self }
    }

    /// Sets whether somebody will ask how the process ended.
    #[must_use]
    pub fn report(self, report: ExitReport) -> Self {
        Self { report, ..self }
    }

    /// Returns the whole environment of the process: variables are removed first, and then set.
    pub fn full_environment(&self) -> Environment {
        let kept = self.remove.iter().fold(self.environment.clone(), Environment::without);
        self.set.iter().fold(kept, |environment, (name, value)| environment.with(name, value))
    }

    /// Returns a command for this program with the environment of the specification. Arguments,
    /// directory and output are left to the caller.
    pub(super) fn command(&self, program: &OsStr) -> Command {
        let mut command = self.environment.command(program);
        for name in &self.remove {
            command.env_remove(name);
        }
        command.envs(self.set.iter().map(|(name, value)| (name, value)));
        command
    }
}

/// Whether a process has a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Terminal {
    /// Its own or the caller's.
    Present,
    /// None, so nobody can type.
    Absent,
}

/// The result of a start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Started {
    /// The process is running under this handle.
    Running(String),
    /// Nothing was started: the caller must run the plan in its own terminal, and has this handle.
    Here(String),
    /// Nothing was started, and nothing needs to be.
    Nothing,
}

/// Whether a process is alive.
#[derive(Debug)]
pub enum Probe {
    /// The process is alive.
    Alive {
        /// Its process id, if it has one and it is known.
        pid: Option<u32>,
    },
    /// The process is certainly gone.
    Gone,
    /// The state cannot be determined. It must not be treated as gone.
    Unknown(RuntimeError),
}

/// How a process was stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopped {
    /// It exited when asked.
    Ended,
    /// It was killed.
    Killed,
    /// It was already gone.
    AlreadyGone,
}

/// A command to run in a person's terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Attach {
    /// The program and its arguments.
    pub argv: Vec<OsString>,
    /// The environment.
    pub environment: Environment,
    /// The directory; None is the current one.
    pub cwd: Option<PathBuf>,
}

impl Attach {
    /// Runs a program with arguments in an environment.
    pub fn new<A: Into<OsString>>(
        argv: impl IntoIterator<Item = A>,
        environment: Environment,
    ) -> Self {
        Self { argv: argv.into_iter().map(Into::into).collect(), environment, cwd: None }
    }

    /// Sets the directory.
    #[must_use]
    pub fn at(self, folder: impl Into<PathBuf>) -> Self {
        Self { cwd: Some(folder.into()), ..self }
    }
}
