//! Claude Code and Codex themselves, without a terminal.

use std::fs;

use git_ao::model::SessionStatus;

use super::place::Place;
use crate::support::agents::{log, record, wait_ended};

fn prompt_arrives(agent: &'static str) {
    let Some(place) = Place::new(agent) else { return };
    let long: String = (0..20_000).map(|n| format!("line {n}\n")).collect();
    for prompt in ["-x --help \"double\" 'single' $(touch here) `x`\n\n\tü \\ end", long.trim_end()]
    {
        let session = place.runs(&["spawn", "--json", "--file", "-"], prompt);
        assert_eq!(session.task.as_deref(), Some(prompt));
        let told = place.model.last();
        let exact = |text: &String| text.trim_end() == prompt;
        assert!(told.iter().any(exact), "{} texts, none is the prompt", told.len());
        assert!(session.agent_session_id.is_some());
    }
}

fn conversation_goes_on(agent: &'static str) {
    let Some(place) = Place::new(agent) else { return };
    let first = place.runs(&["spawn", "--json", "--file", "-"], "the first task");
    let conversation = first.agent_session_id.clone().unwrap();
    assert!(!place.model.last().contains(&"done".to_owned()), "nothing was said before");

    let id = first.id.to_string();
    let out = place.ao(&["restore", "--json", &id], "").ok().json();
    assert_eq!(out["resumed"], true);
    let again = wait_ended(&place.repo, first.id);
    assert_eq!(again.status, SessionStatus::Done, "{}", log(&place.repo, first.id));
    assert_eq!(again.agent_session_id.as_ref(), Some(&conversation));
    assert!(place.model.last().contains(&"done".to_owned()), "it knows what was said before");

    let fork = place.runs(&["fork", "--json", &id, "--file", "-"], "the second task");
    let told = place.model.last();
    for text in ["the first task", "done", "the second task"] {
        assert!(told.iter().any(|said| said.trim_end() == text), "'{text}' in {told:#?}");
    }
    assert_ne!(fork.agent_session_id, Some(conversation.clone()));
    assert!(fork.agent_session_id.is_some());
    assert_eq!(fork.fork.unwrap().session, first.id);
    assert_eq!(record(&place.repo, first.id).agent_session_id, Some(conversation));
}

/// Its conversation is gone, or never was on this machine: it begins again only when it is asked to.
fn begins_again_when_asked(agent: &'static str) {
    let Some(place) = Place::new(agent) else { return };
    place.repo.config("ao.transcripts", "false");
    let first = place.runs(&["spawn", "--json", "--file", "-"], "the first task");
    place.repo.commit("file", "x");
    place.model.last();

    let env = place.repo.env();
    let other = Place::at(agent, place.repo.clone_as("other")).unwrap();
    other.repo.config("ao.runtime", "detached");
    other.ao(&["pull"], "").ok();
    for folder in [".claude/projects", ".codex/sessions"] {
        let _ = fs::rename(env.home().join(folder), env.path("away"));
    }
    let (short, id) = (first.id.short(), first.id.to_string());
    for place in [&other, &place] {
        place.settle();
        let before = record(&place.repo, first.id);
        let refused = place.ao(&["restore", &id], "").code(1);
        let refused = refused.stderr_has("its conversation was not found on this machine");
        refused.stderr_has(&format!(
            "hint: to start over with its task: git ao restore --fresh {short}"
        ));
        assert_eq!(record(&place.repo, first.id), before);

        let restored = place.ao(&["restore", "--fresh", &short], "").ok();
        let conversation = before.agent_session_id.unwrap();
        restored.stdout_has(&format!("it starts a new conversation; it had {conversation}"));
        let again = wait_ended(&place.repo, first.id);
        assert_eq!(again.status, SessionStatus::Done, "{}", log(&place.repo, first.id));
        let told = place.model.last();
        assert!(told.iter().any(|said| said.trim_end() == "the first task"), "{told:#?}");
        assert_ne!(again.agent_session_id, first.agent_session_id);
    }
}

#[test]
fn claude_gets_the_prompt_exactly() {
    prompt_arrives("claude");
}

#[test]
fn claude_goes_on_and_forks() {
    conversation_goes_on("claude");
}

#[test]
fn codex_gets_the_prompt_exactly() {
    prompt_arrives("codex");
}

#[test]
fn codex_goes_on_and_forks() {
    conversation_goes_on("codex");
}

#[test]
fn claude_begins_again_only_when_asked() {
    begins_again_when_asked("claude");
}

#[test]
fn codex_begins_again_only_when_asked() {
    begins_again_when_asked("codex");
}
