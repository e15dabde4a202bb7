use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::process::Command;

use super::RuntimeError;
use crate::git::Environment;

/// What to run, and where.
#[derive(Debug, Clone)]
pub struct ProcessSpec {
    /// The program and its arguments; no shell reads them.
    pub argv: Vec<OsString>,
    /// The working directory.
    pub cwd: PathBuf,
    /// The environment, before variables are set and removed.
    pub environment: Environment,
    /// Environment variables to set.
    pub set: Vec<(OsString, OsString)>,
    /// Environment variables to remove.
    pub remove: Vec<OsString>,
    /// Where output goes when there is no terminal; it is appended to.
    pub log: Option<PathBuf>,
}

/// Nothing to run, with the variables of this process.
impl Default for ProcessSpec {
    fn default() -> Self {
        Self {
            argv: Vec::new(),
            cwd: PathBuf::new(),
            environment: Environment::inherited(),
            set: Vec::new(),
            remove: Vec::new(),
            log: None,
        }
    }
}

impl ProcessSpec {
    /// A process of this program in the plan's environment; the rest of the plan is left to the
    /// caller.
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
    /// One of its own or the caller's.
    Present,
    /// None: nobody can type.
    Absent,
}

/// What became of a start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Started {
    /// It runs, under this handle.
    Running(String),
    /// Nothing was started: the caller is to run the plan itself, in its own terminal, and is then
    /// known by this handle.
    Here(String),
    /// Nothing was started, and nothing is to be.
    Nothing,
}

/// Whether a process is alive.
#[derive(Debug)]
pub enum Probe {
    /// It is.
    Alive {
        /// Its process id.
        pid: u32,
    },
    /// It is not, and that is certain.
    Gone,
    /// It cannot be told; never to be taken for gone.
    Unknown(RuntimeError),
}

/// How a process came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopped {
    /// By itself, when it was asked to.
    Ended,
    /// It had to be killed.
    Killed,
    /// It was gone before.
    AlreadyGone,
}

/// A command for the terminal that a person sits at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attach {
    /// The program and its arguments.
    pub argv: Vec<OsString>,
    /// The environment that it gets.
    pub environment: Environment,
}
