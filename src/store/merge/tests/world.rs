//! Several replicas in one repository, each under a ref of its own: as fast as it can be, and all
//! the code that moves refs and writes objects is the real one.

use std::path::Path;
use std::process::Command;

use gix::ObjectId;
use gix::objs::Kind;
use gix::objs::tree::EntryKind;

use super::super::super::{
    Histories, Location, MergeMode, MergeReport, Shelf, Snapshot, Store, StoreError, Visibility,
};
use crate::git::{Repository, gix_id, oid};
use crate::ledger::Clock;
use crate::ledger::Edit;
use crate::model::{Message, Oid, Project, Session, SessionId, Timestamp};

pub const NOW: i64 = 1_795_195_451_000;
pub const YEAR: i64 = 365 * 24 * 3600 * 1000;

pub struct World {
    dir: tempfile::TempDir,
    store: Store,
}

pub fn id(n: u8) -> SessionId {
    SessionId::from_bytes([n; 16])
}

pub fn demo() -> Project {
    "demo".parse().unwrap()
}

pub fn place(shelf: Shelf, n: u8) -> Location {
    Location { shelf, project: demo(), id: id(n), visibility: Visibility::Public }
}

impl World {
    pub fn new() -> Self {
        let dir = tempfile::Builder::new().prefix("git-ao-").tempdir().unwrap();
        git(dir.path(), &["init", "-q", "--bare"]);
        git(dir.path(), &["config", "maintenance.auto", "false"]);
        let store = Store::new(Repository::discover(dir.path()).unwrap());
        Self { dir, store }
    }

    pub fn git(&self, args: &[&str]) -> String {
        git(self.dir.path(), args)
    }

    /// A replica whose clock is wrong by `skew` milliseconds.
    pub fn replica(&self, name: &str, skew: i64) -> Store {
        let clock = Clock::new(move || Timestamp::from_millis(NOW + skew));
        self.store.at_ref(&format!("refs/ao/test/{name}")).with_clock(clock)
    }

    /// A replica that is where another one is.
    pub fn copy(&self, of: &Store, name: &str) -> Store {
        self.at(&of.tip().unwrap().unwrap(), name)
    }

    pub fn at(&self, tip: &Oid, name: &str) -> Store {
        let copy = self.replica(name, 0);
        self.git(&["update-ref", copy.ref_name(), tip.as_str()]);
        copy
    }
}

fn git(dir: &Path, args: &[&str]) -> String {
    let mut git = Command::new("git");
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("GIT_") {
            git.env_remove(name);
        }
    }
    let output = git.arg("-C").arg(dir).args(args).output().unwrap();
    assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

pub fn create(store: &Store, n: u8) {
    let session = Session::new(id(n), demo(), store.clock().now());
    store.create(&session).unwrap();
}

pub fn edit(store: &Store, n: u8, change: impl Fn(&mut Session)) {
    store.update(id(n), "set", |session| change(session)).unwrap();
}

pub fn title(store: &Store, n: u8, text: &str) {
    edit(store, n, |session| session.title = text.to_owned());
}

/// Puts bytes at a record's place, as no program should.
pub fn put(store: &Store, location: &Location, bytes: Option<&[u8]>) {
    let blob = bytes.map(|bytes| store.repository().write_bytes(Kind::Blob, bytes).unwrap());
    put_at(store, &location.to_string(), blob.map(|blob| (EntryKind::Blob, blob)));
}

/// Puts anything anywhere, or takes it away.
pub fn put_at(store: &Store, path: &str, entry: Option<(EntryKind, ObjectId)>) {
    let committed = store.commit_with_retry(|snapshot, now| {
        let path = path.split('/').map(Into::into).collect();
        let tree = store.write_tree(snapshot.root(), [Edit { path, entry }])?;
        let message = Message { subject: "edit by hand".into(), ..Message::default() };
        let parents = snapshot.tip().map(gix_id);
        let event = store.ledger().write_commit(tree, parents, &message.to_text(), (now, None))?;
        let update = store.update_to(&snapshot, Visibility::Public, event, &message);
        Ok::<_, StoreError>(((), vec![update]))
    });
    committed.unwrap();
}

pub fn tip(store: &Store) -> Oid {
    store.tip().unwrap().unwrap()
}

pub fn pull(into: &Store, from: &Store) -> MergeReport {
    into.merge_tip(&tip(from), MergeMode::Converge, Histories::Any).unwrap()
}

/// Merges two tips, each into the other, and returns what came out: the same.
pub fn merged(world: &World, a: &Store, b: &Store) -> Oid {
    let (left, right) = (world.copy(a, "left"), world.copy(b, "right"));
    left.merge_tip(&tip(b), MergeMode::FastForward, Histories::Any).unwrap();
    right.merge_tip(&tip(a), MergeMode::FastForward, Histories::Any).unwrap();
    let follows = |one: &Store, other: &Store| one.contains_event(&tip(one), &tip(other)).unwrap();
    if follows(a, b) || follows(b, a) {
        // Only who was behind has to bring a record back that the other one had displaced.
        left.merge_tip(&tip(&right), MergeMode::FastForward, Histories::Any).unwrap();
        right.merge_tip(&tip(&left), MergeMode::FastForward, Histories::Any).unwrap();
    }
    assert_eq!(tip(&left), tip(&right), "a merge does not depend on the sides");
    let again = left.merge_tip(&tip(a), MergeMode::FastForward, Histories::Any).unwrap();
    assert_eq!(again.changes, [], "merging again changes nothing");
    assert_eq!(
        left.merge_tip(&tip(b), MergeMode::FastForward, Histories::Any).unwrap().tip,
        tip(&right)
    );
    tip(&left)
}

pub fn session(store: &Store, at: &Oid, n: u8) -> Option<Session> {
    let snapshot = Snapshot::at(store, Some(at.clone())).unwrap();
    match snapshot.session(id(n)) {
        Ok(session) => Some(session),
        Err(StoreError::NotFound(_)) => None,
        Err(error) => panic!("{error}"),
    }
}

/// Where a record lies, and in which blob.
pub fn found(store: &Store, at: &Oid, n: u8) -> Option<(Shelf, Oid)> {
    let snapshot = Snapshot::at(store, Some(at.clone())).unwrap();
    snapshot.find(id(n)).unwrap().map(|entry| (entry.location.shelf, entry.blob))
}

pub fn blob(store: &Store, bytes: &[u8]) -> Oid {
    oid(store.repository().write_bytes(Kind::Blob, bytes).unwrap())
}
