use std::fs;
use std::path::PathBuf;

use git_ao::model::Session;
use git_ao::store::{ListedSession, Shelf};
use serde_json::{Value, json};

use crate::support::Repo;
use crate::support::sessions::own_store;

/// A repository, and the store of another program beside it.
pub struct World {
    pub repo: Repo,
    source: &'static str,
}

impl World {
    pub fn new(source: &'static str) -> Self {
        let this = Self { repo: Repo::new(), source };
        fs::create_dir(this.folder()).unwrap();
        this
    }

    pub fn folder(&self) -> PathBuf {
        self.repo.env().path("foreign")
    }

    /// Writes a file of the other program.
    pub fn file(&self, path: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }

    /// What an import reports, and its exit status.
    #[track_caller]
    pub fn import(&self, options: &[&str]) -> (Value, i32) {
        self.import_from("", options)
    }

    /// The same of a folder below.
    #[track_caller]
    pub fn import_from(&self, below: &str, options: &[&str]) -> (Value, i32) {
        let folder = self.folder().join(below);
        let args = ["import", "--json", self.source, folder.to_str().unwrap()];
        let out = self.repo.ao(args.iter().chain(options));
        (out.json(), out.status)
    }

    /// The sessions of this shelf, by id.
    pub fn sessions(&self, shelf: Shelf) -> Vec<ListedSession> {
        let store = own_store(&self.repo).with_private();
        let mut all = store.snapshot().unwrap().list(shelf).unwrap();
        all.sort_by_key(|listed| listed.location.id);
        all
    }

    /// The only session.
    #[track_caller]
    pub fn session(&self) -> Session {
        let mut all = self.sessions(Shelf::Active);
        assert_eq!(all.len(), 1, "{all:?}");
        all.remove(0).session.unwrap()
    }

    /// The lines of the conversation of a session.
    pub fn lines(&self, session: &Session) -> Vec<Value> {
        let folder = self.repo.common_dir().join("ao/transcripts.git");
        let git_dir = format!("--git-dir={}", folder.display());
        let refs = self.repo.git([&git_dir, "for-each-ref", "--format=%(refname)"]);
        let id = session.id.to_string();
        let Some(name) = refs.lines().find(|name| name.contains(&id)) else { return Vec::new() };
        let tree = self.repo.git([&git_dir, "ls-tree", "-r", name]);
        let segments = tree.lines().filter(|line| line.ends_with(".jsonl"));
        let objects = segments.map(|line| line.split([' ', '\t']).nth(2).unwrap());
        let text: String =
            objects.map(|id| self.repo.git([&git_dir, "cat-file", "blob", id])).collect();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

/// What a line of a conversation says, in short.
pub fn said(lines: &[Value]) -> Vec<String> {
    let one = |line: &Value| {
        let text = |key: &str| line[key].as_str().unwrap_or_default().to_owned();
        let tool = line["tool"]["name"].as_str().map(|name| format!(" <{name}>"));
        format!("{} {}{}: {}", text("role"), text("kind"), tool.unwrap_or_default(), text("text"))
    };
    lines.iter().map(one).collect()
}

/// Why each file was not taken, by its name.
pub fn skipped(report: &Value) -> Vec<(String, String, String)> {
    let files = report["files"].as_array().unwrap().iter();
    let text = |file: &Value, key: &str| file[key].as_str().unwrap().to_owned();
    files
        .map(|file| {
            let path = text(file, "file");
            let name = path.rsplit('/').next().unwrap().to_owned();
            (name, text(file, "reason"), text(file, "why"))
        })
        .collect()
}

/// A session of Astrid.
pub fn astrid(id: &str, messages: Value) -> String {
    let session = json!({
        "id": id, "user_id": "0123", "messages": messages, "system_prompt": "Be brief.",
        "created_at": "2026-03-01T10:00:00.123456789Z", "token_count": 9,
        "metadata": {"title": "A title", "tags": ["ui"], "turn_count": 1},
    });
    serde_json::to_string_pretty(&session).unwrap()
}

/// A session of Thulp.
pub fn thulp(id: &str, entries: Value) -> String {
    let session = json!({
        "metadata": {
            "id": id, "name": "A name", "session_type": {"type": "conversation", "purpose": "x"},
            "created_at": 1_770_003_600_000_i64, "updated_at": 1_770_003_612_000_i64,
            "status": "completed", "tags": ["ui", "no"], "parent_session": null,
        },
        "entries": entries, "context": {"limit": 0.1},
    });
    serde_json::to_string_pretty(&session).unwrap()
}
