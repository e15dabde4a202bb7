//! What sessions have used.

use std::fs;

use git_ao::git::Repository;
use git_ao::model::{Fork, Timestamp};
use git_ao::store::Store;
use git_ao::transcript::{CaptureExtent, Source, TranscriptStore};
use serde_json::{Value, json};

use crate::share::Team;
use crate::support::Repo;
use crate::support::agents::record;
use crate::support::sessions::{id, own_store, session, store};

fn usage(repo: &Repo, args: &[&str]) -> Value {
    repo.ao(["usage", "--json"].iter().chain(args)).ok().json()
}

/// A session of Claw Code: a question, and two answers of which one says what it has used.
fn claw(repo: &Repo, n: u64, more: &[Value]) {
    let said = |role: &str, text: &str, usage: Value| json!({"type": "message", "message": {"role": role, "usage": usage, "blocks": [{"type": "text", "text": text}]}});
    let fork = (n > 0).then(|| json!({"parent_session_id": "session-1775550000000-0"}));
    let tokens = json!({"input_tokens": 1_000_000, "output_tokens": 1_000_000, "cache_read_input_tokens": 7});
    let mut lines = vec![
        json!({"type": "session_meta", "session_id": format!("session-177555000000{n}-0"), "model": "opus",
            "created_at_ms": 1_775_550_000_000_u64 + n, "updated_at_ms": 1_775_550_000_000_u64, "fork": fork}),
        json!({"type": "prompt_history", "timestamp_ms": 1_775_550_001_000_u64, "text": "ask"}),
        said("user", "ask", json!(null)),
        said("assistant", "one", tokens),
    ];
    lines.extend(more.iter().cloned());
    let folder = repo.env().path("store/.claw/sessions");
    fs::create_dir_all(&folder).unwrap();
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    fs::write(folder.join(format!("session-177555000000{n}-0.jsonl")), text).unwrap();
}

fn import(repo: &Repo) {
    repo.ao(["import", "claw", repo.env().path("store").to_str().unwrap()]).ok();
}

#[test]
fn each_answer_counts_once_and_the_unknown_is_said() {
    let repo = Repo::new();
    assert_eq!(usage(&repo, &[])["usage"], json!([]));
    let silent = json!({"type": "message", "message": {"role": "assistant", "blocks": [{"type": "text", "text": "two"}]}});
    claw(&repo, 0, &[]);
    claw(&repo, 1, &[silent]);
    import(&repo);
    let report = usage(&repo, &[]);
    let rows = report["usage"].as_array().unwrap();
    assert_eq!(rows.len(), 2, "{report}");
    assert_eq!((&rows[0]["calls"], &rows[0]["turns"]), (&json!(1), &json!(1)));
    assert_eq!(
        (&rows[0]["tokens"]["output"], &rows[0]["cost_usd"]),
        (&json!(1_000_000), &json!(null))
    );
    let fork = &rows[1];
    assert_eq!(
        (&fork["calls"], &fork["calls_without_usage"], &fork["turns"]),
        (&json!(1), &json!(1), &json!(0))
    );
    assert_eq!(fork["tokens"], json!(null), "unknown, and not 0");
    assert_eq!((&report["total"]["sessions"], &report["total"]["calls"]), (&json!(2), &json!(2)));
    let text = repo.ao(["usage"]).ok().stdout;
    assert!(text.lines().nth(2).unwrap().contains(" -  "), "{text}");
    repo.config("ao.price.opus", "3 15");
    let report = usage(&repo, &["--by", "model"]);
    let opus = report["usage"].as_array().unwrap().iter().find(|row| row["key"] == "opus").unwrap();
    assert_eq!((&opus["sessions"], opus["cost_usd"].as_f64().unwrap().round()), (&json!(2), 18.0));
    let report = usage(&repo, &["--by", "agent", "--agent", "claude"]);
    assert_eq!(report["usage"], json!([]));
}

#[test]
fn deleted_sessions_count_where_that_is_asked_for() {
    let repo = Repo::new();
    claw(&repo, 0, &[]);
    import(&repo);
    let id = usage(&repo, &[])["usage"][0]["key"].as_str().unwrap().to_owned();
    repo.ao(["delete", "--force", &id]).ok();
    assert_eq!(usage(&repo, &[])["total"]["calls"], 0);
    let report = usage(&repo, &["--deleted"]);
    assert_eq!((&report["usage"][0]["key"], &report["total"]["calls"]), (&json!(id), &json!(1)));
}

#[test]
fn a_record_says_what_no_transcript_does() {
    let repo = Repo::new();
    let made = repo.ao(["spawn", "--no-agent", "--json", "--issue", "42", "Paid"]).ok().json();
    let id = made["session"]["id"].as_str().unwrap().to_owned();
    repo.ao(["set", &id, "cost.input_tokens=10", "cost.output_tokens=20", "cost.cost_usd=1.5"])
        .ok();
    let report = usage(&repo, &["--by", "issue"]);
    let row = &report["usage"][0];
    assert_eq!(
        (&row["key"], &row["tokens"]["output"], &row["cost_usd"]),
        (&json!("42"), &json!(20), &json!(1.5))
    );
}

/// An answer of Claude Code, of which 7 tokens are input, at a minute of an hour.
fn answer(id: &str, minute: u32, output: u64) -> String {
    let usage = json!({"input_tokens": 7, "output_tokens": output, "cache_read_input_tokens": 5,
        "cache_creation_input_tokens": 3, "cache_creation": {"ephemeral_1h_input_tokens": 1}});
    line(
        minute,
        "assistant",
        json!({"id": id, "model": "opus", "usage": usage,
        "content": [{"type": "text", "text": "ok"}]}),
    )
}

fn prompt(text: &str, minute: u32) -> String {
    line(minute, "user", json!({"content": text}))
}

fn line(minute: u32, kind: &str, message: Value) -> String {
    let at = format!("2026-01-02T03:{minute:02}:00.000Z");
    format!("{}\n", json!({"type": kind, "timestamp": at, "requestId": "r", "message": message}))
}

/// Makes this the conversation of a session, and what its clone has captured of it.
fn talk(repo: &Repo, n: u64, text: &str) {
    let name = repo.dir().file_name().unwrap().to_string_lossy().into_owned();
    let file = repo.env().path(format!("{name}-{n}.jsonl"));
    fs::write(&file, text).unwrap();
    let source = Source::new("claude", format!("talk-{n}"), "claude-jsonl", file);
    let store = store(repo);
    let transcripts = TranscriptStore::create(store.repository()).unwrap();
    let replica = store.replica().unwrap();
    transcripts.capture(id(n), &replica, &source, CaptureExtent::All, 1 << 28).unwrap();
    repo.ao(["transcript", "capture", &id(n).short()]).ok();
}

fn create(repo: &Repo, n: u64) {
    store(repo).create(&session(n, &format!("Session {n}"))).unwrap();
}

/// The prompts, the answers and the output tokens.
fn totals(repo: &Repo, args: &[&str]) -> (u64, u64, u64) {
    let total = usage(repo, args)["total"].clone();
    let number = |value: &Value| value.as_u64().unwrap_or(0);
    (number(&total["turns"]), number(&total["calls"]), number(&total["tokens"]["output"]))
}

#[test]
fn the_record_says_what_was_used() {
    let repo = Repo::new();
    create(&repo, 1);
    let before = record(&repo, id(1));
    let text = prompt("ask", 1) + &answer("a", 2, 1) + &answer("a", 3, 9) + &answer("b", 4, 2);
    talk(&repo, 1, &text);
    let session = record(&repo, id(1));
    assert_eq!((session.updated_at, &session.cost), (before.updated_at, &None));
    let (replica, models) = session.usage.iter().next().expect("the record has learned of it");
    assert_eq!(session.transcripts.keys().next(), Some(replica));
    let opus = &models["opus"];
    let tokens = opus.tokens.unwrap();
    assert_eq!((tokens.input, tokens.output, tokens.cache_read), (14, 11, 10));
    assert_eq!((tokens.cache_write_5m, tokens.cache_write_1h), (4, 2));
    assert_eq!((opus.calls, opus.calls_without_usage, opus.turns), (2, 0, 1));
    let minute = |at: Option<Timestamp>| at.unwrap().to_string()[14..16].to_owned();
    assert_eq!((minute(opus.first), minute(opus.last)), ("01".to_owned(), "04".to_owned()));
    let shown = repo.ao(["show", &id(1).short()]).ok();
    let shown =
        shown.stdout_has("Usage:      opus: 1 turn, 2 calls, 14 tokens in, 11 out, 16 cached");
    shown.stdout_has(&format!(
        "Transcript: {replica} (here): 4 entries, 4 lines, {} bytes",
        text.len()
    ));
    let listed = repo.ao(["list", "--json"]).ok().json();
    assert_eq!(listed["sessions"][0]["usage"][replica]["opus"]["output"], 11);
    assert_eq!(listed["sessions"][0]["transcripts"][replica]["entries"], 4);
    // Nothing new is nothing to record.
    let tip = store(&repo).tip().unwrap();
    repo.ao(["transcript", "capture", &id(1).short()]).ok();
    assert_eq!(store(&repo).tip().unwrap(), tip);
    // What was used stays used when its transcript is gone.
    fs::remove_dir_all(repo.common_dir().join("ao/transcripts.git")).unwrap();
    assert_eq!(totals(&repo, &[]), (1, 2, 11));
    let report = usage(&repo, &["--by", "model"]);
    let row = &report["usage"][0];
    assert_eq!(
        (&row["key"], &row["turns"], &row["seconds"]),
        (&json!("opus"), &json!(1), &json!(180))
    );
    talk(&repo, 1, &answer("a", 3, 9));
    assert_eq!(record(&repo, id(1)).usage[replica]["opus"].calls, 2);
    let refused = repo.ao(["set", &id(1).short(), "usage.x=1"]).code(1);
    refused.stderr_has("'usage' cannot be changed");
}

#[test]
fn what_is_unknown_is_not_nought() {
    let repo = Repo::new();
    create(&repo, 1);
    let silent = json!({"content": [{"type": "text", "text": "ok"}]});
    talk(&repo, 1, &(prompt("ask", 1) + &line(2, "assistant", silent)));
    let session = record(&repo, id(1));
    let unknown = &session.usage.values().next().unwrap()["unknown"];
    assert_eq!((unknown.tokens, unknown.calls, unknown.calls_without_usage), (None, 1, 1));
    let raw = repo.ao(["show", "--yaml", &id(1).short()]).ok();
    raw.stdout_lacks("input").stdout_lacks("cost_usd");
    let shown = repo.ao(["show", &id(1).short()]).ok();
    shown.stdout_has("Usage:      unknown: 1 turn, 1 call (1 without figures), - tokens");
}

/// A conversation goes on in another clone, and comes back.
#[test]
fn clones_count_each_their_own() {
    let team = Team::new();
    let (ann, ben) = (team.member("ann"), team.member("ben"));
    for clone in [&ann, &ben] {
        clone.config("remote.origin.aoShareTranscripts", "true");
    }
    create(&ann, 1);
    let first = prompt("one", 1) + &answer("a", 2, 10);
    talk(&ann, 1, &first);
    ann.ao(["push", "--transcript", &id(1).short()]).ok();
    ben.ao(["pull"]).ok();
    // The transcript is not here; the record tells.
    assert_eq!(totals(&ben, &[]), (1, 1, 10));
    ben.ao(["transcript", "fetch", &id(1).short()]).ok();
    assert_eq!(totals(&ben, &[]), (1, 1, 10));
    let second = first + &prompt("two", 3) + &answer("b", 4, 100);
    talk(&ben, 1, &second);
    assert_eq!(totals(&ben, &[]), (2, 2, 110));
    let session = record(&ben, id(1));
    let own = store(&ben).replica().unwrap();
    assert_eq!(session.usage.len(), 2);
    assert_eq!((session.usage[&own]["opus"].calls, session.usage[&own]["opus"].turns), (1, 1));
    ben.ao(["push", "--transcript", &id(1).short()]).ok();
    ann.ao(["pull"]).ok();
    assert_eq!(totals(&ann, &[]), (2, 2, 110));
    ann.ao(["transcript", "fetch", &id(1).short()]).ok();
    assert_eq!(totals(&ann, &[]), (2, 2, 110));
    talk(&ann, 1, &(second + &answer("c", 5, 1000)));
    assert_eq!(totals(&ann, &[]), (2, 3, 1110));
    let session = record(&ann, id(1));
    assert_eq!(session.usage[&store(&ann).replica().unwrap()]["opus"].calls, 2);
    ann.ao(["push"]).ok();
    let cem = team.member("cem");
    cem.ao(["pull"]).ok();
    assert_eq!(totals(&cem, &[]), (2, 3, 1110));
}

#[test]
fn a_fork_begins_with_what_its_parent_has_used() {
    let repo = Repo::new();
    create(&repo, 1);
    let text = prompt("one", 1) + &answer("a", 2, 10);
    talk(&repo, 1, &text);
    let mut fork = session(2, "Fork");
    fork.fork = Some(Fork::new(id(1)));
    store(&repo).create(&fork).unwrap();
    talk(&repo, 2, &(text + &prompt("two", 3) + &answer("b", 4, 100)));
    let of_fork = record(&repo, id(2)).usage;
    assert_eq!(of_fork.values().next().unwrap()["opus"].calls, 1);
    assert_eq!(totals(&repo, &["--filter", "forked"]), (1, 1, 100));
    assert_eq!(totals(&repo, &[]), (2, 2, 110));
    fs::remove_dir_all(repo.common_dir().join("ao/transcripts.git")).unwrap();
    assert_eq!(totals(&repo, &[]), (2, 2, 110));
}

#[test]
fn the_history_tells_of_deleted_sessions_and_of_authors() {
    let team = Team::new();
    let (ann, ben) = (team.member("ann"), team.member("ben"));
    own_store(&ann).create(&session(1, "Session 1")).unwrap();
    talk(&ann, 1, &(prompt("one", 1) + &answer("a", 2, 10)));
    ann.ao(["push"]).ok();
    ben.ao(["pull"]).ok();
    let environment = ben.env().environment().with("GIT_AUTHOR_NAME", "Ben Other");
    let repository = Repository::discover_with(ben.dir(), environment).unwrap();
    Store::new(repository).create(&session(2, "Session 2")).unwrap();
    talk(&ben, 2, &answer("b", 3, 100));
    let report = usage(&ben, &["--by", "author"]);
    let rows = report["usage"].as_array().unwrap();
    let keys: Vec<_> = rows.iter().map(|row| row["key"].as_str().unwrap()).collect();
    assert!(keys.len() == 2 && keys[0].starts_with("Ann Author <"), "{keys:?}");
    assert_eq!(rows[1]["tokens"]["output"], 100);
    ben.ao(["delete", "--force", &id(1).short(), &id(2).short()]).ok();
    assert_eq!(totals(&ben, &[]), (0, 0, 0));
    assert_eq!(totals(&ben, &["--deleted"]), (1, 2, 110));
    assert_eq!(totals(&ben, &["--deleted", "--grep", "Session 1"]), (1, 1, 10));
    assert_eq!(usage(&ben, &["--deleted", "--by", "author"])["usage"].as_array().unwrap().len(), 2);
    ben.ao(["undo"]).ok();
    assert_eq!(totals(&ben, &["--deleted"]), (1, 2, 110));
}
