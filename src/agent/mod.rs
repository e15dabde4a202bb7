//! Agents: the programs that do the work, described as data.
//!
//! A built-in table and the user's git configuration define how each agent is launched, resumed and
//! forked. The result is a [`Launch`]: a program and its arguments, for a runtime to start.
//! Commands never come from a record.

mod action;
mod agents;
mod config;
mod error;
mod launch;
mod own_id;
mod plan;
mod put;
mod spec;
mod table;
mod template;
#[cfg(test)]
mod tests;
mod transcript;
mod value;

pub use action::{Action, Mode};
pub use agents::{Agents, InstalledAgent};
pub use config::{AgentSetting, Trust};
pub use error::AgentError;
pub use launch::{Launch, LaunchRequest, Prepare};
pub use own_id::IdSource;
pub use template::{Slot, TemplateError};

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::git::Environment;

/// A program that works on a task.
///
/// The table's agents are one implementation; an orchestrator may bring its own.
pub trait Agent: Send + Sync {
    /// The name people call it by.
    fn name(&self) -> &str;

    /// The program, as a name to look up on PATH or as a path.
    fn program(&self) -> &str;

    /// The arguments that make the program print its version.
    fn version_args(&self) -> &[String];

    /// The mode in which it can do this: the wanted one if possible, else the other one.
    ///
    /// None when it cannot do it at all, or has no place for this prompt.
    fn mode(&self, action: Action, wanted: Mode, prompt: &str) -> Option<Mode>;

    /// Says what to run.
    fn plan(
        &self,
        action: Action,
        mode: Mode,
        request: &LaunchRequest,
    ) -> Result<Launch, AgentError>;

    /// What to type into its terminal, before Enter, so that this text is submitted.
    fn typed(&self, text: &str) -> String {
        text.to_owned()
    }

    /// How its own id of a conversation comes to be known.
    fn id_source(&self) -> IdSource {
        IdSource::Unknown
    }

    /// The agent's own session id, if this line of its headless output tells it.
    fn id_in_output(&self, _line: &str) -> Option<String> {
        None
    }

    /// The agent's own session id, from the newest transcript that was begun in `workspace` and
    /// written after `since`.
    fn id_in_transcripts(
        &self,
        _workspace: &Path,
        _since: SystemTime,
        _: &Environment,
    ) -> Option<String> {
        None
    }

    /// A variable that moves the folder in which it keeps its conversations.
    ///
    /// Its value has to be the same where the agent runs and where its conversations are looked for.
    fn home_variable(&self) -> Option<&str> {
        None
    }

    /// Whether the conversation with this id is still there; None where that cannot be told.
    ///
    /// `state_dir` is the [`LaunchRequest`]'s.
    fn has_conversation(&self, _id: &str, _state_dir: &Path, _: &Environment) -> Option<bool> {
        None
    }

    /// Puts a conversation where the agent looks for it when it is started in `workspace`; nothing
    /// is overwritten, and nothing is done where it need not be or the conversation is not found.
    fn bring_conversation(
        &self,
        _id: &str,
        _workspace: &Path,
        _: &Environment,
    ) -> Result<(), AgentError> {
        Ok(())
    }

    /// Where the conversation with this id lies, if it can be found.
    fn transcript(&self, _agent_session_id: &str, _: &Environment) -> Option<PathBuf> {
        None
    }
}
