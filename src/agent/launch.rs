use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use super::AgentError;
use crate::git::uninterrupted;
use crate::model::SessionId;

/// What an agent is started with.
#[derive(Debug, Clone)]
pub struct LaunchRequest {
    /// The session here.
    pub session: SessionId,
    /// The directory it works in.
    pub workspace: PathBuf,
    /// The task; may be empty where the agent has a terminal.
    pub prompt: String,
    /// One line that names the session; may be empty.
    pub title: String,
    /// The model to use, if not the agent's own choice.
    pub model: Option<String>,
    /// The agent's own id of the conversation to resume or fork.
    pub agent_session_id: Option<String>,
    /// An id for the conversation where a new one begins: a fresh UUID.
    pub fresh_id: String,
    /// A directory for files that the agent needs: long prompts, histories.
    pub state_dir: PathBuf,
}

/// A program to run in the workspace, with no shell in between.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Launch {
    /// The program, as a name to look up on PATH or as a path.
    pub program: String,
    /// Its arguments.
    pub args: Vec<String>,
    /// Environment variables to set.
    pub env: Vec<(String, String)>,
    /// Environment variables to remove: they tell an agent that it runs inside another one.
    pub remove: Vec<String>,
    /// What to write to its standard input, which is closed after it.
    ///
    /// None leaves it the terminal, or nothing where there is none.
    pub stdin: Option<String>,
    /// Files to make first.
    pub prepare: Vec<Prepare>,
    /// The agent's own id of the conversation, where it is known before the start.
    pub agent_session_id: Option<String>,
}

/// A file that an agent needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Prepare {
    /// A file with this text.
    Write {
        /// Where.
        path: PathBuf,
        /// What is in it.
        text: String,
    },
    /// A copy of a file; nothing where there is none.
    Copy {
        /// What to copy.
        from: PathBuf,
        /// Where to.
        to: PathBuf,
    },
    /// A directory, with those above it.
    Directory(PathBuf),
}

impl Launch {
    /// Makes the files, readable by their owner only.
    pub fn prepare(&self) -> Result<(), AgentError> {
        for step in &self.prepare {
            step.make().map_err(|source| AgentError::Prepare {
                path: step.path().to_owned(),
                source: source.into(),
            })?;
        }
        Ok(())
    }
}

impl Prepare {
    fn path(&self) -> &Path {
        match self {
            Self::Write { path, .. } | Self::Directory(path) => path,
            Self::Copy { to, .. } => to,
        }
    }

    fn make(&self) -> io::Result<()> {
        match self {
            Self::Directory(path) => uninterrupted(|| fs::create_dir_all(path)),
            Self::Write { path, text } => private(path)?.write_all(text.as_bytes()),
            Self::Copy { from, to } => match fs::File::open(from) {
                Ok(mut from) => io::copy(&mut from, &mut private(to)?).map(drop),
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
                Err(error) => Err(error),
            },
        }
    }
}

fn private(path: &Path) -> io::Result<fs::File> {
    OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)
}
