//! What a running agent is doing, as its own files and its terminal tell it.

mod asks;
mod claude;
mod claude_settings;
mod codex;
mod gemini;
mod hook_note;
mod inputs;
mod lively;
mod running;
mod tail;
#[cfg(test)]
mod tests;

pub use hook_note::{HookMoment, HookNote};
pub use inputs::{ActivityInputs, StartOf};
pub use running::RunningConversation;

use std::path::Path;

use serde_json::Value;

use crate::model::{Activity, ActivityReport};

/// Takes the user's arguments, the program that hooks are to call, and the agent's directory.
type WithHooks = fn(&[String], &Path, &Path) -> Vec<String>;

/// Takes the agent's directory, and what returns the start time of a process.
type FindRunning = fn(&Path, StartOf<'_>) -> Vec<RunningConversation>;

/// How the activity of an agent is learnt.
#[derive(Debug, Clone, Copy)]
pub(super) struct ActivitySource {
    /// Whether it tells something by its terminal's title.
    pub by_terminal: bool,
    /// Looks at the agent's files, whose directory is given, and at its terminal.
    pub look: fn(&ActivityInputs<'_>, Option<&Path>) -> Option<ActivityReport>,
    /// Adds to the user's arguments those that make the agent call a program's hooks; None if it has
    /// no such arguments.
    pub with_hooks: Option<WithHooks>,
    /// Finds what runs now, in the agent's directory; None if the agent does not tell.
    pub running: Option<FindRunning>,
    /// Reads what one of the agent's hooks was given.
    pub hear: fn(&Value) -> Option<HookNote>,
}

/// Claude Code, as seen with 2.1.197.
pub(super) const CLAUDE: ActivitySource = ActivitySource {
    by_terminal: false,
    look: claude::look,
    with_hooks: Some(claude_settings::with_hooks),
    running: Some(claude::running),
    hear: claude::hear,
};

/// Codex, as seen with 0.169.0.
pub(super) const CODEX: ActivitySource = ActivitySource {
    by_terminal: true,
    look: codex::look,
    // Its `notify` would replace the user's own, and tells nothing that the rollout does not.
    with_hooks: None,
    running: None,
    hear: codex::hear,
};

/// Gemini CLI, as seen with 0.61.0.
pub(super) const GEMINI: ActivitySource = ActivitySource {
    by_terminal: true,
    look: gemini::look,
    with_hooks: None,
    running: None,
    hear: gemini::hear,
};

/// Agents that tell something only by the silence of their terminal.
pub(super) const LIVELY: ActivitySource = ActivitySource {
    by_terminal: true,
    look: lively::look,
    with_hooks: None,
    running: None,
    hear: lively::hear,
};

/// How long a program may take to begin, in milliseconds.
const BEGINNING: i64 = 2_000;

const NO_SIGN: &str = "no sign of a conversation";

/// Reports on an agent that has not written anything yet. One that does not begin soon, and does not
/// compute either, asks something first: whether to trust the folder, or for a login. Without a
/// terminal, nobody could be asked.
fn not_begun(inputs: &ActivityInputs<'_>) -> ActivityReport {
    let since = inputs.started;
    let is_late = since.is_none_or(|at| inputs.now.as_millis() - at.as_millis() > BEGINNING);
    let was_asking = inputs.known.is_some_and(|known| known.source == NO_SIGN);
    if inputs.terminal.is_none() || !is_late || !was_asking && (inputs.is_busy)() {
        return ActivityReport::new(Activity::Active, "its process").since(since);
    }
    let what = "it has not begun: see what its terminal asks".to_owned();
    ActivityReport::new(Activity::WaitingInput, NO_SIGN).since(since).what(what)
}
