//! Conversations in an SQLite database: a row is a line, once it is settled, and again when it has
//! changed.

use std::fs;
use std::path::PathBuf;
use std::thread;

use git_ao::agent::{Agents, EntryReader, SourceRequest};
use git_ao::git::Environment;
use git_ao::model::{SessionStatus, error_chain};
use git_ao::transcript::{
    CaptureExtent, Captured, Role, Source, TranscriptEntry, TranscriptError, TranscriptStore,
};
use rusqlite::Connection;
use serde_json::{Value, json};

use super::world::{LIMIT, World};
use crate::support::opencode::SCHEMA;
use crate::support::sessions::{id, session, store};

/// The database of an agent, and what captures it.
struct Rows {
    world: World,
    agent: &'static str,
    path: PathBuf,
    writer: Connection,
}

impl Rows {
    fn opencode() -> Self {
        let rows = Self::new("opencode", ".local/share/opencode/opencode.db", SCHEMA);
        rows.session("ses_1", None);
        rows
    }

    fn new(agent: &'static str, path: &str, schema: &str) -> Self {
        let world = World::new();
        let path = world.repo.env().home().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let writer = Connection::open(&path).unwrap();
        let mode = "PRAGMA journal_mode = wal; PRAGMA wal_autocheckpoint = 5;";
        writer.execute_batch(&format!("{mode}{schema}")).unwrap();
        Self { world, agent, path, writer }
    }

    fn run(&self, sql: &str) {
        self.writer.execute_batch(sql).unwrap();
    }

    fn session(&self, id: &str, parent: Option<&str>) {
        let directory = self.world.repo.dir().display().to_string();
        let sql = "INSERT INTO session VALUES (?1, ?2, ?3, 'A title', 1, 1)";
        self.writer.execute(sql, (id, parent, directory)).unwrap();
    }

    fn message(&self, id: &str, session: &str, at: i64, data: Value) {
        let sql = "INSERT OR REPLACE INTO message VALUES (?1, ?2, ?3, ?4, ?5)";
        let data = data.to_string();
        self.writer.execute(sql, (id, session, at, at + data.len() as i64, data)).unwrap();
    }

    fn part(&self, id: &str, message: &str, at: i64, data: Value) {
        let sql = "INSERT INTO part VALUES (?1, ?2, (SELECT session_id FROM message WHERE id = ?2),
             ?3, ?4, ?5) ON CONFLICT DO UPDATE SET data = ?5, time_updated = time_updated + 1";
        self.writer.execute(sql, (id, message, at, at, data.to_string())).unwrap();
    }

    fn sources(&self, conversation: &str) -> Vec<Source> {
        let request = SourceRequest::new(id(1), self.world.repo.dir(), self.world.repo.dir());
        let env = Environment::empty().with("HOME", self.world.repo.env().home());
        let agents = Agents::builtin();
        let agent = agents.find(self.agent).unwrap();
        agent.sources(&request.agent_session_id(conversation), &env)
    }

    fn try_capture(&self, extent: CaptureExtent) -> Result<Captured, TranscriptError> {
        let sources = self.sources("ses_1");
        self.world.store().capture(id(1), "ann", &sources[0], extent, LIMIT)
    }

    fn capture(&self, extent: CaptureExtent) -> u64 {
        self.try_capture(extent).unwrap().lines
    }

    fn entries(&self) -> Vec<TranscriptEntry> {
        let all = self.world.store().transcripts(id(1), "ann").unwrap();
        let entries = all.iter().flat_map(|transcript| {
            let mut reader = EntryReader::of(transcript);
            transcript.lines().flat_map(move |line| reader.read(&line.unwrap()))
        });
        entries.collect()
    }

    /// The texts of what was said.
    fn said(&self) -> Vec<String> {
        let told = self.entries().into_iter().filter(|it| !it.text.is_empty());
        told.map(|it| it.text).collect()
    }

    /// The files of the agent with their sizes and contents, except for the memory that readers
    /// share.
    fn folder(&self) -> Vec<(String, usize, String)> {
        let all = fs::read_dir(self.path.parent().unwrap()).unwrap();
        let files = all.map(|entry| entry.unwrap().path()).map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            let bytes = if name.ends_with("-shm") { Vec::new() } else { fs::read(&path).unwrap() };
            let hash = self.world.repo.git(["hash-object", path.to_str().unwrap()]);
            let hash = if bytes.is_empty() { String::new() } else { hash };
            (name, bytes.len(), hash)
        });
        let mut files: Vec<_> = files.collect();
        files.sort();
        files
    }
}

fn text(said: &str) -> Value {
    json!({"type": "text", "text": said, "time": {"start": 1, "end": 2}})
}

fn bash(status: &str, output: Option<&str>) -> Value {
    let state = json!({"status": status, "input": {"command": "ls"}, "output": output});
    json!({"type": "tool", "tool": "bash", "callID": "c1", "state": state})
}

#[test]
fn a_row_is_taken_when_it_is_settled_and_again_when_it_has_changed() {
    use CaptureExtent::{All, Lines};
    let rows = Rows::opencode();
    rows.message("msg_1", "ses_1", 10, json!({"role": "user"}));
    rows.part("prt_1", "msg_1", 11, json!({"type": "text", "text": "Look"}));
    rows.message("msg_2", "ses_1", 12, json!({"role": "assistant", "modelID": "m1"}));
    rows.part("prt_2", "msg_2", 13, json!({"type": "text", "text": "I w", "time": {"start": 1}}));
    assert_eq!(rows.capture(Lines), 4, "the session, two messages, what the person said");
    assert_eq!(rows.capture(Lines), 0);
    rows.part("prt_2", "msg_2", 13, text("I will look."));
    rows.part("prt_3", "msg_2", 14, bash("running", Some("a")));
    assert_eq!(rows.capture(Lines), 1);
    rows.part("prt_3", "msg_2", 14, bash("completed", Some("a.txt\n")));
    let tokens = json!({"input": 3, "output": 5, "reasoning": 2, "cache": {"read": 7, "write": 1}});
    rows.part("prt_4", "msg_2", 15, json!({"type": "step-finish", "tokens": tokens}));
    let done = json!({"role": "assistant", "modelID": "m1", "time": {"completed": 16}});
    rows.message("msg_2", "ses_1", 12, done);
    rows.message("msg_1", "ses_1", 10, json!({"role": "user", "summary": {"diffs": ["x"]}}));
    rows.run("UPDATE session SET time_updated = 20, title = 'Another'");
    assert_eq!(rows.capture(Lines), 3, "the call, the step and the completed message");
    rows.part("prt_5", "msg_2", 16, json!({"type": "text", "text": "Do", "time": {"start": 1}}));
    assert_eq!(rows.capture(All), 3, "what was left: the session, the person's, the last words");
    assert_eq!(rows.capture(All), 0);
    // It goes on after all.
    rows.part("prt_5", "msg_2", 16, text("Done."));
    assert_eq!(rows.capture(Lines), 1);
    assert_eq!(rows.said(), ["Look", "I will look.", "a.txt\n", "Do", "ne."]);
    let entries = rows.entries();
    let used = entries.iter().find_map(|it| it.usage.as_ref()).unwrap();
    assert_eq!((used.input, used.output, used.cache_read, used.cache_write_5m), (3, 7, 7, 1));
    let said = entries.iter().find(|it| it.text == "I will look.").unwrap();
    assert_eq!((said.role, said.model.as_deref()), (Role::Assistant, Some("m1")));
}

#[test]
fn what_was_taken_is_known_without_the_note_too() {
    let rows = Rows::opencode();
    for nth in 0..20 {
        rows.message(&format!("msg_{nth}"), "ses_1", nth, json!({"role": "user"}));
        rows.part(&format!("prt_{nth}"), &format!("msg_{nth}"), nth, text(&format!("ü{nth}")));
        rows.capture(CaptureExtent::Lines);
    }
    let notes = rows.world.repo.common_dir().join("ao/transcripts.git/ao/rows");
    assert_eq!(fs::read_dir(&notes).unwrap().count(), 1);
    fs::remove_dir_all(&notes).unwrap();
    assert_eq!(rows.capture(CaptureExtent::Lines), 0);
    rows.part("prt_3", "msg_3", 3, text("changed"));
    assert_eq!(rows.capture(CaptureExtent::All), 1);
    assert_eq!(rows.said().len(), 21);
}

#[test]
fn rows_that_are_gone_stay_captured() {
    let rows = Rows::opencode();
    rows.message("msg_1", "ses_1", 1, json!({"role": "user"}));
    rows.part("prt_1", "msg_1", 2, text("Look"));
    rows.capture(CaptureExtent::Lines);
    rows.run("DELETE FROM part; DELETE FROM message");
    assert_eq!(rows.capture(CaptureExtent::All), 0);
    assert_eq!(rows.said(), ["Look"]);
}

/// A writer that never waits for a lock works while captures read.
#[test]
fn nobody_waits_for_a_capture_and_nothing_is_lost() {
    let rows = Rows::opencode();
    rows.writer.busy_timeout(std::time::Duration::ZERO).unwrap();
    let many = 300;
    thread::scope(|scope| {
        let sources = rows.sources("ses_1");
        let store = rows.world.store();
        let (stop, stopped) = std::sync::mpsc::channel::<()>();
        let capturing = scope.spawn(move || {
            let mut captures = 0;
            while stopped.try_recv() != Err(std::sync::mpsc::TryRecvError::Disconnected) {
                let extent = CaptureExtent::Lines;
                let done = store.capture(id(1), "ann", &sources[0], extent, LIMIT).unwrap();
                captures += u64::from(done.lines > 0);
            }
            captures
        });
        for nth in 0..many {
            let (message, part) = (format!("msg_{nth:04}"), format!("prt_{nth:04}"));
            rows.message(&message, "ses_1", nth, json!({"role": "user"}));
            rows.part(&part, &message, nth, bash("running", None));
            rows.part(&part, &message, nth, bash("completed", Some(&format!("{nth}"))));
        }
        drop(stop);
        assert!(capturing.join().unwrap() > 1);
    });
    rows.capture(CaptureExtent::All);
    let numbers: Vec<_> = (0..many).map(|nth| nth.to_string()).collect();
    assert_eq!(rows.said(), numbers);
}

#[test]
fn a_writer_in_the_middle_of_a_transaction_is_not_waited_for() {
    let rows = Rows::opencode();
    rows.message("msg_1", "ses_1", 1, json!({"role": "user"}));
    rows.part("prt_1", "msg_1", 2, text("before"));
    rows.run("BEGIN IMMEDIATE");
    rows.part("prt_2", "msg_1", 3, text("not yet"));
    rows.capture(CaptureExtent::All);
    assert_eq!(rows.said(), ["before"]);
    rows.run("COMMIT");
    rows.capture(CaptureExtent::All);
    assert_eq!(rows.said(), ["before", "not yet"]);
}

#[test]
fn nothing_is_written_in_the_agents_folder() {
    let rows = Rows::opencode();
    rows.message("msg_1", "ses_1", 1, json!({"role": "user"}));
    rows.part("prt_1", "msg_1", 2, text("open"));
    let before = rows.folder();
    assert_eq!(before.len(), 3, "the database, its log and the memory");
    rows.capture(CaptureExtent::All);
    assert_eq!(rows.folder(), before);
    // Nobody has it open any more: all is in one file.
    let Rows { world, agent, path, writer } = rows;
    drop(writer);
    let rows = Rows { writer: Connection::open_in_memory().unwrap(), world, agent, path };
    let before = rows.folder();
    assert_eq!(before.len(), 1);
    fs::remove_dir_all(rows.world.repo.common_dir().join("ao/transcripts.git")).unwrap();
    assert_eq!(rows.capture(CaptureExtent::All), 3);
    assert_eq!(rows.said(), ["open"]);
    assert_eq!(rows.folder(), before);
}

#[test]
fn subagents_and_further_conversations_are_found() {
    let rows = Rows::opencode();
    for (id, parent) in [("ses_2", Some("ses_1")), ("ses_3", Some("ses_2")), ("ses_4", None)] {
        rows.session(id, parent);
    }
    rows.run("INSERT INTO session VALUES ('ses_5', NULL, '/elsewhere', '', 1, 1)");
    rows.message("msg_1", "ses_1", 1, json!({"role": "user"}));
    rows.part("prt_1", "msg_1", 2, text("Ask somebody"));
    rows.message("msg_2", "ses_3", 3, json!({"role": "user"}));
    rows.part("prt_2", "msg_2", 4, text("You are asked"));
    let sources = rows.sources("ses_1");
    let found: Vec<_> = sources.iter().map(|it| it.agent_session_id.as_str()).collect();
    assert_eq!(found, ["ses_1", "ses_4"]);
    let subs: Vec<_> = sources[0].subagents.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(subs, ["ses_2", "ses_3"]);
    rows.capture(CaptureExtent::Lines);
    let entries = rows.entries().into_iter().filter(|it| !it.text.is_empty());
    let told: Vec<_> = entries.map(|it| (it.sub, it.role, it.text)).collect();
    let asked = (Some("ses_3".to_owned()), Role::System, "You are asked".to_owned());
    assert_eq!(told, [(None, Role::User, "Ask somebody".to_owned()), asked]);
    assert_eq!(rows.sources("ses_4").len(), 1);
}

#[test]
fn what_cannot_be_read_is_named() {
    let rows = Rows::opencode();
    rows.run("DROP TABLE part");
    let error = error_chain(&rows.try_capture(CaptureExtent::All).unwrap_err());
    assert!(error.contains("opencode.db'") && error.contains("no such table: part"), "{error}");
    let Rows { world, agent, path, writer } = rows;
    drop(writer);
    fs::write(&path, "no database, but long enough to be one".repeat(100)).unwrap();
    let rows = Rows { writer: Connection::open_in_memory().unwrap(), world, agent, path };
    let error = error_chain(&rows.try_capture(CaptureExtent::All).unwrap_err());
    assert!(error.contains("file is not a database"), "{error}");
    assert!(TranscriptStore::open(rows.world.store().repository()).is_ok());
}

/// By the schema that goose publishes.
#[test]
fn goose_writes_a_conversation_anew_and_it_is_not_doubled() {
    let rows = Rows::new(
        "goose",
        ".local/share/goose/sessions/sessions.db",
        "CREATE TABLE sessions (id TEXT PRIMARY KEY, name TEXT NOT NULL DEFAULT '',
         session_type TEXT NOT NULL DEFAULT 'user', working_dir TEXT NOT NULL,
         created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
         updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, accumulated_total_tokens INTEGER,
         accumulated_input_tokens INTEGER, accumulated_output_tokens INTEGER,
         accumulated_cache_read_tokens INTEGER, accumulated_cache_write_tokens INTEGER,
         accumulated_cost REAL, provider_name TEXT, model_config_json TEXT);
         CREATE TABLE messages (id INTEGER PRIMARY KEY AUTOINCREMENT, message_id TEXT,
         session_id TEXT NOT NULL REFERENCES sessions(id), role TEXT NOT NULL,
         content_json TEXT NOT NULL, created_timestamp INTEGER NOT NULL,
         timestamp TIMESTAMP DEFAULT CURRENT_TIMESTAMP, tokens INTEGER, metadata_json TEXT);
         INSERT INTO sessions (id, name, working_dir) VALUES ('20261128_1', 'ses_1', '/x');",
    );
    let say = |id: &str, role: &str, text: &str| {
        let sql = "INSERT INTO messages (message_id, session_id, role, content_json,
             created_timestamp) VALUES (?1, '20261128_1', ?2, ?3, 1795833816)";
        let content = json!([{"type": "text", "text": text}]).to_string();
        rows.writer.execute(sql, (id, role, content)).unwrap();
    };
    say("m1", "user", "Look");
    say("m2", "assistant", "I will");
    say("m2", "assistant", "look.");
    assert_eq!(rows.capture(CaptureExtent::Lines), 4);
    rows.run("DELETE FROM messages");
    say("m2", "assistant", "look.");
    say("m3", "user", "Thanks");
    assert_eq!(rows.capture(CaptureExtent::All), 1);
    assert_eq!(rows.said(), ["Look", "I will", "look.", "Thanks"]);
    assert_eq!(rows.sources("20261128_1").len(), 1);
    assert!(rows.entries()[1].at.is_some());

    // What it has used is told of the whole conversation, again and again.
    let used = |total: u32, input: u32, output: u32, cached: u32, cost: f64| {
        let sql =
            "UPDATE sessions SET accumulated_total_tokens = ?1, accumulated_input_tokens = ?2,
             accumulated_output_tokens = ?3, accumulated_cache_read_tokens = ?4,
             accumulated_cost = ?5, model_config_json = '{\"model_name\":\"m\"}'";
        rows.writer.execute(sql, (total, input, output, cached, cost)).unwrap();
        rows.capture(CaptureExtent::All)
    };
    assert_eq!(used(130, 100, 30, 40, 0.5), 1);
    assert_eq!(used(130, 100, 30, 40, 0.5), 0);
    assert_eq!(used(290, 220, 70, 90, 0.75), 1);
    let told: Vec<_> = rows.entries().into_iter().filter(|it| it.usage.is_some()).collect();
    let usage = |it: &TranscriptEntry| {
        let usage = it.usage.clone().unwrap();
        (usage.input, usage.output, usage.cache_read, usage.cost_usd)
    };
    let told: Vec<_> = told.iter().map(|it| (usage(it), it.model.as_deref())).collect();
    let expected = [((60, 30, 40, Some(0.5)), Some("m")), ((70, 40, 50, Some(0.25)), Some("m"))];
    assert_eq!(told, expected);

    // Nobody but goose writes into its database, and it has no way to take a conversation back.
    let store = store(&rows.world.repo);
    let mut session = session(1, "One");
    session.agent = Some("goose".to_owned());
    session.agent_session_id = Some("ses_1".to_owned());
    session.status = SessionStatus::Done;
    store.create_unchecked(&session).unwrap();
    rows.run("DELETE FROM messages; DELETE FROM sessions");
    let out = rows.world.repo.ao(["restore", "--dry-run", &session.id.short()]).code(1);
    out.stderr_has("its agent cannot take it back").stderr_has("--fresh");
}
