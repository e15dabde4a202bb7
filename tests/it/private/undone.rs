//! A command that changes public and private sessions together is undone as one change.

use crate::support::Repo;

const REFS: [&str; 2] = ["refs/ao/sessions", "refs/ao/private"];

/// A repository with an ended public session, an ended private one, and the time.
struct Pair {
    repo: Repo,
    ids: [String; 2],
    now: u32,
}

impl Pair {
    fn new() -> Self {
        let repo = Repo::new();
        let made = |args: &[&str]| {
            let all = ["spawn", "--no-agent", "--json"].iter().chain(args);
            let made = repo.ao(all).ok().json();
            made["session"]["id"].as_str().unwrap()[..8].to_owned()
        };
        let ids = [made(&["One"]), made(&["--private", "Two"])];
        ids.iter().for_each(|id| drop(repo.ao(["complete", id]).ok()));
        Self { repo, ids, now: 1_895_195_451 }
    }

    /// Runs a command, a second after the one before.
    fn ao(&mut self, args: &[&str]) -> crate::support::Out {
        self.now += 1;
        self.repo.ao_run(args).env("GIT_TEST_DATE_NOW", self.now.to_string()).run()
    }

    fn both(&mut self, verb: &str) {
        let [a, b] = self.ids.clone();
        self.ao(&[verb, &a, &b]).ok();
    }

    fn trees(&self) -> [String; 2] {
        REFS.map(|name| self.repo.git(["ls-tree", "-r", name]))
    }

    fn tips(&self) -> [String; 2] {
        REFS.map(|name| self.repo.git(["rev-parse", name]).trim().to_owned())
    }
}

#[test]
fn one_command_is_undone_and_done_again_as_one() {
    let mut pair = Pair::new();
    for verb in ["archive", "unarchive", "delete"] {
        let before = pair.trees();
        pair.both(verb);
        let after = pair.trees();
        assert!(before[0] != after[0] && before[1] != after[1], "{verb}");
        let plan = pair.ao(&["undo", "-n"]).ok();
        assert_eq!(plan.stdout.matches("would undo").count(), 2, "{plan}");
        let ids = pair.ids.clone();
        pair.ao(&["undo"]).ok().stdout_has(&ids[0]).stdout_has(&ids[1]);
        assert_eq!(pair.trees(), before, "{verb}");
        pair.ao(&["undo"]).ok();
        assert_eq!(pair.trees(), after, "{verb}, done again");
        if verb == "delete" {
            pair.ao(&["undo"]).ok();
            assert_eq!(pair.trees(), before);
        }
    }
    pair.ao(&["fsck"]).ok().stdout_is("");
}

#[test]
fn either_event_stands_for_the_change() {
    let mut pair = Pair::new();
    for event in [0, 1] {
        let before = pair.trees();
        pair.both("archive");
        let tips = pair.tips();
        // Later changes on both refs, which stay.
        let [a, b] = pair.ids.clone();
        pair.ao(&["unarchive", &a]).ok();
        pair.ao(&["undo"]).ok();
        pair.ao(&["unarchive", &b]).ok();
        pair.ao(&["undo"]).ok();
        let done = pair.ao(&["undo", "--json", &tips[event]]).ok().json()["undo"].clone();
        assert_eq!(done["event"]["id"], *tips[event]);
        assert_eq!(done["other_event"]["id"], *tips[1 - event]);
        assert_eq!(done["sessions"].as_array().map(Vec::len), Some(2));
        assert_eq!(pair.trees(), before);
        pair.ao(&["undo", &tips[event]]).ok().stderr_has("already undone");
    }
}

#[test]
fn a_conflict_in_one_half_refuses_both() {
    let mut pair = Pair::new();
    let [a, b] = pair.ids.clone();
    let before = pair.trees();
    pair.both("archive");
    let events = pair.tips();
    pair.ao(&["delete", &b]).ok();
    let tips = pair.tips();
    for event in &events {
        let refused = pair.ao(&["undo", event]).code(1);
        refused.stderr_has("changed again since").stderr_has(&format!("{b} *")).stderr_lacks(&a);
        assert_eq!(pair.tips(), tips);
    }
    pair.ao(&["undo", "--force", &events[0]]).ok().stdout_has(&a).stdout_has(&b);
    assert_eq!(pair.trees(), before);
}

#[test]
fn nothing_of_the_private_half_is_in_the_public_one() {
    let mut pair = Pair::new();
    pair.both("archive");
    pair.ao(&["undo"]).ok();
    let private = pair.tips()[1].clone();
    let public = pair.repo.git(["log", "--format=%H%n%B", REFS[0]]);
    assert!(!public.contains(&pair.ids[1]) && !public.contains("Ao-Public"), "{public}");
    let body = pair.repo.git(["show", "-s", "--format=%B", &private]);
    assert!(body.contains(&format!("Ao-Public: {}", pair.tips()[0])), "{body}");
}

#[test]
fn what_older_versions_wrote_is_undone_one_by_one() {
    let mut pair = Pair::new();
    let [a, b] = pair.ids.clone();
    // Two events in one second that do not name one another.
    pair.ao(&["archive", &a]).ok();
    pair.now -= 1;
    pair.ao(&["archive", &b]).ok();
    let tips = pair.tips();
    pair.ao(&["undo"]).code(1).stderr_has("in the same second");
    pair.ao(&["undo", &tips[0]]).ok().stdout_has(&a).stdout_lacks(&b);
    pair.ao(&["undo", &tips[1]]).ok().stdout_has(&b).stdout_lacks(&a);
}
