//! What Gemini CLI and aider themselves write is captured, and reads back.

use git_ao::agent::Agents;
use git_ao::model::Session;
use git_ao::transcript::{EntryKind, Role};

use super::place::Place;
use crate::support::agents::{log, wait_ended};

/// A session of two turns.
fn works(place: &Place) -> Session {
    let session = place.runs(&["spawn", "--json", "--file", "-"], "the first task");
    let id = session.id.to_string();
    assert_eq!(
        place.ao(&["restore", "--json", &id, "the second"], "").ok().json()["resumed"],
        true
    );
    let again = wait_ended(&place.repo, session.id);
    assert_eq!(again.agent_session_id, session.agent_session_id);
    let told = place.model.last();
    let heard = |text: &str| told.iter().any(|said| said.contains(text));
    assert!(heard("the first task") && heard("the second"), "{told:#?}");
    again
}

/// The texts of a role in its transcript.
fn said(place: &Place, session: &Session, role: Role) -> Vec<String> {
    let told = place.ao(&["transcript", "--json", &session.id.to_string()], "").ok().stdout;
    let entries = told.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let role = serde_json::to_value(role).unwrap();
    let kind = serde_json::to_value(EntryKind::Text).unwrap();
    let texts = entries.filter(|it| it["role"] == role && it["kind"] == kind);
    texts.map(|it| it["text"].as_str().unwrap().trim().to_owned()).collect()
}

#[test]
fn gemini_is_captured_resumed_and_read_back() {
    let Some(place) = Place::new("gemini") else { return };
    let session = works(&place);
    assert_eq!(said(&place, &session, Role::User), ["the first task", "the second"]);
    assert_eq!(said(&place, &session, Role::Assistant), ["done", "done"]);
    let used = place.ao(&["usage", "--json"], "").ok().json()["total"].clone();
    assert_eq!((&used["calls"], &used["calls_without_usage"]), (&2.into(), &0.into()), "{used}");
    assert_eq!(used["tokens"]["input"], 200, "{used}");
    assert_eq!((&used["tokens"]["output"], &used["turns"]), (&60.into(), &2.into()), "{used}");

    // All that it has written is there.
    let env = place.repo.env().environment();
    let own = session.agent_session_id.as_deref().unwrap();
    let file = Agents::builtin().find("gemini").unwrap().transcript(own, &env).unwrap();
    let raw = place.ao(&["transcript", "--raw", &session.id.to_string()], "").ok().stdout;
    let there = std::fs::read_to_string(file).unwrap();
    assert!(raw.ends_with(&there), "{}", log(&place.repo, session.id));
}

#[test]
fn aider_is_captured_resumed_and_read_back() {
    let Some(place) = Place::new("aider") else { return };
    let session = works(&place);
    assert_eq!(said(&place, &session, Role::User), ["the first task", "the second"]);
    assert_eq!(said(&place, &session, Role::Assistant), ["done", "done"]);
    let used = place.ao(&["usage", "--json"], "").ok().json()["total"].clone();
    assert_eq!((&used["calls"], &used["turns"]), (&2.into(), &2.into()), "{used}");
}
