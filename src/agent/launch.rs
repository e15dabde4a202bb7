use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use super::AgentError;
use super::value::{check_id, check_text, check_word};
use crate::git::uninterrupted;
use crate::model::SessionId;

/// The input for starting an agent.
///
/// ```
/// use git_ao::agent::LaunchRequest;
/// use git_ao::model::SessionId;
///
/// let request = LaunchRequest::new(SessionId::random(), "/srv/tree", "/srv/state")
///     .prompt("Fix the flaky test")
///     .model("large");
/// assert_eq!(request.agent_session_id, None);
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
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
    /// The git-ao that the agent's hooks are to call; None for no hooks.
    pub hook_program: Option<PathBuf>,
}

impl LaunchRequest {
    /// Requests an agent for a session in a workspace, with an empty prompt, no title, and a random
    /// id for a new conversation.
    pub fn new(
        session: SessionId,
        workspace: impl Into<PathBuf>,
        state_dir: impl Into<PathBuf>,
    ) -> Self {
        Self {
            session,
            workspace: workspace.into(),
            prompt: String::new(),
            title: String::new(),
            model: None,
            agent_session_id: None,
            fresh_id: SessionId::random().to_string(),
            state_dir: state_dir.into(),
            hook_program: None,
        }
    }

    /// Sets the prompt.
    #[must_use]
    pub fn prompt(self, prompt: impl Into<String>) -> Self {
        Self { prompt: prompt.into(), ..self }
    }

    /// Sets the name of the session.
    #[must_use]
    pub fn title(self, title: impl Into<String>) -> Self {
        Self { title: title.into(), ..self }
    }

    /// Sets the model.
    #[must_use]
    pub fn model(self, model: impl Into<String>) -> Self {
        Self { model: Some(model.into()), ..self }
    }

    /// Sets the agent's own id of the conversation to resume or fork.
    #[must_use]
    pub fn agent_session_id(self, id: impl Into<String>) -> Self {
        Self { agent_session_id: Some(id.into()), ..self }
    }

    /// Sets the id of a new conversation.
    #[must_use]
    pub fn fresh_id(self, id: impl Into<String>) -> Self {
        Self { fresh_id: id.into(), ..self }
    }
}

impl LaunchRequest {
    /// Checks that the values can be part of a command: they are no options and no paths, and have no
    /// NUL byte. An agent calls this before it makes a command, because ids and models may come from
    /// somebody else's record.
    ///
    /// # Errors
    /// Fails with [`AgentError::Refused`] for the first value that must not be passed on.
    pub fn check(&self) -> Result<(), AgentError> {
        if let Some(model) = &self.model {
            check_word("model", model)?;
        }
        if let Some(id) = &self.agent_session_id {
            check_id("agent session id", id)?;
        }
        check_id("agent session id", &self.fresh_id)?;
        check_text("prompt", &self.prompt)
    }
}

/// A program to run in the workspace, without a shell.
///
/// ```
/// use git_ao::agent::Launch;
///
/// let launch = Launch::new("aider").args(["--message", "Fix the flaky test"]).env("LANG", "C");
/// assert_eq!(launch.args.len(), 2);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
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
    /// Runs a program without arguments, in the caller's environment.
    pub fn new(program: impl Into<String>) -> Self {
        Self {
            program: program.into(),
            args: Vec::new(),
            env: Vec::new(),
            remove: Vec::new(),
            stdin: None,
            prepare: Vec::new(),
            agent_session_id: None,
        }
    }

    /// Adds arguments.
    #[must_use]
    pub fn args<A: Into<String>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    /// Sets an environment variable.
    #[must_use]
    pub fn env(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.env.push((name.into(), value.into()));
        self
    }

    /// Removes an environment variable.
    #[must_use]
    pub fn env_remove(mut self, name: impl Into<String>) -> Self {
        self.remove.push(name.into());
        self
    }

    /// Sets the standard input.
    #[must_use]
    pub fn stdin(self, text: impl Into<String>) -> Self {
        Self { stdin: Some(text.into()), ..self }
    }

    /// Adds a file to create first.
    #[must_use]
    pub fn file(mut self, file: Prepare) -> Self {
        self.prepare.push(file);
        self
    }

    /// Sets the agent's own id of the conversation.
    #[must_use]
    pub fn agent_session_id(self, id: impl Into<String>) -> Self {
        Self { agent_session_id: Some(id.into()), ..self }
    }

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
