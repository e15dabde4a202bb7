//! What the command line refuses by itself: what was typed, or where.

use std::path::Path;

use git_ao::agent::AgentError;
use git_ao::git::GitError;
use git_ao::hook::{HookName, UnknownHook};
use git_ao::model::{SessionId, SessionStatus, nearest, shell_name};
use git_ao::runtime::RuntimeError;

use crate::cli::CliError;
use crate::cli::ui::escape;

/// Adds how the first event is made.
pub fn no_events(error: CliError) -> CliError {
    error.hint("to start a session: git ao spawn \"<task>\"")
}

/// What was named is no event.
pub fn not_an_event(text: &str) -> CliError {
    CliError::refused(format!("'{}' is not an event", escape::line(text)))
        .hint("to list the events: git ao log")
}

/// Git cannot draw the graph of events.
pub fn no_graph(error: &GitError) -> CliError {
    CliError::fatal("git cannot draw the graph")
        .because(error)
        .hint("to see the readable events: git ao log")
}

/// Several deleted sessions have an id that begins so.
pub fn ambiguous(handle: &str, ids: &[SessionId]) -> CliError {
    let shown = ids.iter().take(20).map(SessionId::to_string).collect::<Vec<_>>();
    CliError::refused(format!("'{handle}' is ambiguous: {} deleted sessions", ids.len()))
        .hint(format!("candidates are:\n  {}", shown.join("\n  ")))
}

/// A word is no status, and no record has it.
pub fn unknown_status(word: &str) -> CliError {
    let all = SessionStatus::ALL.iter().map(SessionStatus::as_str).chain(["corrupt"]);
    let words: Vec<_> = all.collect();
    let near = nearest(word, words.iter().copied());
    let near = near.map(|near| format!("did you mean '{near}'?\n")).unwrap_or_default();
    CliError::usage(format!("unknown status '{word}'"))
        .hint(format!("{near}the statuses are {}", words.join(", ")))
}

/// A word is no visibility.
pub fn unknown_visibility(word: &str) -> CliError {
    CliError::refused(format!("unknown visibility '{}'", escape::line(word)))
        .hint("the visibilities are public and private")
}

/// A word is no hook.
pub fn unknown_hook(error: &UnknownHook) -> CliError {
    let all = HookName::ALL.map(HookName::as_str).join(", ");
    CliError::usage(error.to_string()).hint(format!("the hooks are {all}"))
}

/// There is no manual page of this name.
pub fn no_page(name: &str, pages: &[String]) -> CliError {
    CliError::refused(format!("no manual page '{}'", escape::line(name)))
        .hint(format!("the pages are {}", pages.join(", ")))
}

/// Nothing was fetched from a remote.
pub fn nothing_fetched(remote: &str) -> CliError {
    CliError::refused(format!("nothing has been fetched from '{remote}' yet"))
        .hint(format!("git ao fetch {}", shell_name(remote)))
}

/// There is no editor.
pub fn no_editor() -> CliError {
    CliError::fatal("no editor for this terminal")
        .hint("to set one: git config core.editor <editor>")
}

/// Neither a task nor a title was given.
pub fn no_task(synopsis: &str) -> CliError {
    CliError::usage("no task was given")
        .synopsis(synopsis)
        .hint("give the task as an argument, or use --edit to write it in your editor")
}

/// A task is longer than a record has room for.
pub fn task_too_long(most: usize) -> CliError {
    CliError::refused(format!("the task is longer than {most} KiB; nothing was started"))
        .hint("put it into a file in the repository, and refer to the file in the task")
}

/// There is no text to send.
pub fn no_text() -> CliError {
    CliError::usage("no text was given")
        .synopsis("git ao send [<session>] <text>...")
        .hint("'-' reads it from standard input")
}

/// A text is longer than can be typed.
pub fn text_too_long(place: &str) -> CliError {
    CliError::refused(format!("the text in {place} is longer than 1 MiB"))
        .hint("put it into a file in the worktree, and refer to the file")
}

/// The agent of a session has no terminal to type into.
pub fn takes_no_input(id: SessionId, error: &RuntimeError) -> CliError {
    CliError::refused(format!("session {} takes no input: {error}", id.short()))
        .hint("text can be sent only to an agent in tmux")
}

/// `attach` needs a terminal.
pub fn no_terminal_to_attach(id: SessionId) -> CliError {
    CliError::refused("standard input is not a terminal")
        .hint(format!("to type into the session: git ao send {} <text>", id.short()))
}

/// `run` needs a terminal.
pub fn no_terminal_to_run(id: SessionId) -> CliError {
    CliError::refused("there is no terminal for the agent")
        .restore_hint("to start it without a terminal", id)
}

/// `status --watch` needs a terminal.
pub fn no_terminal_to_watch() -> CliError {
    CliError::usage("'--watch' needs a terminal").hint("for a script: git ao status --json")
}

/// Adds where the text is that was written in an editor.
pub fn saved(error: CliError, path: &Path) -> CliError {
    error.hint(format!("your text was saved in '{}'", escape::os(path.as_os_str())))
}

/// Adds where the output is of an agent that is gone.
pub fn output_in(error: CliError, path: &Path) -> CliError {
    error.hint(format!("its output is in {}", escape::os(path.as_os_str())))
}

/// What is said where no agent was started.
pub fn no_agent(id: SessionId, none: &AgentError) -> String {
    let hint = none.hint().unwrap_or_default();
    format!(
        "no agent was started: {none}\n{hint}\nthen start it with: git ao restore {}",
        id.short()
    )
}
