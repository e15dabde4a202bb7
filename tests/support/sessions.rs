//! Sessions to store, and stores written by hand.

use std::path::Path;

use git_ao::model::{Project, Session, SessionId, Timestamp};
use git_ao::store::{SESSIONS_REF, Store};

use super::Repo;

/// The store of the repository in which `repo` runs its commands.
#[track_caller]
pub fn store(repo: &Repo) -> Store {
    store_in(repo.dir())
}

/// The store of the repository that is used in a folder.
#[track_caller]
pub fn store_in(dir: &Path) -> Store {
    Store::discover(dir).unwrap_or_else(|error| panic!("'{}': {error}", dir.display()))
}

pub fn project(name: &str) -> Project {
    name.parse().expect("a project name")
}

/// The `n`th of a fixed row of ids, spread over the shards.
pub fn id(n: u64) -> SessionId {
    let spread = n.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&spread.to_be_bytes());
    bytes[8..].copy_from_slice(&n.to_be_bytes());
    (bytes[6], bytes[8]) = (0x40 | bytes[6] & 0x0f, 0x80 | bytes[8] & 0x3f);
    SessionId::from_bytes(bytes)
}

/// A session of project `demo`, made in the `n`th second of 2026.
pub fn session(n: u64, title: &str) -> Session {
    let millis = 1_767_225_600_000 + 1000 * i64::try_from(n).expect("a small number");
    let mut session = Session::new(id(n), project("demo"), Timestamp::from_millis(millis));
    session.title = title.to_owned();
    session
}

/// A copy of a session with a change.
pub fn with(session: &Session, change: impl FnOnce(&mut Session)) -> Session {
    let mut changed = session.clone();
    change(&mut changed);
    changed
}

/// A counter in a session's context, and the way to count.
pub fn count(session: &Session) -> u64 {
    session.context.get("count").and_then(git_ao::model::Value::as_u64).unwrap_or(0)
}

pub fn increment(session: &mut Session) {
    let count = count(session);
    session.context.insert("count", count + 1);
}

/// The place of the `n`th session's record.
pub fn path(n: u64) -> String {
    let id = id(n);
    format!("sessions/demo/{}/{id}.yaml", id.shard())
}

/// Commits files (mode, path, content) to the store's ref as another program would, with no regard
/// for what they are. The first time, add a `version`. Of a submodule the content is the commit.
#[track_caller]
pub fn plant<B: AsRef<[u8]>>(repo: &Repo, files: &[(&str, &str, B)]) {
    let mut stream = format!("commit {SESSIONS_REF}\n").into_bytes();
    stream.extend(b"committer Eve <eve@example.com> 1767225600 +0000\ndata 5\nplant\n");
    if repo.git_result(["rev-parse", "-q", "--verify", SESSIONS_REF]).status == 0 {
        stream.extend(format!("from {SESSIONS_REF}^0\n").bytes());
    }
    for (mode, path, content) in files {
        let content = content.as_ref();
        if *mode == "160000" {
            let commit = String::from_utf8_lossy(content);
            stream.extend(format!("M {mode} {commit} {path}\n").bytes());
            continue;
        }
        stream.extend(format!("M {mode} inline {path}\ndata {}\n", content.len()).bytes());
        stream.extend(content);
        stream.push(b'\n');
    }
    repo.env().git(repo.dir(), ["fast-import", "--quiet"]).input(stream).run().ok();
}

/// Plants the one file, an ordinary one, in a store with a version.
#[track_caller]
pub fn plant_record(repo: &Repo, path: &str, content: impl AsRef<[u8]>) {
    plant(repo, &[("100644", "version", b"1\n".as_slice()), ("100644", path, content.as_ref())]);
}

/// What git says about the repository's objects: nothing, when all is well.
#[track_caller]
pub fn assert_whole(repo: &Repo) {
    let out = repo.git_result(["fsck", "--strict", "--full", "--no-dangling"]).ok();
    assert_eq!((out.stdout.as_str(), out.stderr.as_str()), ("", ""), "{out}");
}

/// The files that a writer which died would leave, but for the lock, which stays.
pub fn leftovers(repo: &Repo) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![repo.common_dir()];
    while let Some(dir) = open.pop() {
        for entry in std::fs::read_dir(dir).unwrap().map(Result::unwrap) {
            let name = entry.file_name().to_string_lossy().into_owned();
            if entry.file_type().unwrap().is_dir() {
                open.push(entry.path());
            } else if name.ends_with(".lock")
                || name.starts_with("tmp_")
                || name.starts_with("tip.")
            {
                found.push(name);
            }
        }
    }
    found
}

/// What an error says, with its causes.
pub fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
