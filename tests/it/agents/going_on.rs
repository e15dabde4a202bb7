//! Claude Code and Codex themselves go on with their conversations wherever the session works now.

use std::path::PathBuf;

use git_ao::model::{Session, SessionStatus};

use super::place::Place;
use crate::support::agents::{log, record, wait_ended, workspace};
use crate::support::sessions::store;

const SPAWN: &[&str] = &["spawn", "--json", "--file", "-"];

/// Restores the session with a text, and checks that the agent hears it after all it heard before.
#[track_caller]
fn goes_on(place: &Place, had: &Session, heard: &[&str], text: &str) {
    place.model.forget();
    let id = had.id.to_string();
    let out = place.ao(&["restore", "--json", &id, text], "").ok().json();
    assert_eq!(out["resumed"], true);
    let again = wait_ended(&place.repo, had.id);
    assert_eq!(again.status, SessionStatus::Done, "{}", log(&place.repo, had.id));
    assert_eq!(again.agent_session_id, had.agent_session_id);
    let told = place.model.last();
    for said in heard {
        let count = told.iter().filter(|told| told.trim_end() == *said).count();
        assert_eq!(count, 1, "'{said}' in {told:#?}");
    }
    assert!(told.iter().any(|told| told.trim_end() == text), "{told:#?}");
}

fn goes_on_elsewhere(agent: &'static str) {
    let Some(place) = Place::new(agent) else { return };
    let (repo, home) = (&place.repo, place.repo.env().home());
    let had = place.runs(SPAWN, "the task");
    let id = had.id.to_string();
    let commit_all = |path: PathBuf| {
        let all = repo.within(path);
        all.git(["add", "-A"]);
        all.git(["commit", "-q", "--allow-empty", "-m", "all"]);
    };

    // Nothing but the record knows where it was.
    commit_all(workspace(repo, had.id));
    place.ao(&["cleanup"], "").ok();
    assert!(record(repo, had.id).placements.is_empty());
    goes_on(&place, &had, &["the task"], "after cleanup");

    let moved = home.join("moved here");
    let old = workspace(repo, had.id);
    repo.git(["worktree", "move", old.to_str().unwrap(), moved.to_str().unwrap()]);
    goes_on(&place, &had, &["the task", "after cleanup"], "after a move");
    assert_eq!(workspace(repo, had.id), moved);

    // Back to where an older part of the conversation lies.
    repo.git(["worktree", "move", moved.to_str().unwrap(), old.to_str().unwrap()]);
    goes_on(&place, &had, &["the task", "after cleanup", "after a move"], "and back");

    commit_all(workspace(repo, had.id));
    place.ao(&["cleanup"], "").ok();
    repo.config("ao.worktreeDir", home.join("trees").to_str().unwrap());
    let fork = place.runs(&["fork", "--json", &id, "--file", "-"], "the fork's task");
    let told = place.model.last();
    assert!(told.iter().any(|told| told.trim_end() == "and back"), "{told:#?}");
    assert_ne!(fork.agent_session_id, had.agent_session_id);
    goes_on(&place, &had, &["the task", "and back"], "below another folder");
    assert!(workspace(repo, had.id).starts_with(home.join("trees")));
}

/// The id was never learned, and the worktree is gone: where it was tells which conversation it is.
fn is_found_without_its_id(agent: &'static str) {
    let Some(place) = Place::new(agent) else { return };
    let had = place.runs(SPAWN, "the task");
    place.runs(SPAWN, "another task");
    place.ao(&["cleanup", "--force"], "").ok();
    let forget = |session: &mut Session| session.agent_session_id = None;
    store(&place.repo).update(had.id, "set", forget).unwrap();
    // Without a text it is told neither the task again nor anything of its own.
    goes_on(&place, &had, &["the task"], "go on");
}

/// Where nobody can type, it is told to continue, and not its task a second time.
fn is_not_told_its_task_again(agent: &'static str) {
    let Some(place) = Place::new(agent) else { return };
    let had = place.runs(SPAWN, "the task");
    place.ao(&["restore", &had.id.short()], "").ok().stdout_has("resumes its conversation");
    wait_ended(&place.repo, had.id);
    let told = place.model.last();
    let count = told.iter().filter(|told| told.trim_end() == "the task").count();
    assert_eq!(count, 1, "{told:#?}");
}

fn in_tmux(agent: &'static str) {
    let Some(place) = Place::in_tmux(agent) else { return };
    let id = place.starts(SPAWN, "the task");
    place.told(id, "the task");
    let had = place.saved(id);
    place.ao(&["kill", &id.short()], "").ok();
    place.ao(&["cleanup", "--force"], "").ok();
    let text = "-x \"and now\" $(touch here)\n  more";
    place.ao(&["restore", &id.short(), "--file", "-"], text).ok();
    let all = place.told(id, text);
    assert!(all.iter().any(|told| told.trim_end() == "the task"), "{all:#?}");
    assert_eq!(record(&place.repo, id).agent_session_id, had.agent_session_id);
    place.ao(&["kill", &id.short()], "").ok();
}

#[test]
fn claude_goes_on_elsewhere() {
    goes_on_elsewhere("claude");
}

#[test]
fn codex_goes_on_elsewhere() {
    goes_on_elsewhere("codex");
}

#[test]
fn claude_is_found_without_its_id() {
    is_found_without_its_id("claude");
}

#[test]
fn codex_is_found_without_its_id() {
    is_found_without_its_id("codex");
}

#[test]
fn claude_is_not_told_its_task_again() {
    is_not_told_its_task_again("claude");
}

#[test]
fn codex_is_not_told_its_task_again() {
    is_not_told_its_task_again("codex");
}

#[test]
fn claude_goes_on_in_tmux_with_a_text() {
    in_tmux("claude");
}

#[test]
fn codex_goes_on_in_tmux_with_a_text() {
    in_tmux("codex");
}
