use git_ao::model::{Kind, SessionStatus, Value};
use git_ao::store::Shelf;
use serde_json::json;

use super::world::{World, astrid, said, skipped};

const ID: &str = "a5710001-a500-4000-8000-000000000001";

#[test]
fn every_message_becomes_an_entry() {
    let world = World::new("astrid");
    let messages = json!([
        {"role": "system", "content": "A shop."},
        {"role": "user", "content": "Make it dark.\nPlease."},
        {"role": "assistant", "content": [
            {"id": "c1", "name": "fs:read", "arguments": {"n": 1.5}},
            {"id": "c2", "name": "shell:run", "arguments": {}},
        ]},
        {"role": "tool", "content": {"call_id": "c1", "content": "body", "is_error": true}},
        {"role": "user", "content": [
            {"type": "text", "text": "see"}, {"type": "image", "data": "iVBO", "media_type": "image/png"},
        ]},
        {"role": "assistant", "content": []},
        {"role": "developer", "content": "hm"},
        {"role": "assistant", "content": [{"type": "audio", "data": "AAAA"}]},
    ]);
    world.file(&format!("{ID}.json"), astrid(ID, messages));
    let (report, status) = world.import(&[]);
    assert_eq!((status, &report["sessions"][0]["messages"]), (0, &json!(8)), "{report}");
    let notes = json!([
        "1 message with content of the unknown kind 'audio'",
        "1 message with the unknown role 'developer'",
    ]);
    assert_eq!(report["sessions"][0]["notes"], notes);
    let session = world.session();
    assert_eq!(
        (session.kind.clone(), session.status.clone()),
        (Kind::Conversation, SessionStatus::Idle)
    );
    assert_eq!(session.created_at.to_string(), "2026-03-01T10:00:00.123Z");
    assert_eq!(
        (session.title.as_str(), session.tags.as_slice()),
        ("A title", ["ui".to_owned()].as_slice())
    );
    assert_eq!(session.task.as_deref(), Some("Make it dark.\nPlease."));
    let rest = session.context.get("astrid").and_then(Value::as_map).unwrap();
    assert_eq!(rest.get("system_prompt"), Some(&"Be brief.".into()));
    let lines = world.lines(&session);
    assert_eq!(
        said(&lines),
        [
            "system text: A shop.",
            "user text: Make it dark.\nPlease.",
            "assistant tool_use <fs:read>: ",
            "assistant tool_use <shell:run>: ",
            "tool tool_result: body",
            "user text: see",
            "user image: ",
            "assistant text: ",
            "system meta: hm",
            r#"assistant meta: {"data":"AAAA","type":"audio"}"#,
        ]
    );
    assert_eq!(lines[4]["imported"]["content"]["is_error"], true, "the original is there");
    assert_eq!(
        (&lines[6]["imported"], &lines[5]["imported"]["content"][1]["data"]),
        (&json!(null), &json!("iVBO"))
    );
}

#[test]
fn what_a_subagent_shares_is_not_paid_twice() {
    let world = World::new("astrid");
    for n in [1, 2] {
        let id = ID.replace('1', &n.to_string());
        let mut session: serde_json::Value = serde_json::from_str(&astrid(&id, json!([]))).unwrap();
        session["created_at"] = json!(format!("2026-03-0{n}T10:00:00Z"));
        session["allowances"] = json!([{"id": "shared"}]);
        session["budget_snapshot"] =
            json!({"session_spent_usd": 1.35, "last_updated": "2026-04-01T00:00:00Z"});
        session["git_state"] = json!({"branch": "HEAD", "commit": null});
        world.file(&format!("{id}.json"), session.to_string());
    }
    world.import(&[]);
    let all = world.sessions(Shelf::Active).into_iter().map(|it| it.session.unwrap());
    let mut all: Vec<_> = all.collect();
    all.sort_by_key(|session| session.created_at);
    let paid = |session: &git_ao::model::Session| session.cost.as_ref().and_then(|it| it.cost_usd);
    assert_eq!((paid(&all[0]), paid(&all[1])), (Some(1.35), None));
    assert_eq!(all[0].branch, None, "HEAD is no branch");
    assert_eq!(all[1].updated_at.to_string(), "2026-04-01T00:00:00.000Z");
    world.repo.ao(["show", &all[0].id.short()]).ok().stdout_has("Cost:       $1.35\n");
}

#[test]
fn copies_and_foreign_files_are_ignored() {
    let world = World::new("astrid");
    let other = "a5710002-a500-4000-8000-000000000002";
    let message = json!([{"role": "user", "content": "hi"}]);
    let text = astrid(ID, message);
    world.file(&format!("{ID}.json"), &text);
    world.file(&format!("{other}.json"), &text);
    world.file("notes.json", r#"{"title": "x"}"#);
    world.file("no.json", "not JSON");
    world.file(&format!("{ID}.json.tmp"), &text);
    let cut = other.replace('2', "3");
    world.file(&format!("{cut}.json"), &text[..text.len() / 2]);
    let (report, status) = world.import(&[]);
    assert_eq!(status, 1);
    world.session();
    let all = skipped(&report);
    let of = |name: &str| {
        all.iter().find(|(file, ..)| file == name).map(|(_, reason, _)| reason.as_str())
    };
    assert_eq!(of(&format!("{cut}.json")), Some("unreadable"), "{all:?}");
    for name in ["notes.json", "no.json", &format!("{other}.json"), &format!("{ID}.json.tmp")] {
        assert_eq!(of(name), Some("ignored"), "{name}");
    }
}
