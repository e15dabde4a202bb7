use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::lines::{
    COMPLETE, LIST_FEW, LIST_FEW_NEW, LIST_STATUS, Line, SET_ID, SET_LATEST, SHOW_BRANCH,
    SHOW_BRANCH_NEW, SHOW_ID, SHOW_ISSUE, SHOW_LATEST,
};
use super::measure::in_turn;
use super::stage::{Stage, git};

const ROUNDS: usize = 40;

/// Whole processes that look for few sessions among many, against git's own smallest answer in the
/// same repository; and the same right after a write, against the same without it.
pub fn against_rev_parse() {
    for count in [1_000, 10_000, 100_000] {
        let stage = Stage::with_sessions(count);
        stage.pack();
        let id = |nth: usize| stage.ids[count / 2 + nth].to_string();
        let branch = format!("ao/{}-fix-the-flaky-test", &id(0)[..8]);
        let issue = format!("issue:{}", count + 5);
        let questions: [(&Line, Option<&Line>, &[&str]); 7] = [
            (&LIST_FEW, Some(&LIST_FEW_NEW), &["list", "-n", "20"]),
            (&LIST_STATUS, None, &["list", "--status", "working"]),
            (&SHOW_BRANCH, Some(&SHOW_BRANCH_NEW), &["show", &branch]),
            (&SHOW_ISSUE, None, &["show", &issue]),
            (&SHOW_LATEST, None, &["show", "latest"]),
            (&COMPLETE, None, &["candidates", "--", "show", ""]),
            (&SHOW_ID, None, &["show", &id(0)]),
        ];
        let place = Place(stage.dir.path().to_owned());
        // The first reader writes the index.
        place.ao(&["list", "-n", "1"]);
        let copy = tempfile::tempdir().expect("a temporary folder can be made");
        let written = place.copy(copy.path());
        written.ao(&["set", &id(1), "title=Written"]);
        for (line, new, args) in questions {
            let pair = in_turn(ROUNDS, |_| place.ao(args), |_| place.rev_parse());
            line.report(count, pair);
            if let Some(new) = new {
                new.report(count, in_turn(ROUNDS, |_| written.ao(args), |_| place.ao(args)));
            }
        }
    }
}

/// A change of one session among many, against one among few.
pub fn set() {
    const FEW: usize = 1_000;
    let few = Stage::with_sessions(FEW);
    few.pack();
    let set = |stage: &Stage, round: usize| {
        let (id, title) = (stage.ids[2].to_string(), format!("title=Number {round}"));
        Place(stage.dir.path().to_owned()).ao(&["set", &id, &title]);
    };
    for count in [10_000, 100_000] {
        let many = Stage::with_sessions(count);
        many.pack();
        SET_ID.report(count, in_turn(ROUNDS, |round| set(&many, round), |round| set(&few, round)));
    }
}

/// Four processes that change the last session at once, against four that change one by its id.
pub fn set_latest() {
    const COUNT: usize = 10_000;
    let stage = Stage::with_sessions(COUNT);
    stage.pack();
    let place = Place(stage.dir.path().to_owned());
    place.ao(&["list", "-n", "1"]);
    let id = stage.ids[COUNT / 2].to_string();
    let four = |handle: &str, round: usize| {
        let start = |n: usize| {
            let title = format!("title=Round {round}, {n}");
            place.command(&["set", handle, &title]).spawn().expect("it is started")
        };
        let children: Vec<_> = (0..4).map(start).collect();
        for mut child in children {
            assert!(child.wait().expect("it ends").success(), "set {handle}");
        }
    };
    SET_LATEST.report(COUNT, in_turn(ROUNDS, |n| four("latest", n), |n| four(&id, n)));
}

/// A repository, in which whole processes run.
struct Place(PathBuf);

impl Place {
    fn copy(&self, to: &Path) -> Self {
        let copied = Command::new("cp").arg("-a").arg(&self.0).arg(to.join("copy")).status();
        assert!(copied.expect("cp runs").success());
        Self(to.join("copy"))
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_git-ao"));
        command.current_dir(&self.0).args(args).stdout(Stdio::null());
        command
    }

    fn ao(&self, args: &[&str]) {
        let status = self.command(args).status().expect("it is started");
        assert!(status.success(), "git-ao {args:?}");
    }

    fn rev_parse(&self) {
        git(&self.0, &["rev-parse", "HEAD"]);
    }
}
