use std::process::{Command, Stdio};

use git_ao::store::{Shelf, StoreError};

use super::fill::{in_one_shard, mixed};
use super::measure::in_turn;
use super::stage::{RECENT, Stage, git};

const FEW: usize = 1_000;
const ROUNDS: usize = 3;

/// What takes all sessions must cost each as much among many as among few; what takes one must not
/// depend on the others.
pub fn per_session() {
    let few = Place::new(FEW);
    for count in [10_000, 100_000] {
        let many = Place::new(count);
        let times = (count + RECENT) as f64 / (FEW + RECENT) as f64;
        for (what, act) in ACTS {
            let pair = in_turn(ROUNDS, |round| act(&many, round), |round| act(&few, round));
            pair.per(times)
                .report(&format!("{what}, {count} sessions, {FEW} of them"), "all of 1,000");
        }
        let pair = in_turn(ROUNDS, |round| many.push_one(round), |round| few.push_one(round));
        pair.report(&format!("push of one change, {count} sessions"), "the same of 1,000");
    }
}

/// Sessions whose ids all begin with the same two digits, against as many that are spread.
pub fn one_shard() {
    for count in [1_000, 10_000] {
        let one = Place::of(Stage::filled(in_one_shard(mixed(count))));
        let spread = Place::new(count);
        for (what, act) in ACTS {
            let pair = in_turn(ROUNDS, |round| act(&one, round), |round| act(&spread, round));
            pair.report(&format!("{what}, {count} sessions in one shard"), "the same, spread");
        }
    }
}

type Act = fn(&Place, usize);

const ACTS: [(&str, Act); 3] =
    [("list", Place::list), ("fsck", Place::fsck), ("first push", Place::push)];

/// A store, and a remote for each round.
struct Place {
    stage: Stage,
    remotes: tempfile::TempDir,
}

impl Place {
    fn new(count: usize) -> Self {
        Self::of(Stage::with_sessions(count))
    }

    fn of(stage: Stage) -> Self {
        stage.pack();
        let remotes = tempfile::tempdir().expect("a temporary folder can be made");
        for round in 0..=ROUNDS {
            let path = remotes.path().join(round.to_string());
            let path = path.to_str().expect("a plain path");
            git(remotes.path(), &["init", "-q", "--bare", path]);
            git(stage.dir.path(), &["remote", "add", &name(round), path]);
        }
        Self { stage, remotes }
    }

    fn ao(&self, args: &[&str]) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_git-ao"));
        let command = command.current_dir(self.stage.dir.path()).args(args);
        let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
        assert!(status.expect("it is started").success(), "git-ao {args:?}");
    }

    fn list(&self, _: usize) {
        let snapshot = self.stage.store.snapshot().expect("the store is there");
        assert_eq!(
            snapshot.list(Shelf::Active).expect("it is read").len(),
            self.stage.ids.len() + RECENT
        );
    }

    fn fsck(&self, _: usize) {
        self.ao(&["fsck"]);
    }

    /// All that is there, to a remote that has nothing.
    fn push(&self, round: usize) {
        assert!(self.remotes.path().join(round.to_string()).exists());
        self.ao(&["push", &name(round)]);
    }

    /// To a remote that has the rest.
    fn push_one(&self, round: usize) {
        let changed = self.stage.store.transaction("set", |tx| {
            tx.update(self.stage.ids[round], |session| {
                session.add_tag(&format!("round-{round}"));
                Ok::<_, StoreError>(())
            })
        });
        changed.expect("it is written");
        self.ao(&["push", &name(0)]);
    }
}

fn name(round: usize) -> String {
    format!("remote-{round}")
}
