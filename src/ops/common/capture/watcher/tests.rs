use std::fs::File;
use std::io::Write as _;
use std::process::Command;
use std::sync::Arc;

use tempfile::TempDir;

use super::*;
use crate::agent::{Action, Agent, AgentError, Launch, LaunchRequest, Mode, SourceRequest};
use crate::git::{Environment, Hold, Repository};
use crate::model::{Project, Session, Timestamp};
use crate::transcript::{Source, TranscriptStore};

/// An agent that keeps its conversation in a file.
struct Talker(PathBuf);

impl Agent for Talker {
    fn name(&self) -> &str {
        "talker"
    }

    fn plan(&self, action: Action, mode: Mode, _: &LaunchRequest) -> Result<Launch, AgentError> {
        Err(AgentError::Unsupported { name: self.name().to_owned(), action, mode })
    }

    fn keeps_transcripts(&self) -> bool {
        true
    }

    fn sources(&self, _: &SourceRequest, _: &Environment) -> Vec<Source> {
        vec![Source::new("talker", "c1", "ao-jsonl", &self.0)]
    }
}

struct World {
    folder: TempDir,
    store: Store,
    key: Key,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("git-ao-").tempdir().unwrap();
        for args in [
            &["init", "-q"][..],
            &["config", "user.name", "A"],
            &["config", "user.email", "a@example.com"],
        ] {
            let done = Command::new("git").current_dir(folder.path()).args(args).status().unwrap();
            assert!(done.success());
        }
        let store = Store::new(Repository::discover(folder.path()).unwrap());
        let id: SessionId = "7b6d11f9-0000-4000-8000-000000000001".parse().unwrap();
        let project: Project = "demo".parse().unwrap();
        store
            .transaction("new", |tx| {
                tx.create(Session::new(id, project.clone(), Timestamp::from_millis(1)))
            })
            .unwrap();
        Self { folder, store, key: Key::from(id) }
    }

    fn watcher(&self) -> Watcher {
        let session = self.session();
        let agent = Arc::new(Talker(self.file()));
        let environment = self.store.repository().environment().clone();
        let capturer = Capturer::new(agent, &session, self.folder.path(), &self.store, environment);
        Watcher::new(capturer, self.key.clone()).unwrap()
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("talk.jsonl")
    }

    fn session(&self) -> Session {
        self.store.snapshot().unwrap().session(self.key.id).unwrap()
    }

    /// The lines that the record says were captured.
    fn recorded(&self) -> u64 {
        self.session().transcripts.values().map(|it| it.lines).sum()
    }

    fn captured(&self) -> usize {
        let store = TranscriptStore::open(self.store.repository()).unwrap();
        let replica = self.store.known_replica().unwrap_or_default();
        let all = store.map(|it| it.transcripts(self.key.id, &replica).unwrap());
        all.into_iter().flatten().map(|it| it.lines().count()).sum()
    }

    /// Adds a line, some time ago.
    fn say(&self) {
        let mut file = File::options().append(true).create(true).open(self.file()).unwrap();
        file.write_all(b"{\"role\":\"user\",\"kind\":\"text\",\"text\":\"x\"}\n").unwrap();
        file.set_modified(SystemTime::now() - 2 * QUIET).unwrap();
    }

    /// Looks until so many lines are captured.
    fn look(&self, watcher: &mut Watcher, lines: usize) {
        let end = Instant::now() + Duration::from_secs(60);
        while self.captured() < lines || watcher.working.is_some() {
            assert!(Instant::now() < end, "never captured");
            watcher.look(&self.store);
            thread::yield_now();
        }
    }
}

#[test]
fn the_record_learns_of_captures_once_in_an_interval() {
    let world = World::new();
    let mut watcher = world.watcher();
    world.say();
    world.look(&mut watcher, 1);
    assert_eq!(world.recorded(), 0, "it has only begun");
    watcher.record_at = Instant::now();
    world.say();
    world.look(&mut watcher, 2);
    assert_eq!(world.recorded(), 2);
    let before = world.session();
    assert_eq!(before.updated_at, before.created_at, "nobody has done anything");
    world.say();
    world.look(&mut watcher, 3);
    assert_eq!(world.recorded(), 2, "it is too early");
    assert!(watcher.record_at > Instant::now() + INTERVAL / 2);
    let last = watcher.finish(&world.store);
    let mut ended = world.session();
    last.facts().unwrap().put(&mut ended, Timestamp::from_millis(2));
    assert_eq!(ended.transcripts.values().next().unwrap().lines, 3);
}

#[test]
fn a_last_capture_that_takes_long_is_recorded_when_it_is_done() {
    let world = World::new();
    let mut watcher = world.watcher();
    watcher.last = Duration::ZERO;
    world.say();
    let transcripts = TranscriptStore::create(world.store.repository()).unwrap();
    let replica = world.store.replica().unwrap();
    let name = format!("sizes/{}-{replica}", world.key.id);
    let held = transcripts.repository().lock_as(&name, Hold::Alone, PATIENCE).unwrap();
    let last = watcher.finish(&world.store);
    assert!(last.facts().is_none(), "the agent's end does not wait for it");
    drop(held);
    last.wait(&world.store, &world.key).unwrap();
    assert_eq!((world.captured(), world.recorded()), (1, 1));
}
