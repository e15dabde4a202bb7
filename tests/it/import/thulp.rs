use git_ao::model::{SessionId, SessionStatus, Value};
use git_ao::store::Shelf;
use serde_json::json;

use super::world::{World, said, skipped, thulp};

const ID: &str = "7b100001-7000-4000-8000-000000000001";

fn entry(n: i64, kind: serde_json::Value, content: serde_json::Value) -> serde_json::Value {
    json!({"id": format!("e{n}"), "timestamp": 1_770_003_600_000 + n, "entry_type": kind, "content": content})
}

#[test]
fn every_entry_keeps_its_kind_and_its_time() {
    let world = World::new("thulp");
    let entries = json!([
        entry(1, json!({"type": "system_message"}), json!({"text": "Help."})),
        entry(
            2,
            json!({"type": "user_message"}),
            json!([{"type": "text", "text": "see"}, {"type": "image"}])
        ),
        entry(3, json!({"type": "assistant_message"}), json!("bare")),
        entry(
            4,
            json!({"type": "tool_call", "tool_name": "read", "success": false}),
            json!({"path": "x"})
        ),
        entry(
            5,
            json!({"type": "skill_execution", "skill_name": "css", "success": true}),
            json!({})
        ),
        entry(
            6,
            json!({"type": "evaluation_result", "score": null, "metrics": {}}),
            json!({"cases": 0})
        ),
        entry(7, json!({"type": "system_event", "event": "changed"}), json!(null)),
        entry(8, json!({"type": "thinking"}), json!({"text": "hm"})),
    ]);
    world.file(&format!(".thulp/sessions/{ID}.json"), thulp(ID, entries));
    let (report, status) = world.import(&[]);
    assert_eq!((status, &report["sessions"][0]["messages"]), (0, &json!(8)), "{report}");
    assert_eq!(report["sessions"][0]["refused"], "entry 6: the score is not a number");
    let session = world.session();
    assert_eq!((session.title.as_str(), session.status.clone()), ("A name", SessionStatus::Done));
    assert_eq!(session.updated_at.as_millis(), 1_770_003_612_000);
    assert_eq!(session.tags, ["ui", "no"]);
    assert_eq!(session.task.as_deref(), Some("see"));
    let rest = session.context.get("thulp").and_then(Value::as_map).unwrap();
    let limit = rest.get("context").and_then(Value::as_map).and_then(|it| it.get("limit"));
    assert_eq!(limit, Some(&Value::Float(0.1)));
    let lines = world.lines(&session);
    assert_eq!(
        said(&lines),
        [
            "system text: Help.",
            "user text: see",
            "user image: ",
            "assistant text: bare",
            "assistant tool_use <read>: ",
            "assistant tool_use <css>: ",
            r#"system meta: {"cases":0}"#,
            "system meta: changed",
            "assistant thinking: hm",
        ]
    );
    assert_eq!(lines[8]["at"], "2026-02-02T03:40:00.008Z");
    assert_eq!(lines[4]["imported"]["entry_type"]["success"], false);
}

#[test]
fn statuses_and_parents() {
    let world = World::new("thulp");
    let id = |n: usize| format!("7b10000{n}-7000-4000-8000-00000000000{n}");
    for (n, status) in ["active", "failed", "cancelled", "paused"].into_iter().enumerate() {
        let text = thulp(&id(n), json!([])).replace("completed", status);
        let parent = if n == 0 { id(0) } else { id(n - 1) };
        let text =
            text.replace("\"parent_session\": null", &format!("\"parent_session\": \"{parent}\""));
        world.file(&format!("{}.json", id(n)), text);
    }
    let (report, _) = world.import(&[]);
    assert_eq!(report["sessions"][0]["notes"], json!(["it was its own parent"]));
    let all = world.sessions(Shelf::Active).into_iter().map(|it| it.session.unwrap());
    let all: Vec<_> = all.collect();
    let statuses: Vec<_> = all.iter().map(|session| session.status.as_str()).collect();
    assert_eq!(statuses, ["working", "errored", "killed", "paused"]);
    assert_eq!(all[2].status_reason.as_deref(), Some("cancelled"));
    let parents: Vec<Option<SessionId>> = all.iter().map(|session| session.spawned_by).collect();
    assert_eq!(parents, [None, Some(all[0].id), Some(all[1].id), Some(all[2].id)]);
}

#[test]
fn a_copy_is_the_same_session() {
    let world = World::new("thulp");
    let entries = json!([entry(1, json!({"type": "user_message"}), json!({"text": "one"}))]);
    world.file("a copy.json", thulp(ID, json!([])));
    world.file(&format!("{ID}.json"), thulp(ID, entries));
    let (report, _) = world.import(&[]);
    assert_eq!(skipped(&report)[0].2, format!("a copy of session '{ID}'"));
    assert_eq!(world.lines(&world.session()).len(), 1);
}
