//! What was said in a session: added, read back, counted, searched.

use git_ao::agent::Entries;
use git_ao::ops::{Engine, Pattern, Search};
use git_ao::store::ListedSession;
use git_ao::transcript::TranscriptStore;
use git_ao::transcript::{CaptureExtent, EntryKind, Role, Source, Tool, TranscriptEntry};

use crate::support::sessions::{id, own_store, session};
use crate::support::{Combo, Repo, TestEnv};

fn begin() -> (Repo, Engine) {
    let repo = TestEnv::new().repo(Combo::PLAIN);
    let engine = Engine::new(own_store(&repo));
    engine.store().create(&session(1, "One")).unwrap();
    (repo, engine)
}

fn said(role: Role, text: &str) -> TranscriptEntry {
    TranscriptEntry::new(role, EntryKind::Text, text)
}

fn texts(repo: &Repo, args: &[&str]) -> Vec<String> {
    let out = repo.ao([&["transcript", "--json"], args].concat()).ok();
    let entries = out.lines().into_iter().map(|line| serde_json::from_str(line).unwrap());
    entries.map(|entry: TranscriptEntry| entry.text).collect()
}

/// thulp: add_entry saves at once and in order; turns and entries are limited.
#[test]
fn entries_are_added_and_turns_are_counted() {
    let (repo, engine) = begin();
    let mut call = TranscriptEntry::new(Role::Assistant, EntryKind::ToolUse, "");
    call.tool = Some(Tool::new("search", "1", serde_json::json!({"query": "x"})));
    let mut result = TranscriptEntry::new(Role::Tool, EntryKind::ToolResult, "found");
    result.tool = Some(Tool::new("", "1", serde_json::Value::Null));
    let all = [
        said(Role::System, "be brief"),
        said(Role::User, "one"),
        said(Role::Assistant, "1"),
        call,
        result,
        said(Role::User, "two"),
        said(Role::Assistant, "2"),
    ];
    for (nth, entry) in all.iter().enumerate() {
        engine.append(id(1), std::slice::from_ref(entry)).unwrap();
        // Another process sees it at once.
        assert_eq!(texts(&repo, &[]).len(), nth + 1);
    }
    let read: Vec<_> = engine.entries(id(1)).unwrap().map(Result::unwrap).collect();
    assert_eq!(read.iter().map(|it| it.n).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6, 7]);
    assert!(
        read.iter().zip(&all).all(|(a, b)| (a.role, a.kind, &a.text) == (b.role, b.kind, &b.text))
    );
    assert_eq!(read[4].tool.as_ref().unwrap().name, "search");
    assert_eq!(texts(&repo, &["--turns=1"]), ["two", "2"]);
    // What came before the first turn belongs to it.
    assert_eq!(texts(&repo, &["--turns=2"]).len(), 7);
    assert_eq!(texts(&repo, &["-n", "3"]), ["found", "two", "2"]);
}

/// claw: messages are added one by one; its prompt history.
#[test]
fn the_history_of_prompts() {
    let (repo, engine) = begin();
    for text in ["fix the bug", "and the test"] {
        engine
            .append(id(1), &[said(Role::User, text), said(Role::Assistant, "bug fixed")])
            .unwrap();
    }
    assert_eq!(texts(&repo, &["--role=user"]), ["fix the bug", "and the test"]);
    let read: Vec<_> = engine.entries(id(1)).unwrap().map(Result::unwrap).collect();
    assert!(read.iter().all(|entry| entry.at.is_some()), "each with its time");
    let mut search =
        Search::new(Pattern::new("bug", Default::default(), Default::default()).unwrap());
    search.roles = vec![Role::User];
    let mut found = Vec::new();
    let snapshot = engine.store().snapshot().unwrap();
    let sessions: Vec<ListedSession> = snapshot.query(git_ao::store::Query::default()).sessions;
    engine
        .search(&search, &sessions, |in_one| {
            found.extend(in_one.matches.into_iter().map(|it| it.text));
            std::ops::ControlFlow::Continue(())
        })
        .unwrap();
    assert_eq!(found, ["fix the bug"]);
    repo.ao(["grep", "--role=user", "bug"])
        .ok()
        .stdout_has(":user:fix the bug\n")
        .stdout_lacks("fixed");
}

/// claw: a compaction has its summary; one bad line failed the whole load, and is one entry here.
#[test]
fn a_compaction_is_an_entry_and_so_is_a_bad_line() {
    let (repo, engine) = begin();
    let lines = [
        r#"{"type":"user","message":{"content":"long talk"}}"#,
        r#"{"type":"user","isCompactSummary":true,"message":{"content":"This is what was said."}}"#,
        r#"{"type":"user","message":{"#,
        r#"{"type":"user","message":{"content":"go on"}}"#,
    ];
    let file = repo.env().path("talk");
    std::fs::write(&file, lines.join("\n") + "\n").unwrap();
    let store = TranscriptStore::create(engine.store().repository()).unwrap();
    let source = Source::new("claude", "1", "claude-jsonl", &file);
    store.capture(id(1), "here", &source, CaptureExtent::All, 1 << 20).unwrap();
    let read: Vec<_> =
        Entries::of(store.session_transcripts(id(1)).unwrap()).map(Result::unwrap).collect();
    let kinds: Vec<_> = read.iter().map(|it| (it.kind, it.text.as_str())).collect();
    assert_eq!(
        kinds,
        [
            (EntryKind::Text, "long talk"),
            (EntryKind::Compaction, "This is what was said."),
            (EntryKind::Meta, ""),
            (EntryKind::Text, "go on"),
        ]
    );
    repo.ao(["transcript"]).ok().stdout_has("[summary of the conversation] This is what was said.");
    repo.ao(["transcript", "--raw"]).ok().stdout_has(lines[2]);
}
