use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use super::AgentError;
use crate::git::uninterrupted;
use crate::model::SessionId;

/// The input for starting an agent.
#[derive(Debug, Clone)]
pub struct LaunchRequest {
    /// The session.
    pub session: SessionId,
    /// The working directory.
    pub workspace: PathBuf,
    /// The prompt; may be empty if the agent has a terminal.
    pub prompt: String,
    /// A one-line name of the session; may be empty.
    pub title: String,
    /// The model; None lets the agent choose.
    pub model: Option<String>,
    /// The agent's own id of the conversation to resume or fork.
    pub agent_session_id: Option<String>,
    /// A new UUID, for an agent that accepts an id for a new conversation.
    pub fresh_id: String,
    /// A directory for files that the agent needs, such as long prompts and histories.
    pub state_dir: PathBuf,
}

/// A program to run in the workspace, without a shell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Launch {
    /// The program: a name to look up on PATH, or a path.
    pub program: String,
    /// The arguments.
    pub args: Vec<String>,
    /// Environment variables to set.
    pub env: Vec<(String, String)>,
    /// Environment variables to remove, because they tell an agent that it runs inside another one.
    pub remove: Vec<String>,
    /// The standard input.
    ///
    /// With None, the program uses the terminal, or has no input if there is none.
    pub stdin: Option<String>,
    /// Files to create first.
    pub prepare: Vec<Prepare>,
    /// The agent's own id of the conversation, if it is known before the start.
    pub agent_session_id: Option<String>,
}

/// A file that an agent needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Prepare {
    /// A file with this text.
    Write {
        /// The path.
        path: PathBuf,
        /// The contents.
        text: String,
    },
    /// A copy of a file. A missing source is skipped.
    Copy {
        /// The source.
        from: PathBuf,
        /// The destination.
        to: PathBuf,
    },
    /// A directory, with its parents.
    Directory(PathBuf),
}

impl Launch {
    /// Creates the files, readable only by their owner.
    ///
    /// # Errors
    /// Fails with [`AgentError::Prepare`] for the first file that cannot be written. Earlier files
    /// stay.
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
