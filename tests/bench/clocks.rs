//! Push and pull where a teammate's clock is behind: one event is older than its parent.

use std::time::Duration;

use git_ao::git::Repository;
use git_ao::store::Store;
use tempfile::TempDir;

use super::fill::import;
use super::lines::{PULL_BEHIND, PUSH_BEHIND};
use super::measure::{Pair, time, timed_in_turn};
use super::past::{Past, ao, id, path};
use super::stage::git;

const EVENTS: u64 = 10_000;

/// After the last event, and a year before it.
const RIGHT: u64 = 1_700_100_000;
const BEHIND: u64 = 1_670_000_000;

/// A clone, and the remote to which a teammate pushes.
struct Place {
    clone: Past,
    hub: TempDir,
    store: Store,
}

/// Whether both repositories have the commit-graph files that maintenance writes: git ao asks for it
/// in the clone, git's receive-pack in the remote.
#[derive(Clone, Copy, PartialEq)]
enum Upkeep {
    Maintained,
    Neglected,
}

impl Place {
    fn new(upkeep: Upkeep) -> Self {
        let clone = Past::new(EVENTS);
        let hub = tempfile::tempdir().expect("a temporary folder can be made");
        git(hub.path(), &["init", "-q", "--bare"]);
        let path = hub.path().to_str().expect("a plain path");
        git(clone.dir.path(), &["remote", "add", "hub", path]);
        ao(clone.dir.path(), &["push", "hub"]);
        if upkeep == Upkeep::Maintained {
            for there in [clone.dir.path(), hub.path()] {
                git(there, &["commit-graph", "write", "--reachable"]);
            }
        }
        let store = Store::new(Repository::discover(clone.dir.path()).expect("it is there"));
        Self { clone, hub, store }
    }

    /// Both make an event; then the times of a pull and of a push.
    fn share(&self, round: usize, clock: u64) -> [Duration; 2] {
        let theirs = id(7 + round as u64);
        import(self.hub.path(), |to| {
            let message = format!("set\n\nAo-Session: {theirs}\nAo-Op: set\n");
            let record = format!("id: {theirs}\nproject_id: demo\ntitle: round {round} {clock}\n");
            writeln!(to, "commit refs/ao/sessions")?;
            writeln!(to, "committer Mate <mate@example.org> {clock} +0000")?;
            writeln!(to, "data {}\n{message}from refs/ao/sessions^0", message.len())?;
            writeln!(to, "M 100644 inline {}", path(theirs))?;
            writeln!(to, "data {}\n{record}", record.len())
        });
        let number = clock + round as u64;
        let ours = self.store.update(id(5), "set", |session| session.pr_number = Some(number));
        ours.expect("it is written");
        let dir = self.clone.dir.path();
        ["pull", "push"].map(|verb| time(|| ao(dir, &[verb, "hub"])))
    }
}

/// Measures a pull and a push after a teammate's event, against the same with a right clock.
fn measured(upkeep: Upkeep) -> [Pair; 2] {
    let [right, wrong] = [Place::new(upkeep), Place::new(upkeep)];
    [0, 1].map(|at| {
        let rounds = 9 * at;
        timed_in_turn(
            8,
            |round| wrong.share(rounds + round, BEHIND)[at],
            |round| right.share(rounds + round, RIGHT)[at],
        )
    })
}

pub fn behind() {
    let [pull, push] = measured(Upkeep::Maintained);
    PULL_BEHIND.report(EVENTS as usize, pull);
    PUSH_BEHIND.report(EVENTS as usize, push);
    let [pull, push] = measured(Upkeep::Neglected);
    pull.report("pull, without a commit-graph", "the same with a right clock");
    push.report("push, without a commit-graph", "the same with a right clock");
}
