//! One person's conversation goes on at another's: two homes, two paths and a remote between them.

use std::fs;

use git_ao::model::SessionStatus;
use git_ao::transcript::{TranscriptOrigin, TranscriptStore};

use super::place::Place;
use crate::support::agents::{log, wait_ended, workspace};
use crate::support::sessions::store;
use crate::support::{Combo, Kind, Repo, TestEnv};

const VALUE: &str = "correct-horse-battery";

fn token() -> String {
    format!("ghp_{}", "a1B2".repeat(9))
}

/// All that is in the objects of a repository.
fn all_objects(repo: &Repo, folder: &str) -> String {
    let folder = format!("--git-dir={folder}");
    let format = "--batch-check=%(objectname) %(objecttype)";
    let all = repo.git([&folder, "cat-file", "--batch-all-objects", format]);
    let ids = all.lines().filter_map(|line| line.strip_suffix(" blob"));
    ids.map(|id| repo.git([&folder, "cat-file", "blob", id])).collect()
}

/// A clone in a home of its own.
fn clone(agent: &'static str, hub: &Repo, name: &str) -> Option<Place> {
    let env = TestEnv::new();
    let (from, to) = (hub.dir().to_str().unwrap(), env.path(name));
    env.git(&env.root(), ["clone", "-q", from, to.to_str().unwrap()]).run().ok();
    let place = Place::at(agent, Repo::found(&env, to))?;
    place.repo.config("ao.runtime", "detached");
    place.repo.config("remote.origin.aoShareTranscripts", "true");
    Some(place)
}

fn goes_on_at_another_persons(agent: &'static str) {
    let hub = Repo::create(&TestEnv::new(), "hub", Combo { kind: Kind::Bare, ..Combo::PLAIN });
    let Some(ann) = clone(agent, &hub, "ann") else { return };
    let ben = clone(agent, &hub, "other place of ben").unwrap();

    // What is said in a task is in the record; what is said later is only in the conversation.
    fs::write(ann.repo.dir().join(".env"), format!("PASSWORD={VALUE}\n")).unwrap();
    let session = ann.runs(&["spawn", "--json", "--file", "-"], "the first task");
    let id = session.id.to_string();
    let second = format!("now with {VALUE}\nand\t{}", token());
    ann.ao(&["restore", &id, &second], "").ok();
    wait_ended(&ann.repo, session.id);
    let other = ann.runs(&["spawn", "--json", "--file", "-"], "nobody is to hear this");
    fs::remove_file(ann.repo.dir().join(".env")).unwrap();

    let other = other.id.to_string();
    let shared = ["push", "--branches", "--transcript", &id, "--transcript", &other];
    ann.ao(&shared, "").ok().stdout_has("secrets replaced");
    let there = all_objects(&hub, hub.dir().to_str().unwrap());
    assert!(there.contains("[REDACTED:github-token]") && there.contains("[REDACTED:known-value]"));
    assert!(!there.contains(&token()) && !there.contains(VALUE));

    ben.ao(&["pull"], "").ok();
    ben.ao(&["restore", "--dry-run", &id], "").ok().stdout_has("would fetch the conversation");
    assert!(TranscriptStore::open(store(&ben.repo).repository()).unwrap().is_none());
    ben.ao(&["restore", &id, "the last task"], "").ok().stdout_has("it resumes its conversation");
    let again = wait_ended(&ben.repo, session.id);
    assert_eq!(again.status, SessionStatus::Done, "{}", log(&ben.repo, session.id));
    assert_eq!(again.agent_session_id, session.agent_session_id);
    let told = ben.model.last();
    let said = ["the first task", "the last task", "done"];
    let redacted = "now with [REDACTED:known-value]\nand\t[REDACTED:github-token]";
    for text in said.into_iter().chain([redacted]) {
        assert!(told.iter().any(|it| it.trim_end() == text), "'{text}' in {told:#?}");
    }
    assert_ne!(workspace(&ben.repo, session.id), workspace(&ann.repo, session.id));

    // It was fetched alone.
    let store = TranscriptStore::open(store(&ben.repo).repository()).unwrap().unwrap();
    assert_eq!(store.all_sessions().into_iter().collect::<Vec<_>>(), [session.id]);
    let fetched = store.session_transcripts(session.id).unwrap();
    assert!(fetched.iter().any(|it| it.origin == TranscriptOrigin::Fetched) || fetched.len() == 1);
    let folder = ben.repo.common_dir().join("ao/transcripts.git");
    assert!(!all_objects(&ben.repo, folder.to_str().unwrap()).contains("nobody is to hear this"));

    // And back again.
    ben.ao(&["push", "--transcript", &id], "").ok();
    ann.ao(&["pull"], "").ok();
    ann.ao(&["transcript", "fetch", &id], "").ok();
    for place in [&ann, &ben] {
        let shown = place.ao(&["transcript", &id], "").ok();
        shown.stdout_has("the first task").stdout_has("the last task");
        place.ao(&["grep", "the last task"], "").ok().stdout_has(&session.id.short());
        place.ao(&["usage", "--by", "session"], "").ok().stdout_has(&session.id.short());
    }
}

#[test]
fn claude_goes_on_at_another_persons() {
    goes_on_at_another_persons("claude");
}

#[test]
fn codex_goes_on_at_another_persons() {
    goes_on_at_another_persons("codex");
}

#[test]
fn opencode_goes_on_at_another_persons() {
    goes_on_at_another_persons("opencode");
}
