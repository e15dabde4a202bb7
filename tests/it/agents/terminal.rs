//! Claude Code and Codex themselves, in tmux.

use std::fs;
use std::time::{Duration, Instant};

use git_ao::model::{SessionId, SessionStatus};

use super::place::Place;
use crate::support::Repo;
use crate::support::agents::{record, wait_ended, wait_until, workspace};

const SPAWN: &[&str] = &["spawn", "--json", "--file", "-"];

/// Only what never comes takes this long.
const LIMIT: Duration = Duration::from_secs(60);

#[track_caller]
fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let end = Instant::now() + LIMIT;
    while !is_so() {
        assert!(Instant::now() < end, "never: {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[track_caller]
fn conversation(repo: &Repo, id: SessionId) -> String {
    let session = wait_until(repo, id, |session| session.agent_session_id.is_some());
    session.agent_session_id.unwrap()
}

#[track_caller]
fn send(place: &Place, id: SessionId, text: &str) {
    place.ao(&["send", &id.to_string(), "-"], text).ok();
}

fn talks(agent: &'static str) {
    let Some(place) = Place::in_tmux(agent) else { return };
    let prompt = "-x --help \"double\" 'single' $(touch here) `x`\n\n  ü \\ 修复; end";
    let id = place.starts(SPAWN, prompt);
    // At once, while the program starts.
    send(&place, id, "early");
    place.told(id, prompt);
    place.told(id, "early");
    fs::write(workspace(&place.repo, id).join("README.md"), "x").unwrap();
    let long: String = (0..2_000).map(|n| format!("line {n}\n")).collect();
    let long = long.trim_end();
    // Completions, a backslash and several lines are what Enter may not submit.
    let odd =
        ["see @READ", "a\n  b \\\n\n#{pane_id}; $HOME", "back\\", "修复 \u{1f600};", "@", long];
    for text in odd {
        send(&place, id, text);
        place.told(id, text);
    }
    conversation(&place.repo, id);
    let live = place.ao(&["status", "--json", &id.short()], "").ok().json();
    assert_eq!(live["sessions"][0]["live"]["agent"], "alive");
    let quit = if agent == "claude" { "/exit" } else { "/quit" };
    send(&place, id, quit);
    let ended = wait_ended(&place.repo, id);
    assert_eq!(ended.status, SessionStatus::Done);
    assert_eq!(ended.status_reason.as_deref(), Some("agent_exited"));
}

fn goes_on_and_forks(agent: &'static str) {
    let Some(place) = Place::in_tmux(agent) else { return };
    let id = place.starts(SPAWN, "the first task");
    place.told(id, "the first task");
    let had = place.saved(id).agent_session_id.unwrap();
    let own = id.to_string();
    place.ao(&["kill", &own], "").ok().stdout_has("its agent was stopped");

    let restored = place.ao(&["restore", "--json", &own], "").ok().json();
    assert_eq!(restored["resumed"], true);
    send(&place, id, "and now?");
    let all = place.told(id, "and now?");
    assert!(all.iter().any(|text| text.trim_end() == "the first task"), "{all:#?}");
    assert_eq!(conversation(&place.repo, id), had);

    let fork = place.starts(&["fork", "--json", &own, "--file", "-"], "-the second task");
    let all = place.told(fork, "-the second task");
    for text in ["the first task", "and now?"] {
        assert!(all.iter().any(|said| said.trim_end() == text), "'{text}' in {all:#?}");
    }
    let here = workspace(&place.repo, fork).display().to_string();
    assert!(all.iter().any(|text| text.contains(&here)), "it works in its own worktree");
    assert_ne!(conversation(&place.repo, fork), had);
    assert_eq!(conversation(&place.repo, id), had);
    // As a person leaves it. While it works the key would interrupt that.
    until("it rests", || !place.screen(fork).contains("to interrupt"));
    let asks = || place.screen(fork).contains("again to exit");
    let has_ended = || record(&place.repo, fork).status.is_terminal();
    place.press_until("it takes the key", fork, "C-c", || asks() || has_ended());
    // Claude Code wants it twice.
    if agent == "claude" {
        place.tmux(&["send-keys", "-t", &format!("=ao-{}:", fork.short()), "C-c"]);
    }
    assert_eq!(wait_ended(&place.repo, fork).status, SessionStatus::Done);
}

/// A prompt that is too long to be an argument.
fn reads_a_long_prompt(agent: &'static str) {
    let Some(place) = Place::in_tmux(agent) else { return };
    let long: String = (0..20_000).map(|n| format!("line {n}\n")).collect();
    let id = place.starts(SPAWN, &long);
    let file = place.repo.common_dir().join(format!("ao/agent/{id}.prompt"));
    place.told(id, &format!("Read the file '{}' and do what it says.", file.display()));
    assert_eq!(fs::read_to_string(file).unwrap(), long);
}

/// A question of the program is not answered by what is sent to it.
fn is_not_trusted_by_mistake(agent: &'static str) {
    let Some(place) = Place::in_tmux(agent) else { return };
    place.distrust();
    let id = place.starts(SPAWN, "x");
    until("it asks", || place.screen(id).to_lowercase().contains("trust this folder"));
    let refused = place.ao(&["send", &id.to_string(), "yes"], "");
    refused.code(1).stderr_has("Enter was not pressed").stderr_has("git ao attach");
    assert!(place.screen(id).to_lowercase().contains("trust this folder"));
}

/// What somebody has begun to type is neither submitted nor changed.
fn keeps_a_draft(agent: &'static str) {
    let Some(place) = Place::in_tmux(agent) else { return };
    let id = place.starts(SPAWN, "the task");
    place.told(id, "the task");
    let pane = format!("=ao-{}:", id.short());
    send(&place, id, "first");
    place.told(id, "first");
    let draft = "a draft of mine";
    place.tmux(&["send-keys", "-t", &pane, "-l", draft]);
    until("the draft shows", || place.screen(id).contains(draft));
    place.tmux(&["send-keys", "-t", &pane, "Home"]);
    let refused = place.ao(&["send", &id.to_string(), "not this one"], "").code(1);
    refused.stderr_has("already holds text").stderr_has("git ao attach");
    let screen = place.screen(id);
    assert!(screen.contains(draft) && !screen.contains("not this one"), "{screen}");
    let is_empty = || !place.screen(id).lines().any(|line| line.ends_with(draft));
    place.press_until("the draft is deleted", id, "C-k", is_empty);
    send(&place, id, "third");
    let all = place.told(id, "third");
    assert!(!all.iter().any(|text| text.contains("not this one")), "{all:#?}");
}

#[test]
fn claude_keeps_a_draft() {
    keeps_a_draft("claude");
}

#[test]
fn codex_keeps_a_draft() {
    keeps_a_draft("codex");
}

#[test]
fn claude_talks_in_tmux() {
    talks("claude");
}

#[test]
fn codex_talks_in_tmux() {
    talks("codex");
}

#[test]
fn claude_goes_on_and_forks_in_tmux() {
    goes_on_and_forks("claude");
}

#[test]
fn codex_goes_on_and_forks_in_tmux() {
    goes_on_and_forks("codex");
}

#[test]
fn claude_reads_a_long_prompt_in_tmux() {
    reads_a_long_prompt("claude");
}

#[test]
fn codex_reads_a_long_prompt_in_tmux() {
    reads_a_long_prompt("codex");
}

#[test]
fn claude_is_not_trusted_by_mistake() {
    is_not_trusted_by_mistake("claude");
}

#[test]
fn codex_is_not_trusted_by_mistake() {
    is_not_trusted_by_mistake("codex");
}

#[test]
fn two_of_codex_keep_their_conversations_apart() {
    let Some(place) = Place::in_tmux("codex") else { return };
    let ids = ["one", "two"].map(|task| place.starts(SPAWN, task));
    let [one, two] = ids.map(|id| conversation(&place.repo, id));
    assert_ne!(one, two);
    let sessions = place.repo.env().home().join(".codex/sessions");
    for (id, task, own) in [(ids[0], "one", &one), (ids[1], "two", &two)] {
        place.ao(&["kill", &id.to_string()], "").ok();
        let find = ["-r", "-l", &format!("\"text\":\"{task}\""), sessions.to_str().unwrap()];
        let found = place.repo.env().run(place.repo.dir(), "grep", find).run().ok().stdout;
        assert!(found.trim_end().ends_with(&format!("{own}.jsonl")), "{found} {own}");
    }
}
