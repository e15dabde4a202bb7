//! What was captured, line by line and entry by entry.

use std::fs;

use git_ao::agent::entries;
use git_ao::transcript::{CaptureExtent, EntryKind, Role};

use super::world::{LIMIT, World};
use crate::support::sessions::id;

#[test]
fn lines_are_those_of_the_file_and_lie_where_they_say() {
    let world = World::new();
    let sub = world.repo.env().path("sub.jsonl");
    fs::write(&sub, "helper\n").unwrap();
    let source = world.source().with_subagent("agent-7", &sub);
    let store = world.store();
    let long = "x".repeat(3 << 20);
    let steps = [
        ("one\n\ntw".to_owned(), CaptureExtent::All),
        ("one\n\ntwo\nthree\n".to_owned(), CaptureExtent::Lines),
        (format!("one\n\ntwo\nthree\n{long}\nend"), CaptureExtent::All),
    ];
    for (content, extent) in &steps {
        world.write(content);
        store.capture(id(1), "ann", &source, *extent, LIMIT).unwrap();
    }
    let found = store.transcripts(id(1), "ann").unwrap();
    assert_eq!(found.len(), 2);
    assert_eq!((found[0].agent.as_str(), found[0].generation), ("claude", 1));
    assert_eq!(found[1].subagent.as_deref(), Some("agent-7"));
    let lines: Vec<_> = found[0].lines().map(Result::unwrap).collect();
    let texts: Vec<_> = lines.iter().map(|line| line.bytes.clone()).collect();
    let expected: Vec<_> = steps[2].0.split('\n').map(|line| line.as_bytes().to_vec()).collect();
    assert_eq!(texts, expected);
    let name = format!("refs/ao/transcripts/{}/{}/ann", id(1).shard(), id(1));
    for line in &lines {
        let blob = world.git(&["cat-file", "blob", &format!("{name}:{}", line.place.segment)]);
        let from = usize::try_from(line.place.offset).unwrap();
        let here = &blob.as_bytes()[from..];
        let len = line.bytes.len().min(here.len());
        assert_eq!(here[..len], line.bytes[..len]);
    }
    // Nothing of what another clone captured.
    assert!(store.transcripts(id(1), "ben").unwrap().is_empty());
}

#[test]
fn any_line_gives_an_entry() {
    let deep = "[".repeat(10_000) + &"]".repeat(10_000);
    let user = |content: &str| format!(r#"{{"type":"user","message":{{"content":{content}}}}}"#);
    let lines = [
        String::new(),
        "not JSON".to_owned(),
        deep,
        "[]".to_owned(),
        r#"{"type":7}"#.to_owned(),
        r#"{"type":"user"}"#.to_owned(),
        user("7"),
        user("[7, null, {}]"),
        r#"{"type":"assistant","message":{"content":[{"type":"tool_use"}],"usage":{"input_tokens":1e99}}}"#
            .to_owned(),
        r#"{"type":"response_item","payload":[]}"#.to_owned(),
        r#"{"type":"response_item","payload":{"type":"message","content":[{"type":"text"}]}}"#.to_owned(),
    ];
    for format in ["claude-jsonl", "codex-jsonl", "ao-jsonl", "unknown"] {
        for line in &lines {
            assert!(!entries(format, line.as_bytes()).is_empty(), "{format}: {line:.80}");
        }
        assert_eq!(entries(format, b"\xff\0")[0].kind, EntryKind::Meta);
    }
}

#[test]
fn what_the_program_says_is_not_a_persons() {
    let said = |content: &str, more: &str| {
        let line = format!(r#"{{"type":"user"{more},"message":{{"content":"{content}"}}}}"#);
        entries("claude-jsonl", line.as_bytes()).remove(0).role
    };
    assert_eq!(said("fix it", ""), Role::User);
    assert_eq!(said("<task-notification>done", ""), Role::System);
    assert_eq!(said("[Request interrupted by user for tool use]", ""), Role::System);
    assert_eq!(said("caveat", r#","isMeta":true"#), Role::System);
    let typed = |content: &str| {
        let line = format!(r#"{{"type":"user","message":{{"content":"{content}"}}}}"#);
        let entry = entries("claude-jsonl", line.as_bytes()).remove(0);
        (entry.role, entry.text)
    };
    // What a person typed is theirs, however it is stored.
    let review = "<command-message>review is running…</command-message>\\n\
                  <command-name>/review</command-name><command-args>7 now</command-args>";
    assert_eq!(typed(review), (Role::User, "/review 7 now".to_owned()));
    let clear = "<command-name>/clear</command-name>\\n<command-args></command-args>";
    assert_eq!(typed(clear), (Role::User, "/clear".to_owned()));
    assert_eq!(typed("<bash-input>ls -l</bash-input>"), (Role::User, "! ls -l".to_owned()));
    assert_eq!(typed("<command-name>").1, "<command-name>");
    let said = |content: &str| {
        let line = format!(
            r#"{{"type":"response_item","payload":{{"type":"message","role":"user","content":[{{"type":"input_text","text":"{content}"}}]}}}}"#
        );
        entries("codex-jsonl", line.as_bytes()).remove(0).role
    };
    assert_eq!((said("fix it"), said("<environment_context>x")), (Role::User, Role::System));
}
