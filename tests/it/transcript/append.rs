//! Entries that a program adds itself.

use std::sync::Barrier;

use git_ao::agent::Entries;
use git_ao::model::{Oid, Timestamp};
use git_ao::ops::Engine;
use git_ao::transcript::{CaptureExtent, EntryKind, Role, Tool, TranscriptEntry, TranscriptError};

use super::world::{LIMIT, World};
use crate::support::sessions::{id, own_store, session};
use crate::support::{Combo, Repo, TestEnv};

fn said(text: &str) -> TranscriptEntry {
    TranscriptEntry::new(Role::User, EntryKind::Text, text)
}

fn texts(world: &World) -> Vec<String> {
    let found = world.store().session_transcripts(id(1)).unwrap();
    Entries::of(found).map(|entry| entry.unwrap().text).collect()
}

#[test]
fn entries_are_read_back_as_they_were_given() {
    let world = World::new();
    let store = world.store();
    let mut call = TranscriptEntry::new(Role::Assistant, EntryKind::ToolUse, "");
    call.tool = Some(Tool::new("bash", "7", serde_json::json!({"command": "ls\n\u{1b}[31m"})));
    call.at = Some("2026-11-20T18:24:11Z".parse::<Timestamp>().unwrap());
    call.model = Some("m".to_owned());
    let mut result = TranscriptEntry::new(Role::Tool, EntryKind::ToolResult, "a\0b\u{2028}");
    result.tool = Some(Tool::new("", "7", serde_json::Value::Null));
    let long = said(&"x".repeat(3 << 20));
    let given = [said("one"), call, result, long];
    let captured = store.append(id(1), "ann", &given[..1], LIMIT).unwrap();
    assert_eq!(captured.lines, 1);
    store.append(id(1), "ann", &given[1..], LIMIT).unwrap();
    assert_eq!(world.git(&["rev-list", "--count", "--all"]).trim(), "2");

    let found = store.session_transcripts(id(1)).unwrap();
    assert_eq!((found.len(), found[0].format.as_str()), (1, "ao-jsonl"));
    let read: Vec<_> = Entries::of(found).map(Result::unwrap).collect();
    let numbers: Vec<_> = read.iter().map(|entry| entry.n).collect();
    assert_eq!(numbers, [1, 2, 3, 4]);
    // A result tells of which tool it is.
    assert_eq!(read[2].tool.as_ref().unwrap().name, "bash");
    for (mut read, given) in read.into_iter().zip(given) {
        let place = read.raw.take().unwrap();
        assert!(place.segment.starts_with("00-") && place.len > 0);
        read.n = 0;
        let tool = |entry: &TranscriptEntry| entry.tool.clone().map(|it| (it.id, it.input));
        assert_eq!(tool(&read), tool(&given));
        read.tool.clone_from(&given.tool);
        assert_eq!(read, given);
    }
    world.kept();
}

#[test]
fn entries_and_captures_of_one_session_share_its_limit() {
    let world = World::new();
    let store = world.store();
    world.write("x".repeat(600) + "\n");
    world.capture(CaptureExtent::Lines);
    let refused = store.append(id(1), "ann", &[said(&"y".repeat(500))], 1000);
    assert!(matches!(refused, Err(TranscriptError::TooLarge { captured: 601, .. })), "{refused:?}");
    store.append(id(1), "ann", &[said("z")], 1000).unwrap();
    assert_eq!(texts(&world), ["", "z"]);
    assert!(store.append(id(1), "ann", &[], 1).is_ok());
    // The agent's own conversation goes on beside it.
    world.write("x".repeat(600) + "\n2\n");
    assert_eq!(world.capture(CaptureExtent::Lines).bytes, 2);
    assert_eq!(texts(&world), ["", "", "z"]);
}

#[test]
fn two_writers_at_once_lose_nothing() {
    let world = World::new();
    world.store();
    let begin = Barrier::new(4);
    std::thread::scope(|scope| {
        for writer in 0..4 {
            let (world, begin) = (&world, &begin);
            scope.spawn(move || {
                let store = world.store();
                begin.wait();
                for n in 0..10 {
                    let entries = [said(&format!("{writer}-{n}")), said(&format!("{writer}+{n}"))];
                    store.append(id(1), "ann", &entries, LIMIT).unwrap();
                }
            });
        }
    });
    let texts = texts(&world);
    assert_eq!(texts.len(), 80);
    for writer in 0..4 {
        let of = |text: &&String| text.starts_with(&writer.to_string());
        let found: Vec<_> = texts.iter().filter(of).cloned().collect();
        let expected: Vec<_> =
            (0..10).flat_map(|n| [format!("{writer}-{n}"), format!("{writer}+{n}")]).collect();
        assert_eq!(found, expected, "in the order in which they were added");
    }
    // The two of one call are side by side.
    assert!(texts.chunks(2).all(|pair| pair[0].replace('-', "+") == pair[1]), "{texts:?}");
}

fn own_session() -> (Repo, Engine) {
    let repo = TestEnv::new().repo(Combo::PLAIN);
    let engine = Engine::new(own_store(&repo));
    engine.store().create(&session(1, "one")).unwrap();
    (repo, engine)
}

#[test]
fn an_engine_adds_only_to_sessions_that_exist() {
    let (_repo, engine) = own_session();
    assert!(engine.transcripts().unwrap().is_none());
    assert_eq!(engine.entries(id(1)).unwrap().count(), 0);
    assert!(engine.append(id(2), &[said("x")]).is_err());
    assert!(engine.transcripts().unwrap().is_none());
    engine.append(id(1), &[said("x")]).unwrap();
    let read: Vec<_> = engine.entries(id(1)).unwrap().map(Result::unwrap).collect();
    assert_eq!(read[0].text, "x");
    assert!(read[0].at.is_some());
    // The record says how much there is, now and then, and nothing of it.
    let tip: Option<Oid> = engine.store().tip().unwrap();
    engine.append(id(1), &[said("y")]).unwrap();
    assert_eq!(engine.store().tip().unwrap(), tip);
}

#[test]
fn lines_of_standard_input_become_entries() {
    let (repo, engine) = own_session();
    let handle = id(1).short();
    let add = |args: &[&str], input: &str| {
        let args = [&["transcript", "append", &handle], args].concat();
        repo.ao_run(args).input(input).run()
    };
    let lines = "{\"role\":\"user\",\"text\":\"one\"}\n\n\
         {\"role\":\"tool\",\"kind\":\"tool_result\",\"tool\":{\"id\":\"a\"},\"text\":\"two\",\"n\":9}";
    assert_eq!(add(&[], lines).ok().text(), "");
    add(&["--role=assistant"], "three\nlines\nof it\n").ok();
    let read: Vec<_> = engine.entries(id(1)).unwrap().map(Result::unwrap).collect();
    let shown: Vec<_> = read.iter().map(|it| (it.n, it.role, it.kind, it.text.as_str())).collect();
    assert_eq!(
        shown,
        [
            (1, Role::User, EntryKind::Text, "one"),
            (2, Role::Tool, EntryKind::ToolResult, "two"),
            (3, Role::Assistant, EntryKind::Text, "three\nlines\nof it"),
        ]
    );
    for (input, why) in [
        ("", "standard input is empty"),
        ("{\"role\":\"user\"}\nplain", "line 2 of standard input is not an entry: expected value"),
        ("[]", "it is not a JSON object"),
        ("{\"text\":\"x\"}", "it has no 'role'"),
        ("{\"role\":\"user\",\"txet\":\"x\"}", "unknown key 'txet'"),
        ("{\"role\":\"boss\"}", "unknown variant `boss`"),
    ] {
        add(&[], input).code(1).stderr_has(why);
    }
    assert_eq!(engine.entries(id(1)).unwrap().count(), 3, "nothing of a bad input is added");
}
