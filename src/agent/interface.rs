use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::{
    Action, ActivityInputs, AgentError, Deletion, HookNote, IdSource, KeptConversation, Launch,
    LaunchRequest, Mode, SavedConversation, SourceRequest, TakeBack,
};
use super::{RunningConversation, StartOf};
use crate::git::Environment;
use crate::model::ActivityReport;
use crate::transcript::Source;

/// A program that works on a task.
///
/// The built-in table is one implementation. A library user can provide another:
///
/// ```
/// use git_ao::agent::{
///     Action, Agent, AgentError, IdSource, Launch, LaunchRequest, Mode, Slot,
/// };
/// use git_ao::testing::AgentLaws;
///
/// /// A program that reads its task from standard input, and can resume a conversation.
/// struct Worker;
///
/// impl Agent for Worker {
///     fn name(&self) -> &str {
///         "worker"
///     }
///
///     fn program(&self) -> &str {
///         "my-worker"
///     }
///
///     fn version_args(&self) -> &[String] {
///         &[]
///     }
///
///     fn mode(&self, action: Action, _: Mode, prompt: &str) -> Option<Mode> {
///         let can = action != Action::Fork && !prompt.is_empty();
///         can.then_some(Mode::Headless)
///     }
///
///     fn plan(
///         &self,
///         action: Action,
///         mode: Mode,
///         request: &LaunchRequest,
///     ) -> Result<Launch, AgentError> {
///         // Ids and models may come from somebody else's record.
///         request.check()?;
///         let name = || self.name().to_owned();
///         if self.mode(action, mode, &request.prompt) != Some(mode) {
///             return Err(AgentError::Unsupported { name: name(), action, mode });
///         }
///         let id = match action {
///             Action::Resume => request.agent_session_id.clone(),
///             _ => Some(request.fresh_id.clone()),
///         };
///         let id = id.ok_or_else(|| AgentError::Missing {
///             name: name(),
///             slot: Slot::AgentSessionId,
///         })?;
///         let launch = Launch::new(self.program()).args([format!("--conversation={id}")]);
///         Ok(launch.stdin(&*request.prompt).agent_session_id(id))
///     }
///
///     fn id_source(&self) -> IdSource {
///         IdSource::Given
///     }
/// }
///
/// AgentLaws::new(&Worker).check();
/// ```
///
/// # What an implementation keeps
///
/// [`AgentLaws`](crate::testing::AgentLaws) checks it, law by law. Whatever a request contains may
/// come from somebody else's record, so [`plan`](Self::plan) begins with [`LaunchRequest::check`].
pub trait Agent: Send + Sync {
    /// Returns the name of the agent.
    fn name(&self) -> &str;

    /// Returns the program: a name to look up on PATH, or a path. It has to be installed. Empty for
    /// an agent of the library's user that needs no program: its runtime gets the one in the
    /// [`Launch`].
    fn program(&self) -> &str {
        ""
    }

    /// Returns the arguments that make the program print its version.
    fn version_args(&self) -> &[String] {
        &[]
    }

    /// Returns the mode for an action: the wanted one if the agent supports it, otherwise the other
    /// one.
    ///
    /// Returns None if the agent supports neither, or cannot take this prompt. By default, every
    /// action is supported in both modes.
    fn mode(&self, _action: Action, wanted: Mode, _prompt: &str) -> Option<Mode> {
        Some(wanted)
    }

    /// Returns the command for an action.
    ///
    /// # Errors
    /// Fails if the agent does not support the action in this mode, or if a required value is
    /// missing or unsafe as an argument. Nothing is run or written.
    fn plan(
        &self,
        action: Action,
        mode: Mode,
        request: &LaunchRequest,
    ) -> Result<Launch, AgentError>;

    /// Returns the text to type into the terminal, before Enter, to submit `text`: the text itself,
    /// with spaces behind it if Enter would otherwise do something else.
    fn typed(&self, text: &str) -> String {
        text.to_owned()
    }

    /// Returns how the agent's own id of a conversation becomes known.
    fn id_source(&self) -> IdSource {
        IdSource::Unknown
    }

    /// Returns the agent's own session id if this line of its headless output contains one.
    fn id_in_output(&self, _line: &str) -> Option<String> {
        None
    }

    /// Returns the agent's own session id from the newest transcript that was started in
    /// `workspace` and written after `since`.
    fn id_in_transcripts(
        &self,
        _workspace: &Path,
        _since: SystemTime,
        _: &Environment,
    ) -> Option<String> {
        None
    }

    /// Returns the environment variable that sets the directory of the agent's conversations.
    ///
    /// The variable must have the same value for the agent and for whoever looks for its
    /// conversations.
    fn home_variable(&self) -> Option<&str> {
        None
    }

    /// Returns all such variables, also those that name a single file.
    fn home_variables(&self) -> Vec<&str> {
        self.home_variable().into_iter().collect()
    }

    /// Returns whether the conversation with this id still exists, or None if that cannot be
    /// determined.
    ///
    /// `state_dir` is the [`LaunchRequest`]'s.
    fn has_conversation(&self, _id: &str, _state_dir: &Path, _: &Environment) -> Option<bool> {
        None
    }

    /// Copies the conversation with this id to where the agent looks for it in this workspace.
    /// Existing files are not overwritten. Nothing happens if the conversation is already there, or
    /// is not found.
    ///
    /// # Errors
    /// Fails if a file cannot be read or written.
    fn bring_conversation(&self, _: &str, _: &Path, _: &Environment) -> Result<(), AgentError> {
        Ok(())
    }

    /// Writes a conversation that was kept to where the agent looks for it. Existing files are not
    /// overwritten, except by one that continues them. Returns false if that is not possible for
    /// this agent, or if the transcript is not that of the conversation.
    ///
    /// # Errors
    /// Fails if a file cannot be written.
    fn put_conversation(&self, _: &SavedConversation, _: &Environment) -> Result<bool, AgentError> {
        Ok(false)
    }

    /// Returns how the agent's own program takes a conversation back that was kept, if that cannot
    /// be [put](Self::put_conversation) where it looks. It is run in the workspace.
    fn take_back(&self, _: &SavedConversation) -> Option<TakeBack> {
        None
    }

    /// Returns false if a conversation that was kept cannot be given back to the agent in any way.
    fn takes_back(&self) -> bool {
        true
    }

    /// Returns the transcript of the conversation with this id, if it can be found.
    fn transcript(&self, _agent_session_id: &str, _: &Environment) -> Option<PathBuf> {
        None
    }

    /// Returns true if the agent keeps its conversations in files that can be
    /// [found](Self::sources). Nothing is captured of an agent that does not.
    fn keeps_transcripts(&self) -> bool {
        false
    }

    /// Returns when the agent deletes conversations, if it does so without having been told to, and
    /// how to change that. `project` is the main worktree.
    fn deletion(&self, _project: &Path, _: &Environment) -> Option<Deletion> {
        None
    }

    /// Returns the conversations of a session that are found on this machine, those that began
    /// first at the front: a session has several if its agent can begin a new one while it runs.
    fn sources(&self, _: &SourceRequest, _: &Environment) -> Vec<Source> {
        Vec::new()
    }

    /// Returns all conversations with a person that the agent keeps on this machine, whoever began
    /// them.
    fn history(&self, _: &Environment) -> Vec<KeptConversation> {
        Vec::new()
    }

    /// Returns what the running agent is doing, as far as its own files and its terminal's title
    /// tell; None if they tell nothing. It is called again and again, and must be quick.
    fn activity(&self, _: &ActivityInputs<'_>, _: &Environment) -> Option<ActivityReport> {
        None
    }

    /// Returns false if [`activity`](Self::activity) does not look at the terminal's state, so that
    /// nobody has to ask for it.
    fn tells_by_terminal(&self) -> bool {
        true
    }

    /// Reads what one of the agent's hooks was given, or returns None if it says nothing about what
    /// the agent is doing.
    fn hear(&self, _payload: &[u8]) -> Option<HookNote> {
        None
    }

    /// Returns the running conversations, whether or not git ao started them, or None if the agent
    /// cannot tell.
    fn running(&self, _: &Environment, _: StartOf<'_>) -> Option<Vec<RunningConversation>> {
        None
    }
}
