//! Push and pull where a teammate's clock is behind: one event is older than its parent.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use git_ao::git::Repository;
use git_ao::store::Store;
use tempfile::TempDir;

use super::fill::import;
use super::lines::{PULL_BEHIND, PUSH_BEHIND};
use super::measure::{time, timed_in_turn};
use super::past::{Past, ao, id, path};
use super::stage::git;

const EVENTS: u64 = 10_000;

/// A year before the last event.
const BEHIND: u64 = 1_670_000_000;

/// A clone, and the remote to which a teammate pushes.
struct Place {
    clone: Past,
    hub: TempDir,
    store: Store,
}

impl Place {
    fn new() -> Self {
        let clone = Past::new(EVENTS);
        let hub = tempfile::tempdir().expect("a temporary folder can be made");
        git(hub.path(), &["init", "-q", "--bare"]);
        let path = hub.path().to_str().expect("a plain path");
        git(clone.dir.path(), &["remote", "add", "hub", path]);
        ao(clone.dir.path(), &["push", "hub"]);
        let store = Store::new(Repository::discover(clone.dir.path()).expect("it is there"));
        Self { clone, hub, store }
    }

    /// Both make an event, then this clone pulls and pushes. Returns the time of each, and of git
    /// alone in copies of the clone and the remote.
    fn share(&self, round: usize) -> [[Duration; 2]; 2] {
        let theirs = id(7 + round as u64);
        import(self.hub.path(), |to| {
            let message = format!("set\n\nAo-Session: {theirs}\nAo-Op: set\n");
            let record = format!("id: {theirs}\nproject_id: demo\ntitle: round {round}\n");
            writeln!(to, "commit refs/ao/sessions")?;
            writeln!(to, "committer Mate <mate@example.org> {BEHIND} +0000")?;
            writeln!(to, "data {}\n{message}from refs/ao/sessions^0", message.len())?;
            writeln!(to, "M 100644 inline {}", path(theirs))?;
            writeln!(to, "data {}\n{record}", record.len())
        });
        let number = round as u64 + 1;
        let ours = self.store.update(id(5), "set", |session| session.pr_number = Some(number));
        ours.expect("it is written");
        let transfers = [
            ("pull", "fetch", "+refs/ao/sessions:refs/ao/copy"),
            ("push", "push", "refs/ao/sessions"),
        ];
        transfers.map(|(verb, command, refs)| {
            let copies = tempfile::tempdir().expect("a temporary folder can be made");
            let [clone, hub] =
                [self.clone.dir.path(), self.hub.path()].map(|dir| copy(dir, copies.path()));
            let hub = hub.to_str().expect("a plain path");
            let alone = time(|| drop(git(&clone, &[command, "-q", hub, refs])));
            [time(|| ao(self.clone.dir.path(), &[verb, "hub"])), alone]
        })
    }
}

fn copy(dir: &Path, to: &Path) -> PathBuf {
    let copied = Command::new("cp").arg("-a").arg(dir).arg(to).status();
    assert!(copied.expect("cp runs").success());
    to.join(dir.file_name().expect("it has a name"))
}

/// Git itself walks far where a commit is older than its parent, here and at the remote: what we add
/// to that is to be as little as elsewhere.
pub fn behind() {
    let place = Place::new();
    let rounds: Vec<_> = (0..=8).map(|round| place.share(round)).collect();
    for (at, line) in [PULL_BEHIND, PUSH_BEHIND].into_iter().enumerate() {
        let pair = timed_in_turn(8, |round| rounds[round][at][0], |round| rounds[round][at][1]);
        line.report(EVENTS as usize, pair);
    }
}
