use git_ao::model::{Session, SessionId};
use git_ao::store::Shelf;
use serde_json::{Value, json};

use super::world::{World, said, skipped};

const FOLDER: &str = ".claw/sessions/9bc590dd6def5c8d";

fn meta(n: u64, more: Value) -> Value {
    let mut meta = json!({
        "type": "session_meta", "version": 1, "session_id": format!("session-177555000000{n}-0"),
        "created_at_ms": 1_775_550_000_000_u64 + n, "updated_at_ms": 1_775_550_005_000_u64,
        "workspace_root": "/home/dev/demo",
    });
    for (key, value) in more.as_object().unwrap() {
        meta[key] = value.clone();
    }
    meta
}

fn says(role: &str, text: &str) -> Value {
    json!({"type": "message", "message": {"role": role, "blocks": [{"type": "text", "text": text}]}})
}

fn text(lines: &[Value]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}

fn by_name(world: &World, n: u64) -> Session {
    let id = SessionId::named("claw", &format!("session-177555000000{n}-0"));
    let all = world.sessions(Shelf::Active);
    all.into_iter().find(|it| it.location.id == id).unwrap().session.unwrap()
}

#[test]
fn messages_prompts_and_forks() {
    let world = World::new("claw");
    let call = json!({"type": "tool_use", "id": "t1", "name": "read", "input": "{\"path\":\"x\"}"});
    let usage = json!({"input_tokens": 12, "output_tokens": 3, "cache_read_input_tokens": 90, "cache_creation_input_tokens": 5});
    let result = json!({"type": "tool_result", "tool_use_id": "t1", "tool_name": "read", "output": "body", "is_error": false});
    let talk = [
        json!({"type": "prompt_history", "timestamp_ms": 1_775_550_001_000_u64, "text": "make it dark"}),
        json!({"type": "prompt_history", "timestamp_ms": 1_775_550_002_000_u64, "text": "gone"}),
        says("user", "make it dark"),
        json!({"type": "message", "message": {"role": "assistant", "blocks": [{"type": "thinking", "thinking": "hm"}, call], "usage": usage}}),
        json!({"type": "message", "message": {"role": "tool", "blocks": [result]}}),
        json!({"type": "message", "message": {"role": "assistant", "blocks": []}}),
    ];
    let fork = json!({"fork": {"parent_session_id": "session-1775550000000-0", "branch_name": "fix/dark"}, "model": "opus"});
    let whole = |first: Value| text(&[&[first][..], &talk].concat());
    world.file(&format!("{FOLDER}/session-1775550000000-0.jsonl"), whole(meta(0, json!({}))));
    world.file(&format!("{FOLDER}/session-1775550000001-0.jsonl"), whole(meta(1, fork)));
    let (report, status) = world.import(&[]);
    assert_eq!((status, &report["sessions"][0]["messages"]), (0, &json!(4)), "{report}");
    let (first, second) = (by_name(&world, 0), by_name(&world, 1));
    assert_eq!(first.context.get("imported"), Some(&"session-1775550000000-0".into()));
    assert_eq!(first.title, "make it dark");
    assert_eq!(second.fork.as_ref().map(|fork| fork.session), Some(first.id));
    assert_eq!(second.branch.as_deref(), Some("fix/dark"));
    assert_eq!(second.agent_config.get("model"), Some(&"opus".into()));
    let lines = world.lines(&first);
    assert_eq!(
        said(&lines),
        [
            "user text: gone",
            "user text: make it dark",
            "assistant thinking: hm",
            "assistant tool_use <read>: ",
            "tool tool_result <read>: body",
            "assistant text: ",
        ]
    );
    assert_eq!(lines[1]["at"], "2026-04-07T08:20:01.000Z");
    assert_eq!(
        (&lines[3]["tool"]["input"], &lines[3]["usage"]["cache_read"]),
        (&json!({"path": "x"}), &json!(90))
    );
    let answer = |lines: &[Value]| lines[3]["usage"]["answer"].clone();
    assert_eq!(answer(&lines), answer(&world.lines(&second)), "a fork's copy is the same answer");
}

/// Rotations are earlier copies of the whole session; a compaction has removed some of it since.
#[test]
fn rotations_are_joined() {
    let world = World::new("claw");
    let name = format!("{FOLDER}/session-1775550000000-0");
    let all = ["one", "two", "three", "four"].map(|said| says("user", said));
    let first = meta(0, json!({}));
    let file = |path: &str, rest: &[Value]| {
        world.file(path, text(&[&[first.clone()][..], rest].concat()));
    };
    file(&format!("{name}.rot-1775550003000.jsonl"), &all[..2]);
    file(&format!("{name}.rot-1775550004000.jsonl"), &all[..3]);
    let compaction = json!({"type": "compaction", "count": 1, "removed_message_count": 2, "summary": "in short"});
    let rest = [compaction, says("system", "continued: in short"), all[2].clone(), all[3].clone()];
    file(&format!("{name}.jsonl"), &rest);
    let (report, status) = world.import(&[]);
    assert_eq!((status, &report["sessions"][0]["messages"]), (0, &json!(5)), "{report}");
    assert_eq!(skipped(&report).len(), 2);
    let lines = world.lines(&world.session());
    assert_eq!(
        said(&lines),
        [
            "user text: one",
            "user text: two",
            "system compaction: in short",
            "system text: continued: in short",
            "user text: three",
            "user text: four",
        ]
    );
}

#[test]
fn what_a_clear_has_left() {
    let world = World::new("claw");
    let name = format!("{FOLDER}/session-1775550000000-0.jsonl");
    let before = text(&[meta(0, json!({})), says("user", "before")]);
    world.file(&format!("{name}.before-clear-1775550004000.bak"), before);
    world.file(&name, text(&[meta(1, json!({})), says("user", "after")]));
    world.import(&[]);
    assert_eq!(said(&world.lines(&by_name(&world, 0))), ["user text: before"]);
    assert_eq!(said(&world.lines(&by_name(&world, 1))), ["user text: after"]);
}

#[test]
fn older_forms() {
    let world = World::new("claw");
    let message = json!({"role": "user", "blocks": [{"type": "text", "text": "old"}]});
    let first = json!({"version": 1, "messages": [message]});
    world.file(".claw/sessions/session-1774915200000.json", first.to_string());
    let mut full = meta(
        2,
        json!({"messages": [message], "compaction": {"count": 1, "removed_message_count": 3, "summary": "short"}}),
    );
    full.as_object_mut().unwrap().remove("type");
    world.file(&format!("{FOLDER}/session-1775550000002-0.json"), full.to_string());
    world.file(
        ".claw/sessions/session-1775550000003-0.json",
        text(&[meta(3, json!({})), says("user", "lines")]),
    );
    let (report, status) = world.import(&[]);
    assert_eq!((status, report["sessions"].as_array().unwrap().len()), (0, 3), "{report}");
    let id = SessionId::named("claw", "session-1774915200000");
    let all = world.sessions(Shelf::Active);
    let oldest = all.into_iter().find(|it| it.location.id == id).unwrap().session.unwrap();
    assert_eq!(oldest.created_at.as_millis(), 1_774_915_200_000, "the time in its name");
    assert_eq!(
        said(&world.lines(&by_name(&world, 2))),
        ["system compaction: short", "user text: old"]
    );
    assert_eq!(said(&world.lines(&by_name(&world, 3))), ["user text: lines"]);
}

#[test]
fn what_its_own_loader_refuses_is_saved_and_named() {
    let world = World::new("claw");
    let beat = json!({"type": "heartbeat", "observed_at_ms": 5});
    let strange = text(&[meta(0, json!({})), says("user", "a"), beat, says("assistant", "b")]);
    world.file(&format!("{FOLDER}/session-1775550000000-0.jsonl"), strange);
    let cut = text(&[meta(1, json!({})), says("user", "whole"), says("assistant", "cut")]);
    world.file(&format!("{FOLDER}/session-1775550000001-0.jsonl"), &cut[..cut.len() - 20]);
    world.file(&format!("{FOLDER}/session-1775550000002-0.jsonl"), "");
    world.file(&format!("{FOLDER}/session-1775550000001-0.jsonl.tmp-1775589720000-3"), "x");
    let (report, status) = world.import(&[]);
    assert_eq!(status, 0, "{report}");
    let refused = |n: usize| report["sessions"][n]["refused"].as_str().unwrap().to_owned();
    assert_eq!(refused(0), "line 3: unknown kind 'heartbeat'");
    assert!(refused(1).starts_with("line 3: EOF"), "{report}");
    let whys: Vec<_> = skipped(&report).into_iter().map(|(.., why)| why).collect();
    assert_eq!(whys, ["a temporary file", "it is empty"]);
    let lines = world.lines(&by_name(&world, 0));
    assert_eq!(said(&lines)[1], r#"system meta: {"observed_at_ms":5,"type":"heartbeat"}"#);
    let lines = world.lines(&by_name(&world, 1));
    assert!(lines[1]["text"].as_str().unwrap().contains("assistant"), "what is left of the line");
}
