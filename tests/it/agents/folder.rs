//! Agents that work in a folder of their worktree keep their conversations under its name.

use git_ao::model::SessionStatus;

use super::place::Place;
use crate::support::agents::{log, wait_ended};

fn goes_on_in_its_folder(agent: &'static str) {
    let Some(place) = Place::new(agent) else { return };
    place.repo.commit("packages/web app/a", "a");
    let folder = place.repo.dir().join("packages/web app");
    let spawned = place.run(&["spawn", "--json", "--file", "-"], "the first task");
    let made = spawned.dir(folder).run().ok().json();
    let id = made["session"]["id"].as_str().unwrap();
    let first = wait_ended(&place.repo, id.parse().unwrap());
    assert_eq!(first.status, SessionStatus::Done, "{}", log(&place.repo, first.id));
    let facts = first.transcripts.values().next().expect("it was captured");
    assert!(facts.bytes > 0);
    place.ao(&["transcript", id], "").ok().stdout_has("the first task");

    // Found by its folder alone, where the id is not known.
    place.ao(&["set", id, "agent_session_id="], "").ok();
    place.ao(&["restore", id, "the second"], "").ok().stdout_has("it resumes its conversation");
    let second = wait_ended(&place.repo, first.id);
    assert_eq!(second.status, SessionStatus::Done, "{}", log(&place.repo, first.id));
    assert_eq!(second.agent_session_id, first.agent_session_id);
    let told = place.model.last();
    let heard = |text: &str| told.iter().any(|said| said.contains(text));
    assert!(heard("the first task") && heard("the second"), "{told:#?}");
    assert!(heard("packages/web app"), "the agent says where it works: {told:#?}");

    // A fork goes on in its own worktree, in the same folder.
    let fork = place.ao(&["fork", "--json", id, "a third"], "").ok().json();
    let fork = fork["session"]["id"].as_str().unwrap().parse().unwrap();
    let ended = wait_ended(&place.repo, fork);
    assert_eq!(ended.status, SessionStatus::Done, "{}", log(&place.repo, fork));
    let told = place.model.last();
    let heard = |text: &str| told.iter().any(|said| said.contains(text));
    let has_conversation = heard("the first task") || agent == "codex";
    assert!(has_conversation && heard("a third"), "{told:#?}");

    // The transcript is captured anew from there, also when the worktree is gone.
    place.ao(&["cleanup", "--force"], "").ok();
    std::fs::remove_dir_all(place.repo.common_dir().join("ao/transcripts.git")).unwrap();
    place.ao(&["transcript", "capture", id], "").ok().stdout_has(" lines");
    place.ao(&["set", id, "agent_session_id="], "").ok();
    place.ao(&["restore", id, "a fourth"], "").ok().stdout_has("it resumes its conversation");
    let last = wait_ended(&place.repo, first.id);
    assert_eq!(last.status, SessionStatus::Done, "{}", log(&place.repo, last.id));
}

#[test]
fn claude_goes_on_in_its_folder() {
    goes_on_in_its_folder("claude");
}

#[test]
fn codex_goes_on_in_its_folder() {
    goes_on_in_its_folder("codex");
}

/// In a terminal, both could ask first whether the folder is trusted.
fn is_trusted_in_its_folder(agent: &'static str) {
    let Some(place) = Place::in_tmux(agent) else { return };
    place.repo.commit("packages/a", "a");
    let spawned = place.run(&["spawn", "--json", "--file", "-"], "the first task");
    let made = spawned.dir(place.repo.dir().join("packages")).run().ok().json();
    let id = made["session"]["id"].as_str().unwrap();
    place.told(id.parse().unwrap(), "the first task");
    place.saved(id.parse().unwrap());
    let live = place.ao(&["status", "--json"], "").ok().json();
    let activity = &live["sessions"][0]["live"]["activity"];
    assert!(activity["state"].is_string() && activity["state"] != "unknown", "{live}");
    place.ao(&["kill", id], "").ok();
}

#[test]
fn claude_does_not_ask_in_a_folder() {
    is_trusted_in_its_folder("claude");
}

#[test]
fn codex_does_not_ask_in_a_folder() {
    is_trusted_in_its_folder("codex");
}
