//! Errors of the command line itself, with their hints.

use std::ffi::OsStr;
use std::path::Path;

use git_ao::agent::AgentError;
use git_ao::git::GitError;
use git_ao::hook::{HookName, UnknownHook};
use git_ao::model::{Session, SessionId, SessionStatus, nearest, shell_name};
use git_ao::ops::{OpsError, PatternError};
use git_ao::runtime::RuntimeError;

use crate::cli::CliError;
use crate::cli::ui::escape;

/// Adds a hint how to make the first event.
pub fn no_events(error: CliError) -> CliError {
    error.hint("to start a session: git ao spawn \"<task>\"")
}

/// Refuses an argument that is not an event.
pub fn not_an_event(text: &str) -> CliError {
    CliError::refused(format!("'{}' is not an event", escape::line(text)))
        .hint("to list the events: git ao log")
}

/// Reports that git cannot draw the graph of events.
pub fn no_graph(error: &GitError) -> CliError {
    CliError::fatal("git cannot draw the graph")
        .because(error)
        .hint("to see the readable events: git ao log")
}

/// Refuses an id prefix that matches several deleted sessions.
pub fn ambiguous(handle: &str, ids: &[SessionId]) -> CliError {
    let shown = ids.iter().take(20).map(SessionId::to_string).collect::<Vec<_>>();
    CliError::refused(format!("'{handle}' is ambiguous: {} deleted sessions", ids.len()))
        .hint(format!("candidates are:\n  {}", shown.join("\n  ")))
}

/// Refuses a status that is unknown and that no record has.
pub fn unknown_status(word: &str) -> CliError {
    let all = SessionStatus::ALL.iter().map(SessionStatus::as_str).chain(["corrupt"]);
    let words: Vec<_> = all.collect();
    let near = nearest(word, words.iter().copied());
    let near = near.map(|near| format!("did you mean '{near}'?\n")).unwrap_or_default();
    CliError::usage(format!("unknown status '{word}'"))
        .hint(format!("{near}the statuses are {}", words.join(", ")))
}

/// Refuses to share a session whose transcript is not in this clone.
pub fn nothing_captured(id: SessionId) -> CliError {
    CliError::refused(format!("no transcript of session {} was captured in this clone", id.short()))
}

/// Refuses to share a private session.
pub fn private_transcript(id: SessionId) -> CliError {
    let id = id.short();
    CliError::refused(format!("session {id} is private; its transcripts are never shared"))
        .hint(format!("to make it public: git ao set {id} visibility=public"))
}

/// Refuses to share transcripts with a remote before a person has allowed it.
pub fn no_consent(remote: &str) -> CliError {
    CliError::refused(format!("nobody has allowed transcripts to be shared with '{remote}'"))
        .hint(format!("to allow it: git config remote.{remote}.aoShareTranscripts true"))
}

/// Reports that this clone, or the named one, shares nothing of a session.
pub fn not_shared(id: SessionId, remote: &str, replica: Option<&str>) -> CliError {
    let (id, remote) = (id.short(), escape::line(remote));
    let who = match replica {
        None => "this clone".to_owned(),
        Some(name) => format!("'{}'", escape::line(name)),
    };
    CliError::refused(format!("{who} shares no transcripts of session {id} with '{remote}'"))
}

/// Reports that nobody shares transcripts of a session.
pub fn nothing_shared(id: SessionId, remote: &str) -> CliError {
    let remote = escape::line(remote);
    CliError::refused(format!("'{remote}' has no transcripts of session {}", id.short()))
}

/// Refuses a word that is not a visibility.
pub fn unknown_visibility(word: &str) -> CliError {
    CliError::refused(format!("unknown visibility '{}'", escape::line(word)))
        .hint("the visibilities are public and private")
}

/// Refuses a word that is not the name of a hook.
pub fn unknown_hook(error: &UnknownHook) -> CliError {
    let all = HookName::ALL.map(HookName::as_str).join(", ");
    CliError::usage(error.to_string()).hint(format!("the hooks are {all}, and claude"))
}

/// Reports that git ao cannot install hooks in this agent's settings.
pub fn no_agent_hooks(agent: &str) -> CliError {
    CliError::usage(format!("git ao installs no hooks for {agent}"))
        .hint("to record conversations that began without git ao: git ao adopt --all")
}

/// Refuses to adopt without a conversation.
pub fn nothing_to_adopt() -> CliError {
    CliError::usage("missing <id>").synopsis("git ao adopt [<options>] [<id>...]").hint(
        "to list the conversations: git ao adopt --list\nto adopt all of them: git ao adopt --all",
    )
}

/// Reports that there is no manual page of this name.
pub fn no_page(name: &str, pages: &[String]) -> CliError {
    CliError::refused(format!("no manual page '{}'", escape::line(name)))
        .hint(format!("the pages are {}", pages.join(", ")))
}

/// Reports that nothing was fetched from a remote yet.
pub fn nothing_fetched(remote: &str) -> CliError {
    CliError::refused(format!("nothing has been fetched from '{remote}' yet"))
        .hint(format!("git ao fetch {}", shell_name(remote)))
}

/// Reports that there is no editor.
pub fn no_editor() -> CliError {
    CliError::fatal("no editor for this terminal")
        .hint("to set one: git config core.editor <editor>")
}

/// Refuses a request with neither a task nor a title.
pub fn no_task(synopsis: &str) -> CliError {
    CliError::usage("no task was given")
        .synopsis(synopsis)
        .hint("give the task as an argument, or use --edit to write it in your editor")
}

/// Refuses a task that is too long for a record.
pub fn task_too_long(most: usize) -> CliError {
    CliError::refused(format!("the task is longer than {most} KiB; nothing was started"))
        .hint("put it into a file in the repository, and refer to the file in the task")
}

/// Reports that a worktree could not be set up. The session was created anyway.
pub fn not_set_up(session: &Session, why: &str) -> CliError {
    let short = session.id.short();
    CliError::refused(format!("the worktree is not set up: {}", escape::line(why)))
        .hint(format!("to try it again: git ao restore --no-agent {short}"))
}

/// Reports that no agent was started because the worktree could not be set up.
pub fn setup_failed(session: &Session, why: &str, log: &Path) -> CliError {
    let (short, log) = (session.id.short(), escape::os(log.as_os_str()));
    CliError::refused(format!("the agent was not started: {}", escape::line(why))).hint(format!(
        "the output of the setup is in {log}\nto try it again: git ao restore {short}"
    ))
}

/// Reports that the starting point of a session could not be fetched. Nothing was made.
pub fn not_fetched(error: OpsError) -> CliError {
    let is_transfer = matches!(error, OpsError::Share(_));
    let error = CliError::from(error);
    match is_transfer {
        true => error.hint("nothing was started\nto start without fetching, leave out --fetch"),
        false => error,
    }
}

/// Says how many attempts exist when one could not be started, and how to list them.
pub fn some_attempts(error: CliError, (made, count): (usize, usize), how: &str) -> CliError {
    let are = if made == 1 { "exists" } else { "exist" };
    error.hint(format!("{made} of {count} attempts {are}\n{how}"))
}

/// Refuses to look for programs outside of a worktree.
pub fn no_worktree_here() -> CliError {
    CliError::refused("there is no worktree here").hint("name a session: git ao trust <session>")
}

/// Refuses to send without a text.
pub fn no_text() -> CliError {
    CliError::usage("no text was given")
        .synopsis("git ao send [<session>] <text>...")
        .hint("'-' reads it from standard input")
}

/// Refuses a text that is too long to be typed.
pub fn text_too_long(place: &str) -> CliError {
    CliError::refused(format!("the text in {place} is longer than 1 MiB"))
        .hint("put it into a file in the worktree, and refer to the file")
}

/// Refuses to show what was not captured.
pub fn no_transcript(id: SessionId, shared_by: &[String]) -> CliError {
    let id = id.short();
    let error = CliError::refused(format!("there is no transcript of session {id}"));
    match shared_by {
        [] => error,
        names => error.hint(format!(
            "shared by {}; to fetch it: git ao transcript fetch {id}",
            escape::line(&names.join(", "))
        )),
    }
}

/// Refuses a pattern.
pub fn bad_pattern(error: &PatternError) -> CliError {
    CliError::usage(error.to_string()).hint("to search for the text itself, use -F")
}

/// Refuses what cannot be undone where nobody can be asked.
pub fn nobody_to_ask(what: &str) -> CliError {
    CliError::refused(format!("cannot ask whether to {what} from this machine"))
        .hint("to remove them without being asked: --yes")
}

/// Refuses a line of standard input that is no entry of a transcript.
pub fn not_an_entry(line: usize, why: &str) -> CliError {
    CliError::refused(format!("line {line} of standard input is not an entry: {why}"))
        .hint("to add plain text, name its role: git ao transcript append --role user")
}

/// Refuses to type into an agent without a terminal.
pub fn takes_no_input(id: SessionId, error: &RuntimeError) -> CliError {
    CliError::refused(format!("session {} takes no input: {error}", id.short()))
        .hint("text can be sent only to an agent in tmux")
}

/// Refuses `attach` without a session that waits.
pub fn no_session_waits(message: &str) -> CliError {
    CliError::refused(message).hint("to see what each is doing: git ao status")
}

/// Refuses `wait` without a session to wait for.
pub fn no_agent_at_work() -> CliError {
    CliError::refused("no session has an agent at work in this clone")
        .hint("to start one: git ao spawn \"<task>\"")
}

/// Refuses `attach` without a terminal.
pub fn no_terminal_to_attach(id: SessionId) -> CliError {
    CliError::refused("standard input is not a terminal")
        .hint(format!("to type into the session: git ao send {} <text>", id.short()))
}

/// Refuses `run` without a terminal.
pub fn no_terminal_to_run(id: SessionId) -> CliError {
    CliError::refused("there is no terminal for the agent")
        .restore_hint("to start it without a terminal", id)
}

/// Refuses `status --watch` without a terminal.
pub fn no_terminal_to_watch() -> CliError {
    CliError::usage("'--watch' needs a terminal").hint("in a script, use: git ao status --json")
}

/// Adds how to record what a cleanup removed.
pub fn not_recorded(error: CliError) -> CliError {
    error.hint("to record what was removed: git ao cleanup")
}

/// Adds the path of the text that was written in an editor.
pub fn saved(error: CliError, path: &Path) -> CliError {
    error.hint(format!("your text was saved in '{}'", escape::os(path.as_os_str())))
}

/// Adds the path of the output of an agent that has exited.
pub fn output_in(error: CliError, path: &Path) -> CliError {
    error.hint(format!("its output is in {}", escape::os(path.as_os_str())))
}

/// Makes the error for a third session to compare.
pub fn third_session(word: &OsStr) -> CliError {
    CliError::usage(format!("'{}' is one session too many", escape::os(word)))
        .hint("options come before paths, and paths after '--'")
}

/// Adds the hint for a file that was given in place of a session.
pub fn not_a_path(error: CliError) -> CliError {
    error.hint("paths come after '--'")
}

/// Returns the hint for a session without an agent.
pub fn no_agent(id: SessionId, none: &AgentError) -> String {
    let hint = none.hint().unwrap_or_default();
    format!(
        "no agent was started: {none}\n{hint}\nthen start it with: git ao restore {}",
        id.short()
    )
}

/// Adds how to start a session that is not recorded yet.
pub fn no_session_to_start(error: CliError) -> CliError {
    error.hint("to start a new session: git ao spawn <task>")
}

pub fn capture_is_off() -> CliError {
    CliError::refused("ao.transcripts is false")
        .hint("to capture now: git -c ao.transcripts=true ao transcript capture")
}
