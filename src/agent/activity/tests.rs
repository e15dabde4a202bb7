use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::*;
use crate::model::{TerminalState, Timestamp};

const NOW: i64 = 1_795_847_400_000;

struct World {
    folder: tempfile::TempDir,
    transcripts: Vec<PathBuf>,
    heard: Option<HookNote>,
    terminal: Option<TerminalState>,
    started: i64,
    is_busy: bool,
}

impl World {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            transcripts: Vec::new(),
            heard: None,
            terminal: Some(TerminalState::default()),
            started: NOW - 60_000,
            is_busy: false,
        }
    }

    fn transcript(&mut self, lines: &[Value]) {
        let path = self.folder.path().join("c1.jsonl");
        let lines: String = lines.iter().map(|line| format!("{line}\n")).collect();
        fs::write(&path, lines).unwrap();
        self.transcripts = vec![path];
    }

    fn entry(&self, pid: u32, entry: Value) {
        let folder = self.folder.path().join("sessions");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(format!("{pid}.json")), entry.to_string()).unwrap();
    }

    fn look(&self, source: &ActivitySource) -> (Activity, Option<i64>, Option<String>) {
        let mut inputs = ActivityInputs::new(Timestamp::from_millis(NOW), Path::new("/w"));
        inputs.pid = Some(7);
        inputs.started = Some(Timestamp::from_millis(self.started));
        inputs.conversation = Some("c1");
        inputs.transcripts = &self.transcripts;
        inputs.heard = self.heard.as_ref();
        inputs.terminal = self.terminal.as_ref();
        let is_busy = || self.is_busy;
        inputs.is_busy = &is_busy;
        inputs.start_of = &|pid| (pid != 9).then(|| "100".to_owned());
        let root = self.folder.path().join("projects");
        let report = (source.look)(&inputs, Some(&root)).unwrap();
        assert!(!report.source.is_empty());
        (report.activity, report.since.map(|at| at.as_millis()), report.what)
    }
}

fn entry(status: &str) -> Value {
    json!({"pid": 7, "sessionId": "c1", "cwd": "/w", "procStart": "100", "startedAt": NOW - 9_000,
        "status": status, "statusUpdatedAt": NOW - 1_000, "waitingFor": "permission prompt"})
}

fn says(text: &str) -> Value {
    json!({"type": "assistant", "message": {"role": "assistant",
        "content": [{"type": "text", "text": text}]}})
}

fn calls(command: &str) -> Value {
    json!({"type": "assistant", "message": {"role": "assistant", "content": [
        {"type": "tool_use", "id": "t1", "name": "Bash", "input": {"command": command}}]}})
}

fn text(what: &str) -> Option<String> {
    Some(what.to_owned())
}

#[test]
fn claudes_own_file_decides() {
    let mut world = World::new();
    world.transcript(&[says("hello")]);
    world.entry(7, entry("busy"));
    assert_eq!(world.look(&CLAUDE), (Activity::Active, Some(NOW - 1_000), None));
    world.entry(7, entry("shell"));
    assert_eq!(world.look(&CLAUDE).0, Activity::Active);
    world.entry(7, entry("idle"));
    assert_eq!(world.look(&CLAUDE), (Activity::Ready, Some(NOW - 1_000), text("hello")));
    world.entry(7, entry("waiting"));
    assert_eq!(world.look(&CLAUDE).0, Activity::Active, "its question comes in a moment");
    let mut old = entry("waiting");
    old["statusUpdatedAt"] = (NOW - 2_000).into();
    world.entry(7, old);
    assert_eq!(world.look(&CLAUDE).2, text("permission prompt"));
    world.entry(7, entry("waiting"));
    world.transcript(&[says("hello"), calls("npm test")]);
    assert_eq!(
        world.look(&CLAUDE),
        (Activity::WaitingInput, Some(NOW - 1_000), text("Run npm test?"))
    );
    // One without a terminal has no status.
    let mut silent = entry("");
    silent.as_object_mut().unwrap().remove("status");
    world.entry(7, silent);
    assert_eq!(world.look(&CLAUDE).0, Activity::Active);
}

#[test]
fn claudes_error_blocks_it_until_it_speaks_again() {
    let mut world = World::new();
    let mut error = says("API Error: 529");
    error["isApiErrorMessage"] = true.into();
    world.transcript(&[says("x"), error.clone(), json!({"type": "system"})]);
    world.entry(7, entry("idle"));
    assert_eq!(world.look(&CLAUDE).0, Activity::Blocked);
    assert_eq!(world.look(&CLAUDE).2, text("API Error: 529"));
    world.entry(7, entry("busy"));
    assert_eq!(world.look(&CLAUDE).0, Activity::Active, "it tries again");
    world.transcript(&[error, says("fine")]);
    world.entry(7, entry("idle"));
    assert_eq!(world.look(&CLAUDE).0, Activity::Ready);
}

#[test]
fn a_file_of_another_process_says_nothing() {
    let mut world = World::new();
    for (pid, change) in [
        (7, json!({"procStart": "99"})),
        (8, json!({"pid": 8, "sessionId": "other", "cwd": "/elsewhere"})),
        (9, json!({"pid": 9})),
    ] {
        let mut other = entry("idle");
        for (key, value) in change.as_object().unwrap() {
            other[key] = value.clone();
        }
        world.entry(pid, other);
    }
    assert_eq!(world.look(&CLAUDE).0, Activity::WaitingInput, "it has not begun");
    world.is_busy = true;
    assert_eq!(world.look(&CLAUDE).0, Activity::Active, "it is slow to begin");
    // The agent is a child of the process that was started.
    let mut child = entry("idle");
    child["pid"] = 10.into();
    world.entry(10, child);
    assert_eq!(world.look(&CLAUDE).0, Activity::Ready);
}

#[test]
fn claude_is_idle_for_a_moment_before_it_takes_its_prompt() {
    let mut world = World::new();
    world.entry(7, entry("idle"));
    world.started = NOW - 5_000;
    assert_eq!(world.look(&CLAUDE).0, Activity::Active);
    world.started = NOW - 11_000;
    assert_eq!(world.look(&CLAUDE).0, Activity::Ready, "it has none");
    let prompted =
        json!({"hook_event_name": "UserPromptSubmit", "session_id": "c1", "prompt": "x"});
    let mut note = (CLAUDE.hear)(&prompted).unwrap();
    note.at = Timestamp::from_millis(NOW - 500);
    world.heard = Some(note.clone());
    assert_eq!(world.look(&CLAUDE).0, Activity::Active);
    note.at = Timestamp::from_millis(NOW - 2_000);
    world.heard = Some(note);
    assert_eq!(world.look(&CLAUDE).0, Activity::Ready, "it was interrupted since");
}

#[test]
fn damaged_files_are_as_none() {
    let mut world = World::new();
    world.started = NOW - 500;
    let folder = world.folder.path().join("sessions");
    fs::create_dir_all(&folder).unwrap();
    for bad in ["", "{", "[]", "7", "{\"pid\": \"7\"}", &"x".repeat(1 << 17)] {
        fs::write(folder.join("7.json"), bad).unwrap();
        assert_eq!(world.look(&CLAUDE).0, Activity::Active, "it has just been started");
    }
    fs::remove_file(folder.join("7.json")).unwrap();
    std::os::unix::fs::symlink("/etc/passwd", folder.join("7.json")).unwrap();
    assert_eq!(world.look(&CLAUDE).0, Activity::Active);
    world.started = NOW - 5_000;
    assert_eq!(world.look(&CLAUDE).0, Activity::WaitingInput, "it asks something first");
    world.terminal = None;
    assert_eq!(world.look(&CLAUDE).0, Activity::Active, "nobody could be asked");
}

#[test]
fn a_hook_says_what_is_asked_if_it_tells_of_this_moment() {
    let mut world = World::new();
    world.transcript(&[calls("ls")]);
    world.entry(7, entry("waiting"));
    let payload = json!({"hook_event_name": "PermissionRequest", "session_id": "c1",
        "agent_id": "a", "tool_name": "Bash", "tool_input": {"command": "rm x"}});
    let mut note = (CLAUDE.hear)(&payload).unwrap();
    note.at = Timestamp::from_millis(NOW - 1_500);
    world.heard = Some(note.clone());
    assert_eq!(world.look(&CLAUDE).2, text("Run rm x?"));
    note.at = Timestamp::from_millis(NOW - 30_000);
    world.heard = Some(note.clone());
    assert_eq!(world.look(&CLAUDE).2, text("Run ls?"), "that was an earlier question");
    note.at = Timestamp::from_millis(NOW);
    note.conversation = Some("other".to_owned());
    world.heard = Some(note);
    assert_eq!(world.look(&CLAUDE).2, text("Run ls?"), "that is another conversation");
}

#[test]
fn without_its_file_claudes_hooks_and_transcript_tell() {
    let mut world = World::new();
    world.transcript(&[calls("ls")]);
    assert_eq!(world.look(&CLAUDE).0, Activity::Active);
    world.transcript(&[calls("ls"), says("all done")]);
    assert_eq!(world.look(&CLAUDE), (Activity::Ready, None, text("all done")));
    for (event, activity) in [
        (json!({"hook_event_name": "Stop", "last_assistant_message": "bye"}), Activity::Ready),
        (json!({"hook_event_name": "StopFailure", "error": "rate_limit"}), Activity::Blocked),
        (json!({"hook_event_name": "UserPromptSubmit", "prompt": "x"}), Activity::Active),
        (json!({"hook_event_name": "PermissionRequest", "tool_name": "X"}), Activity::WaitingInput),
    ] {
        world.heard = (CLAUDE.hear)(&event);
        assert_eq!(world.look(&CLAUDE).0, activity, "{event}");
    }
    for silent in [
        json!({"hook_event_name": "Stop", "agent_id": "a"}),
        json!({"hook_event_name": "SessionEnd", "reason": "clear"}),
        json!({"hook_event_name": "Notification", "message": "x"}),
        json!({"hook_event_name": 7}),
        json!([]),
    ] {
        assert_eq!((CLAUDE.hear)(&silent), None, "{silent}");
    }
}

fn event(kind: &str, more: Value) -> Value {
    let mut payload = more;
    payload["type"] = kind.into();
    json!({"timestamp": "2026-11-28T06:29:03.170Z", "type": "event_msg", "payload": payload})
}

#[test]
fn codexs_rollout_tells_where_its_turn_is() {
    let at = 1_795_847_343_170;
    let mut world = World::new();
    world.terminal = Some(TerminalState::titled("r"));
    let started = event("task_started", json!({}));
    world.transcript(std::slice::from_ref(&started));
    assert_eq!(world.look(&CODEX), (Activity::Active, Some(at), None));
    let ended = event("task_complete", json!({"last_agent_message": "done"}));
    world.transcript(&[started.clone(), ended]);
    assert_eq!(world.look(&CODEX), (Activity::Ready, Some(at), text("done")));
    world.transcript(&[started.clone(), event("turn_aborted", json!({"reason": "interrupted"}))]);
    assert_eq!(world.look(&CODEX).0, Activity::Ready);
    let message = json!({"error": {"message": "Incorrect API key"}}).to_string();
    let failed = event("task_complete", json!({"error": {"message": message}}));
    world.transcript(&[started, failed]);
    assert_eq!(world.look(&CODEX), (Activity::Blocked, Some(at), text("Incorrect API key")));
}

#[test]
fn codexs_title_tells_when_it_asks() {
    let mut world = World::new();
    let call = json!({"timestamp": "2026-11-28T06:29:03.170Z", "type": "response_item", "payload": {
        "type": "custom_tool_call", "call_id": "c", "name": "exec",
        "input": "await tools.exec_command({cmd: \"ls\", justification: \"May I?\"})"}});
    world.transcript(&[event("task_started", json!({})), call]);
    for title in ["[ ! ] Action Required | A title | r", "[ . ] Action Required | r"] {
        world.terminal = Some(TerminalState::titled(title));
        let seen = world.look(&CODEX);
        assert_eq!(seen, (Activity::WaitingInput, Some(1_795_847_343_170), text("May I?")));
    }
    world.terminal = Some(TerminalState::titled("\u{2839} r"));
    assert_eq!(world.look(&CODEX).0, Activity::Active);
    // No conversation yet: it asks whether to trust the folder.
    world.transcripts.clear();
    world.terminal = Some(TerminalState::titled("host"));
    assert_eq!(world.look(&CODEX).0, Activity::WaitingInput);
    world.terminal = Some(TerminalState::titled("\u{2839} r"));
    assert_eq!(world.look(&CODEX).0, Activity::Active);
}

#[test]
fn geminis_title_tells() {
    let mut world = World::new();
    world.transcript(&[
        json!({"id": "1", "timestamp": "2026-11-28T06:29:03.170Z", "type": "gemini",
        "content": "hello"}),
    ]);
    for (title, activity, what) in [
        ("◇  Ready (r)", Activity::Ready, text("hello")),
        ("✦  Working… (r)", Activity::Active, None),
        ("✋  Action Required (r)", Activity::WaitingInput, None),
    ] {
        world.terminal = Some(TerminalState::titled(title));
        assert_eq!(world.look(&GEMINI), (activity, Some(NOW), what));
    }
    world.transcripts.clear();
    world.terminal = Some(TerminalState::titled("host"));
    assert_eq!(world.look(&GEMINI).0, Activity::WaitingInput, "it has not begun");
}

#[test]
fn one_that_is_silent_does_not_work() {
    let look = |age, rung| {
        let mut terminal = TerminalState::titled("x");
        terminal.last_output = Some(Timestamp::from_millis(NOW - age));
        terminal.has_rung = rung;
        let mut inputs = ActivityInputs::new(Timestamp::from_millis(NOW), Path::new("/w"));
        inputs.terminal = Some(&terminal);
        (LIVELY.look)(&inputs, None).map(|report| report.activity)
    };
    assert_eq!(look(20_000, false), Some(Activity::Ready));
    assert_eq!((look(1_000, false), look(20_000, true)), (None, None), "as any other program");
}
