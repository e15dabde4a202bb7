//! What Claude Code and Codex themselves write is captured byte for byte.

use std::fs;
use std::path::PathBuf;

use git_ao::agent::Agents;
use git_ao::git::{Environment, Repository};
use git_ao::model::{Session, SessionId};
use git_ao::transcript::TranscriptStore;

use super::place::Place;
use crate::support::agents::{log, until, wait_ended};

/// What was captured of each conversation, in order.
fn captured(place: &Place, id: SessionId) -> Vec<(String, Vec<u8>)> {
    let repo = &place.repo;
    let repository = Repository::discover_with(repo.dir(), repo.env().environment()).unwrap();
    let Some(store) = TranscriptStore::open(&repository).unwrap() else { return Vec::new() };
    let all = store.session_transcripts(id).unwrap().into_iter();
    let all = all.filter(|it| it.subagent.is_none()).map(|it| {
        let lines = it.lines().flat_map(|line| [line.unwrap().bytes, b"\n".to_vec()].concat());
        (it.agent_session_id.clone(), lines.collect())
    });
    all.collect()
}

/// The file of a conversation, as the agent has it now.
fn file(place: &Place, conversation: &str) -> Option<PathBuf> {
    let agents = Agents::builtin();
    let env = Environment::empty().with("HOME", place.repo.env().home());
    agents.find(place.agent).unwrap().transcript(conversation, &env)
}

/// Waits until everything that the agent has written of a conversation is captured.
fn wait_captured(place: &Place, session: &Session) {
    let own = session.agent_session_id.as_deref().unwrap();
    until("everything is captured", || {
        let found = file(place, own).map(|path| fs::read(path).unwrap());
        let all = captured(place, session.id);
        found.is_some() && all.first().map(|(_, bytes)| bytes) == found.as_ref()
    });
}

fn is_captured(agent: &'static str) {
    let Some(place) = Place::in_tmux(agent) else { return };
    let id = place.starts(&["spawn", "--json", "--file", "-"], "the first task");
    place.told(id, "the first task");
    let session = place.saved(id);
    wait_captured(&place, &session);
    place.ao(&["send", &id.to_string(), "-"], "and more").ok();
    place.told(id, "and more");
    if agent == "claude" {
        place.ao(&["send", &id.to_string(), "-"], "/clear").ok();
        place.ao(&["send", &id.to_string(), "-"], "from the start").ok();
        place.told(id, "from the start");
    }
    let quit = if agent == "claude" { "/exit" } else { "/quit" };
    place.ao(&["send", &id.to_string(), "-"], quit).ok();
    let ended = wait_ended(&place.repo, id);
    let all = captured(&place, id);
    assert_eq!(all.len(), if agent == "claude" { 2 } else { 1 });
    let mut bytes = 0;
    for (conversation, found) in all {
        let there = fs::read(file(&place, &conversation).unwrap()).unwrap();
        assert!(there == found, "{conversation}: {} and {} bytes", there.len(), found.len());
        bytes += there.len() as u64;
    }
    let facts = ended.transcripts.values().next().expect("the record has learned of it");
    assert_eq!(facts.bytes, bytes);
}

#[test]
fn claude_is_captured_while_it_works_and_at_its_end() {
    is_captured("claude");
}

#[test]
fn codex_is_captured_while_it_works_and_at_its_end() {
    is_captured("codex");
}

#[test]
fn a_subagent_of_codex_is_captured_with_its_conversation() {
    let Some(place) = Place::new("codex") else { return };
    let session = place.runs(&["spawn", "--json", "--file", "-"], "Please delegate it");
    let env = place.repo.env().environment();
    let repository = Repository::discover_with(place.repo.dir(), env).unwrap();
    let store = TranscriptStore::open(&repository).unwrap().unwrap();
    let all = store.session_transcripts(session.id).unwrap();
    let subs: Vec<_> = all.iter().filter(|it| it.subagent.is_some()).collect();
    assert_eq!((all.len(), subs.len()), (2, 1), "{}", log(&place.repo, session.id));
    let there = fs::read(file(&place, subs[0].subagent.as_deref().unwrap()).unwrap()).unwrap();
    let lines = subs[0].lines().flat_map(|line| [line.unwrap().bytes, b"\n".to_vec()].concat());
    assert!(lines.collect::<Vec<u8>>() == there);
    let told = place.ao(&["transcript", "--json", &session.id.to_string()], "").ok().stdout;
    let entries: Vec<serde_json::Value> =
        told.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let its = |it: &&serde_json::Value| it["sub"].is_string() && it["text"] == "done";
    assert_eq!(entries.iter().filter(its).count(), 1, "{told}");
    assert!(entries.iter().any(|it| it["role"] == "system"
        && it["text"].as_str().is_some_and(|said| said.contains("Message Type: FINAL_ANSWER"))));

    // Both are given back where Codex looks for them.
    let sub = subs[0].subagent.as_deref().unwrap();
    let both = [sub, session.agent_session_id.as_deref().unwrap()];
    let files = both.map(|own| file(&place, own).unwrap());
    files.iter().for_each(|file| fs::remove_file(file).unwrap());
    let id = session.id.to_string();
    assert_eq!(place.ao(&["restore", "--json", &id], "").ok().json()["resumed"], true);
    wait_ended(&place.repo, session.id);
    assert_eq!(both.map(|own| file(&place, own).unwrap()), files);
    assert!(fs::read(&files[0]).unwrap().starts_with(&there));
}
