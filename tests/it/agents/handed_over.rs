//! A conversation goes on where the agent does not have it: on another machine, to which it was
//! shared, or after the agent has deleted it.

use std::fs;

use git_ao::agent::Agents;
use git_ao::model::SessionStatus;
use git_ao::transcript::{CaptureExtent, Source, TranscriptStore};

use super::place::Place;
use crate::support::agents::{log, record, wait_ended};
use crate::support::sessions::store;

fn token() -> String {
    format!("ghp_{}", "a1B2".repeat(9))
}

/// Lets an agent work, and captures what it has written.
fn works(place: &Place, agent: &'static str) -> String {
    let task = format!("the first task, with {}", token());
    let session = place.runs(&["spawn", "--json", "--file", "-"], &task);
    place.model.last();
    let conversation = session.agent_session_id.unwrap();
    let env = place.repo.env().environment();
    let file = Agents::builtin().find(agent).unwrap().transcript(&conversation, &env).unwrap();
    let store = store(&place.repo);
    let source = Source::new(agent, conversation, format!("{agent}-jsonl"), file);
    let transcripts = TranscriptStore::create(store.repository()).unwrap();
    let replica = store.replica().unwrap();
    transcripts.capture(session.id, &replica, &source, CaptureExtent::All, 1 << 28).unwrap();
    session.id.to_string()
}

/// The agent has none of its conversations any more.
fn forgets(place: &Place) {
    let home = place.repo.env().home();
    for folder in [".claude", ".codex/sessions"] {
        let there = home.join(folder);
        if there.exists() {
            let away = home.join(format!("away-{}", folder.replace('/', "-")));
            fs::rename(there, away).unwrap();
        }
    }
}

fn goes_on(place: &Place, id: &str, said: &str) {
    place.ao(&["restore", id], "").ok().stdout_has("it resumes its conversation");
    let again = wait_ended(&place.repo, id.parse().unwrap());
    assert_eq!(again.status, SessionStatus::Done, "{}", log(&place.repo, again.id));
    let told = place.model.last();
    for text in [said, "done"] {
        assert!(told.iter().any(|it| it.trim_end() == text), "'{text}' in {told:#?}");
    }
}

fn goes_on_elsewhere(agent: &'static str) {
    let Some(place) = Place::new(agent) else { return };
    let id = works(&place, agent);
    place.repo.commit("file", "x");
    place.repo.config("remote.origin.url", place.repo.dir().to_str().unwrap());
    let other = Place::at(agent, place.repo.clone_as("other")).unwrap();
    // The first clone is the remote of both.
    place.repo.config("remote.origin.aoShareTranscripts", "true");
    place.ao(&["push", "--transcript", &id], "").ok();
    other.repo.config("ao.runtime", "detached");
    other.ao(&["pull"], "").ok();
    forgets(&other);
    goes_on(&other, &id, "the first task, with [REDACTED:github-token]");

    // The same, of all sessions that were interrupted.
    other.ao(&["transcript", "purge", "--yes", &id], "").ok();
    for folder in [".claude/projects", ".codex/sessions"] {
        let _ = fs::remove_dir_all(other.repo.env().home().join(folder));
    }
    other.ao(&["set", "--force", &id, "status=errored"], "").ok();
    other.ao(&["restore", "--all", "-n"], "").ok().stdout_has("would fetch the conversation");
    other.ao(&["restore", "--all"], "").ok().stdout_has("it resumes its conversation");
    let again = wait_ended(&other.repo, id.parse().unwrap());
    assert_eq!(again.status, SessionStatus::Done, "{}", log(&other.repo, again.id));
    let told = other.model.last();
    let said = "the first task, with [REDACTED:github-token]";
    assert!(told.iter().any(|it| it.trim_end() == said), "{told:#?}");
}

/// The files of large results of tools that Claude Code has.
fn results(place: &Place) -> Vec<String> {
    let projects = place.repo.env().home().join(".claude/projects");
    let find = ["-path", "*/tool-results/*", "-type", "f"];
    let args = [&[projects.to_str().unwrap()], &find[..]].concat();
    let found = place.repo.env().run(place.repo.dir(), "find", args).run();
    found.stdout.lines().map(|path| fs::read_to_string(path).unwrap()).collect()
}

fn comes_back(agent: &'static str) {
    let Some(place) = Place::new(agent) else { return };
    let id = works(&place, agent);
    if agent == "claude" {
        let session = record(&place.repo, id.parse().unwrap());
        let own = session.agent_session_id.unwrap();
        let env = place.repo.env().environment();
        let file = Agents::builtin().find(agent).unwrap().transcript(&own, &env).unwrap();
        let folder = file.with_extension("").join("tool-results");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("big.txt"), "a large result").unwrap();
        place.ao(&["transcript", "capture", &id], "").ok();
    }
    forgets(&place);
    assert!(results(&place).is_empty());
    if agent == "claude" {
        place.ao(&["restore", "-n", &id], "").ok().stdout_has("it resumes");
    }
    goes_on(&place, &id, &format!("the first task, with {}", token()));
    if agent == "claude" {
        assert_eq!(results(&place), ["a large result"]);
    }
}

#[test]
fn claude_goes_on_on_another_machine() {
    goes_on_elsewhere("claude");
}

#[test]
fn codex_goes_on_on_another_machine() {
    goes_on_elsewhere("codex");
}

#[test]
fn claude_gets_back_what_it_has_deleted() {
    comes_back("claude");
}

#[test]
fn codex_gets_back_what_it_has_deleted() {
    comes_back("codex");
}
