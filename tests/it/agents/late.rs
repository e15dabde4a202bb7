//! An agent's own id that is known late.

use std::fs;

use git_ao::model::SessionStatus;

use super::place::Place;
use crate::support::Repo;
use crate::support::agents::{agent, record, spawn, until, wait_file, wait_working};

/// It begins its conversation when it is told to end.
#[test]
fn an_id_that_is_found_when_it_was_killed_is_kept() {
    let repo = Repo::new();
    let program = agent(&repo, "codex", "");
    let script = "#!/bin/sh\ntrap 'mkdir -p ~/.codex/sessions/2026/11/20; \
        echo \"{\\\"payload\\\":{\\\"id\\\":\\\"late-1\\\",\\\"cwd\\\":\\\"$PWD\\\"}}\" \
        >~/.codex/sessions/2026/11/20/rollout-2026-11-20T00-00-00-late-1.jsonl; exit 0' TERM\n\
        touch ready\nwhile :; do sleep 0.05; done\n";
    fs::write(&program, script).unwrap();
    let id = spawn(&repo, &["--agent", "codex", "--runtime", "detached", "x"]);
    wait_working(&repo, id);
    wait_file(&repo, id, "ready");
    repo.ao(["kill", &id.short()]).ok();
    let killed = record(&repo, id);
    assert_eq!(killed.status, SessionStatus::Killed);
    assert_eq!(killed.agent_session_id.as_deref(), Some("late-1"));
}

/// The question whether the folder can be trusted is answered late, or never.
fn is_asked_for_trust(agent: &'static str) {
    let Some(place) = Place::in_tmux(agent) else { return };
    place.distrust();
    let asks = |id| place.screen(id).to_lowercase().contains("trust this folder");
    let spawn = &["spawn", "--json", "--file", "-"];
    let id = place.starts(spawn, "the task");
    until("it asks", || asks(id));
    place.ao(&["kill", &id.short()], "").ok();
    let refused = place.ao(&["restore", &id.short()], "").code(1);
    refused.stderr_has("its conversation was not found").stderr_has("restore --fresh");
    place.ao(&["restore", "--fresh", &id.short()], "").ok();
    until("it asks again", || asks(id));
    place.press_until("it is trusted", id, "Enter", || !asks(id));
    place.told(id, "the task");
    let had = place.saved(id);
    place.ao(&["kill", &id.short()], "").ok();
    place.ao(&["restore", &id.short(), "and now?"], "").ok();
    until("it asks or goes on", || asks(id) || place.model.heard("and now?").is_some());
    assert_eq!(record(&place.repo, id).agent_session_id, had.agent_session_id);
    place.ao(&["kill", &id.short()], "").ok();
}

#[test]
fn claude_is_asked_for_trust() {
    is_asked_for_trust("claude");
}

#[test]
fn codex_is_asked_for_trust() {
    is_asked_for_trust("codex");
}
