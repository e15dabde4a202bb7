use git_ao::model::Oid;
use git_ao::store::{Histories, MergeMode, MergeOutcome, Store, StoreError};

use super::measure::in_turn;
use super::stage::{Stage, git};

const CHANGES: usize = 100;
const ROUNDS: usize = 5;

/// A merge must cost what changed, not what is stored.
pub fn large_against_small() {
    let small = Sides::new(CHANGES);
    for count in [1_000, 10_000] {
        let large = Sides::new(count);
        let pair = in_turn(ROUNDS, |round| large.merge(round), |round| small.merge(round));
        let what = format!("merging {CHANGES} changes on each side of {count}");
        pair.report(&what, &format!("the same of {CHANGES}"));
    }
}

/// A store of which two sides have changed as many records, and the tip of the other side.
struct Sides {
    stage: Stage,
    ours: Oid,
    theirs: Oid,
}

impl Sides {
    fn new(count: usize) -> Self {
        let stage = Stage::with_sessions(count);
        let base = stage.store.tip().expect("a tip").expect("a store");
        let theirs = side(&stage, &base, "refs/ao/theirs", "theirs");
        let ours = side(&stage, &base, "refs/ao/ours", "ours");
        stage.pack();
        Self { stage, ours, theirs }
    }

    /// Merges under a ref of its own, so that each round is the first.
    fn merge(&self, round: usize) {
        let name = format!("refs/ao/round-{round}");
        git(self.stage.dir.path(), &["update-ref", &name, self.ours.as_str()]);
        let store = self.stage.store.at_ref(&name);
        let report = store
            .merge_tip(&self.theirs, MergeMode::Converge, Histories::Related)
            .expect("it can be merged");
        assert_eq!((report.outcome, report.changes.len()), (MergeOutcome::Merged, CHANGES));
    }
}

/// Changes records at even distances, so that they are in as many folders as can be.
fn side(stage: &Stage, base: &Oid, name: &str, tag: &str) -> Oid {
    git(stage.dir.path(), &["update-ref", name, base.as_str()]);
    let store: Store = stage.store.at_ref(name);
    let step = stage.ids.len() / CHANGES;
    let changed = store.transaction("set", |tx| {
        stage.ids.iter().step_by(step).take(CHANGES).try_for_each(|id| {
            tx.update(*id, |session| {
                session.add_tag(tag);
                Ok::<_, StoreError>(())
            })
        })
    });
    changed.expect("it can be changed");
    store.tip().expect("a tip").expect("a store")
}
