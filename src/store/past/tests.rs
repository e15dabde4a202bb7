//! What the file says against what a walk finds, over random histories.

use std::collections::BTreeSet;

use gix::ObjectId;
use gix::objs::tree::EntryKind;

use super::pages::{Pages, ROOM};
use crate::git::{Identity, RawTree, Repository, gix_id};
use crate::ledger::Edit;
use crate::model::{Message, Oid, Origin, SessionId, Timestamp};
use crate::store::read::Look;
use crate::store::{History, PRIVATE_REF, SESSIONS_REF, Store};

/// How many searches are compared each time.
const ASKED: usize = 8;
const NOW: i64 = 1_790_000_000;
const WALK: &[(usize, Look)] = &[];
const READ: &[(usize, Look)] = &[(0, Look::Read)];
const BUILD: &[(usize, Look)] = &[(0, Look::Build)];

fn id(n: u8) -> SessionId {
    SessionId::from_bytes([n; 16])
}

fn git(dir: &std::path::Path, args: &[&str]) {
    let done = std::process::Command::new("git").arg("-C").arg(dir).args(args).output().unwrap();
    assert!(done.status.success(), "git {args:?}: {done:?}");
}

/// A repository whose history is made commit by commit.
struct World {
    dir: tempfile::TempDir,
    writer: Store,
    random: fastrand::Rng,
    /// Each event with its time and the sessions that it has.
    events: Vec<(ObjectId, i64, BTreeSet<u8>)>,
    parents: Vec<Vec<usize>>,
}

impl World {
    fn new(seed: u64) -> Self {
        let dir = tempfile::Builder::new().prefix("git-ao-").tempdir().unwrap();
        git(dir.path(), &["init", "-q", "--bare"]);
        git(dir.path(), &["config", "user.name", "A"]);
        git(dir.path(), &["config", "user.email", "a@example.com"]);
        let random = fastrand::Rng::with_seed(seed);
        let writer = Store::new(Repository::discover(dir.path()).unwrap());
        Self { dir, writer, random, events: Vec::new(), parents: Vec::new() }
    }

    fn store(&self) -> Store {
        Store::new(Repository::discover(self.dir.path()).unwrap()).with_private()
    }

    /// Adds an event on these.
    fn add(&mut self, parents: Vec<usize>) -> usize {
        let store = self.writer.clone();
        let random = &mut self.random;
        let mut has: BTreeSet<u8> = BTreeSet::new();
        parents.iter().for_each(|parent| has.extend(&self.events[*parent].2));
        let last = parents.iter().map(|parent| self.events[*parent].1).max().unwrap_or(NOW);
        let time = match random.u32(..12) {
            0 => last - [1, 5, 100, 1_000_000][random.usize(..4)],
            1 => last + [1, 5, 100, 1_000_000][random.usize(..4)],
            2..8 => last,
            _ => last + 1,
        };
        let ops = ["spawn", "fork", "create", "set", "delete", "undo", "merge", ""];
        let op = if parents.len() > 1 && random.bool() {
            "merge"
        } else {
            ops[random.usize(..ops.len())]
        };
        let touched: Vec<u8> = (0..random.usize(..3)).map(|_| random.u8(1..5)).collect();
        for n in &touched {
            if op == "delete" {
                has.remove(n)
            } else {
                has.insert(*n)
            };
        }
        let blob = store.repository().write_bytes(gix::objs::Kind::Blob, b"1\n").unwrap();
        let edit = |n: &u8| {
            let (id, folder) = (id(*n).to_string(), format!("{n:02x}"));
            let path = ["sessions", "demo", &folder, &format!("{id}.yaml")].map(Into::into);
            Edit { path: path.into(), entry: Some((EntryKind::Blob, blob)) }
        };
        let version = Edit { path: vec!["version".into()], entry: Some((EntryKind::Blob, blob)) };
        let edits = has.iter().map(edit).chain([version]);
        let tree = store.ledger().write_tree(&RawTree::empty(), edits).unwrap();
        let message = Message {
            subject: format!("event {}", self.events.len()),
            op: op.to_owned(),
            sessions: touched.iter().map(|n| id(*n)).collect(),
            replica: ["a", "b"].get(random.usize(..3)).map(|name| (*name).to_owned()),
            origin: if random.bool() { Origin::Person } else { Origin::Automatic },
            ..Message::default()
        };
        let author = Identity::new(["Ann", "Bob"][random.usize(..2)], "x@example.com").unwrap();
        let at = (Timestamp::from_millis(time * 1000), Some(&author));
        let of = parents.iter().map(|parent| self.events[*parent].0);
        let event = store.ledger().write_commit(tree, of, &message.to_text(), at).unwrap();
        self.events.push((gix_id(&event), time, has));
        self.parents.push(parents);
        self.events.len() - 1
    }

    /// Adds events on the newest ones, some of them merges and forks.
    fn grow(&mut self, count: usize) {
        for _ in 0..count {
            let n = self.events.len();
            let parents = match self.random.u32(..12) {
                _ if n == 0 => Vec::new(),
                0 => vec![self.random.usize(n.saturating_sub(6)..n)],
                1 | 2 => vec![n - 1, self.random.usize(n.saturating_sub(6)..n)],
                3 => vec![n - 1, self.random.usize(..n)],
                4 => (0..3).map(|_| self.random.usize(..n)).chain([n - 1]).collect(),
                _ => vec![n - 1],
            };
            self.add(parents);
        }
    }

    fn point(&self, name: &str, event: usize) {
        git(self.dir.path(), &["update-ref", name, &self.events[event].0.to_string()]);
    }

    fn filter(&mut self) -> History {
        let random = &mut self.random;
        let mut history = History::default();
        let which = random.u32(1..32);
        if which & 1 != 0 {
            history = history.session(id(random.u8(1..6)));
        }
        if which & 2 != 0 {
            history = history.ops([["set", "merge", "spawn", ""][random.usize(..4)], "delete"]);
        }
        if which & 4 != 0 {
            history = history.authors([["ANN", "bob <x@", "nobody"][random.usize(..3)]]);
        }
        if which & 8 != 0 {
            history.replica = Some(["a", "b", "c"][random.usize(..3)].to_owned());
        }
        if which & 16 != 0 {
            history.origin = Some([Origin::Person, Origin::Automatic][random.usize(..2)]);
        }
        if random.u32(..4) == 0 {
            let from = random.usize(..self.events.len());
            history = history.from(crate::git::oid(self.events[from].0));
        }
        history
    }

    /// Compares some searches. Returns how many were answered by the file.
    fn compare(&mut self, looks: &[(usize, Look)], what: &str) -> usize {
        let mut told = 0;
        let store = self.store();
        let snapshot = store.snapshot().unwrap();
        for _ in 0..ASKED {
            let history = self.filter();
            let read = |events: crate::store::Events<'_>| -> Vec<Oid> {
                events.map(|event| event.unwrap().id).collect()
            };
            let walked = read(snapshot.events(history.clone()).looking(WALK));
            let mut events = snapshot.events(history.clone()).looking(looks);
            let mut found: Vec<Oid> = events.next().into_iter().map(|it| it.unwrap().id).collect();
            told += usize::from(events.is_from_file());
            found.extend(read(events));
            assert_eq!(found, walked, "{what}: {history:?}");
        }
        told
    }

    fn file(&self) -> std::path::PathBuf {
        self.store().repository().ao_dir().join("history")
    }
}

#[test]
fn the_file_tells_what_a_walk_finds() {
    let (mut asked, mut told) = (0, [0; 4]);
    for seed in 0..30 {
        let mut world = World::new(seed);
        let size = world.random.usize(2..40);
        world.grow(size);
        let newest = world.events.len() - 1;
        world.point(SESSIONS_REF, newest);
        asked += ASKED;
        assert_eq!(world.compare(READ, "without a file"), 0);
        told[0] += world.compare(BUILD, "made");
        told[1] += world.compare(READ, "read");
        world.compare(&[(3, Look::Read)], "read later");
        // More events, those of another clone among them, and private ones.
        let more = world.random.usize(1..8);
        world.grow(more);
        let newest = world.events.len() - 1;
        world.point(SESSIONS_REF, newest);
        told[2] += world.compare(READ, "with new events");
        let base = world.random.usize(..world.events.len());
        let mut private = world.add(vec![base]);
        private = world.add(vec![private]);
        world.point(PRIVATE_REF, private);
        told[3] += world.compare(READ, "with private events");
        world.compare(BUILD, "made again");
        // Another past: a ref that was reset.
        let back = world.random.usize(..newest);
        world.point(SESSIONS_REF, back);
        world.compare(READ, "after a reset");
        world.compare(BUILD, "made after a reset");
        world.compare(READ, "read after a reset");
    }
    // A file that is never used would be right as well.
    assert!(told[0] > asked / 2 && told[1] > asked / 2, "{told:?} of {asked}");
    assert!(told[2] > asked / 8 && told[3] > asked / 8, "{told:?} of {asked}");
}

#[test]
fn a_file_that_is_not_whole_or_not_ours_is_not_used() {
    let mut world = World::new(7);
    world.grow(30);
    world.point(SESSIONS_REF, 29);
    assert!(world.compare(BUILD, "made") > 0);
    let whole = std::fs::read(world.file()).unwrap();
    for seed in 0..60 {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut bytes = whole.clone();
        match seed % 3 {
            0 => bytes[random.usize(..whole.len())] ^= 1 << random.u32(..8),
            1 => bytes.truncate(random.usize(..whole.len())),
            _ => {
                // With right checksums, of a header that says something else.
                let at = random.usize(..52);
                let pages = Pages::of_bytes(whole.clone());
                let seed = u64::from_le_bytes(whole[16..24].try_into().unwrap());
                let mut content = pages.read(0, ROOM, 0).unwrap();
                let rest = pages.len().unwrap() - ROOM as u64;
                content.extend(pages.read(ROOM as u64, rest as usize, seed).unwrap());
                content[at] = random.u8(..);
                let seed = u64::from_le_bytes(content[16..24].try_into().unwrap());
                bytes = Pages::wrap(&content, seed);
                if (24..60).contains(&at) || at < 16 {
                    std::fs::write(world.file(), &bytes).unwrap();
                    world.compare(READ, &format!("byte {at} of the header"));
                }
                continue;
            }
        }
        std::fs::write(world.file(), &bytes).unwrap();
        world.compare(READ, &format!("damage {seed}"));
    }
    // It is recreated.
    std::fs::write(world.file(), &whole[..whole.len() / 2]).unwrap();
    assert!(world.compare(BUILD, "made anew") > 0);
    assert_eq!(std::fs::read(world.file()).unwrap(), whole);
    // Of another repository.
    let mut other = World::new(8);
    other.grow(20);
    other.point(SESSIONS_REF, 19);
    std::fs::create_dir_all(other.file().parent().unwrap()).unwrap();
    std::fs::write(other.file(), &whole).unwrap();
    assert_eq!(other.compare(READ, "of another repository"), 0);
    assert!(other.compare(BUILD, "made in place of another") > 0);
    assert!(other.compare(READ, "read after that") > 0);
}

#[test]
fn each_page_is_read_whole_or_not_at_all() {
    let content: Vec<u8> = (0..2 * ROOM + 100).map(|at| (at * 7) as u8).collect();
    let whole = Pages::wrap(&content, 11);
    let read = |bytes: &[u8], seed| {
        let pages = Pages::of_bytes(bytes.to_vec());
        // Each page has its own seed but for the first.
        let [first, rest] = [(0, ROOM), (ROOM as u64, content.len() - ROOM)]
            .map(|(at, length)| pages.read(at, length, seed));
        Some([first?, rest?].concat())
    };
    assert_eq!(read(&whole, 11).as_ref(), Some(&content));
    let part = Pages::of_bytes(whole.clone()).read(ROOM as u64 - 3, 9, 11);
    assert_eq!(part.as_deref(), Some(&content[ROOM - 3..ROOM + 6]));
    assert!(read(&whole, 12).is_none(), "pages of another file");
    for at in 0..whole.len() {
        let mut damaged = whole.clone();
        damaged[at] ^= 1 << (at % 8);
        assert!(read(&damaged, 11).is_none(), "byte {at}");
        if at % 97 == 0 {
            assert!(read(&whole[..at], 11).is_none(), "cut at {at}");
        }
    }
    let mut swapped = whole.clone();
    swapped[4096..8192].copy_from_slice(&whole[..4096]);
    assert!(read(&swapped, 11).is_none(), "a page in the place of another");
}

#[test]
fn where_objects_are_replaced_or_missing_the_history_is_walked() {
    let mut world = World::new(9);
    world.grow(20);
    world.point(SESSIONS_REF, 19);
    assert!(world.compare(BUILD, "made") > 0);
    let [old, new] = [3, 12].map(|n: usize| world.events[n].0.to_string());
    git(world.dir.path(), &["replace", &new, &old]);
    let store = world.store();
    let snapshot = store.snapshot().unwrap();
    let mut events = snapshot.events(History::default().ops(["set"]));
    assert!(events.by_ref().count() < 20 && !events.is_from_file());
    git(world.dir.path(), &["replace", "-d", &new]);
    std::fs::write(world.dir.path().join("shallow"), format!("{new}\n")).unwrap();
    let store = world.store();
    let snapshot = store.snapshot().unwrap();
    let mut events = snapshot.events(History::default().ops(["set"])).looking(READ);
    events.next();
    assert!(!events.is_from_file());
}
