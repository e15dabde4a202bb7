//! Sessions and what remotes have that is not here yet.

use std::fs;
use std::path::PathBuf;

use super::{line, spawn, text, traces, workspace};
use crate::support::{Combo, Repo, TestEnv, alone};

/// A clone of a repository, and the one that somebody else pushes from.
struct Clones {
    here: Repo,
    theirs: Repo,
    origin: PathBuf,
}

impl Clones {
    fn new() -> Self {
        let env = TestEnv::new();
        let theirs = env.repo(Combo::PLAIN);
        theirs.commit("a", "a");
        let origin = env.path("origin.git");
        theirs.git(["init", "-q", "--bare", "-b", "main", origin.to_str().unwrap()]);
        theirs.git(["remote", "add", "origin", origin.to_str().unwrap()]);
        theirs.git(["push", "-q", "-u", "origin", "main"]);
        let here = env.path("here");
        theirs.git(["clone", "-q", origin.to_str().unwrap(), here.to_str().unwrap()]);
        let here = theirs.within(here);
        Self { here, theirs, origin }
    }

    /// Commits there, and pushes it.
    fn pushed(&self, branch: &str, name: &str) -> String {
        self.theirs.git(["switch", "-q", branch]);
        let commit = self.theirs.commit(name, name);
        self.theirs.git(["push", "-q", "origin", branch]);
        commit
    }
}

#[test]
fn a_base_that_is_behind_is_told_of_and_fetched() {
    alone(|| {
        let all = Clones::new();
        let here = &all.here;
        let quiet = here.ao(["spawn", "--no-agent", "One"]).ok();
        assert!(!quiet.stderr.contains("behind"), "{}", quiet.stderr);
        let first = all.pushed("main", "b");
        let quiet = here.ao(["spawn", "--no-agent", "Two"]).ok();
        assert!(!quiet.stderr.contains("behind"), "nothing was fetched: {}", quiet.stderr);
        here.git(["fetch", "-q"]);
        here.ao(["spawn", "--no-agent", "Three"])
            .ok()
            .stderr_has("hint: 'main' is 1 commit behind 'origin/main'")
            .stderr_has("hint: to start there, use --base origin/main");
        all.pushed("main", "c");
        let last = all.pushed("main", "d");
        let before = line(here, ["rev-parse", "main"]);
        fs::remove_file(here.common_dir().join("FETCH_HEAD")).unwrap();

        // What would be made is told without the network.
        let planned =
            here.ao(["spawn", "--fetch", "--no-agent", "-n", "--json", "Four"]).ok().json();
        assert_eq!(planned["session"]["base"]["commit"], first.as_str());
        let out = here.ao(["spawn", "--fetch", "--no-agent", "--json", "Four"]).ok();
        assert!(!out.stderr.contains("behind"), "{}", out.stderr);
        let made = out.json();
        assert_eq!(made["session"]["base"]["branch"], "main");
        assert_eq!(made["session"]["base"]["commit"], last.as_str());
        assert_eq!(line(&here.within(workspace(&made)), ["rev-parse", "HEAD"]), last);
        assert_eq!(line(here, ["rev-parse", "main"]), before, "the branch itself stays");
        assert!(!here.common_dir().join("FETCH_HEAD").exists(), "it is the user's");

        // A branch that is ahead is not behind; one that is both starts at what was fetched.
        here.commit("own", "own");
        let out = here.ao(["spawn", "--fetch", "--no-agent", "--json", "Five"]).ok();
        let out = out.stderr_has("starts at 'origin/main', without 1 commit that only 'main' has");
        assert_eq!(out.json()["session"]["base"]["commit"], last.as_str());
        here.git(["merge", "-q", "origin/main"]);
        let out = here.ao(["spawn", "--fetch", "--no-agent", "--json", "Six"]).ok();
        assert_eq!(
            out.json()["session"]["base"]["commit"],
            line(here, ["rev-parse", "main"]).as_str()
        );
    });
}

#[test]
fn work_that_starts_at_a_branch_of_a_remote_is_meant_for_the_local_one() {
    alone(|| {
        let all = Clones::new();
        let here = &all.here;
        let tip = all.pushed("main", "b");
        here.git(["fetch", "-q"]);
        let made = spawn(here, &["--no-agent", "--base", "origin/main", "One"]);
        assert_eq!(made["session"]["base"]["branch"], "main");
        assert_eq!(made["session"]["base"]["commit"], tip.as_str());
        here.within(workspace(&made)).commit("work", "work");
        here.ao(["land", "--check"]).ok().stdout_has(&text(&made, "id")[..8]);
        here.ao(["land", text(&made, "id")]).ok();
        here.git(["merge-base", "--is-ancestor", tip.as_str(), "main"]);

        // The branch of another remote of that name is where the work starts, whatever the local
        // branch tracks.
        let fork = here.env().path("fork.git");
        here.git(["clone", "-q", "--bare", all.origin.to_str().unwrap(), fork.to_str().unwrap()]);
        here.git(["remote", "add", "their/fork", fork.to_str().unwrap()]);
        here.git(["fetch", "-q", "their/fork"]);
        all.pushed("main", "c");
        here.git(["fetch", "-q"]);
        let out = here.ao(["spawn", "--no-agent", "--json", "--base", "their/fork/main", "Two"]);
        let out = out.ok().stderr_lacks("behind").json();
        assert_eq!(out["session"]["base"]["branch"], "main");
        assert_eq!(out["session"]["base"]["commit"], tip.as_str());

        // Without a local branch of that name, there is none to guess.
        all.theirs.git(["switch", "-q", "-c", "topic"]);
        all.pushed("topic", "t");
        here.git(["fetch", "-q"]);
        here.git(["branch", "-q", "mine", "origin/topic"]);
        let made = spawn(here, &["--no-agent", "--base", "origin/topic", "Three"]);
        assert_eq!(made["session"]["base"].get("branch"), None);
    });
}

#[test]
fn branches_of_remotes_are_fetched_before_they_are_looked_for() {
    alone(|| {
        let all = Clones::new();
        let here = &all.here;
        all.theirs.git(["switch", "-q", "-c", "topic"]);
        let tip = all.pushed("topic", "t");
        here.ao(["spawn", "--no-agent", "--on", "topic", "x"]).code(128);
        let made = spawn(here, &["--no-agent", "--fetch", "--on", "topic", "Go on"]);
        assert_eq!(text(&made, "head"), tip);
        assert_eq!(line(here, ["rev-parse", "--abbrev-ref", "topic@{u}"]), "origin/topic");
        here.ao(["complete", text(&made, "id")]).ok();
        let later = all.pushed("topic", "u");
        let base = spawn(here, &["--no-agent", "--fetch", "--base", "origin/topic", "From it"]);
        assert_eq!(text(&base, "head"), later);
        here.ao(["spawn", "--no-agent", "--on", "topic", "Again"])
            .ok()
            .stderr_has("'topic' is 1 commit behind 'origin/topic'")
            .stderr_has("merge --ff-only origin/topic");
    });
}

#[test]
fn a_fetch_that_fails_makes_nothing() {
    alone(|| {
        let all = Clones::new();
        let here = &all.here;
        here.git(["tag", "v1"]);
        here.git(["switch", "-q", "-c", "local"]);
        let before = traces(here);
        for args in
            [&["x"][..], &["--base", "local", "x"], &["--base", "v1", "x"], &["--on", "local", "x"]]
        {
            let out = here.ao([&["spawn", "--no-agent", "--fetch"], args].concat());
            assert_ne!(out.status, 0);
            if args.contains(&"v1") {
                out.stderr_has("couldn't find remote ref refs/heads/v1")
                    .stderr_has("leave out --fetch");
            } else {
                out.stderr_has("'local' has no upstream to fetch from")
                    .stderr_has("leave out --fetch");
            }
            assert_eq!(traces(here), before);
        }
        here.git(["switch", "-q", "--detach"]);
        let out = here.ao(["spawn", "--no-agent", "--fetch", "x"]).code(1);
        out.stderr_has("'HEAD' has no upstream");
        here.git(["switch", "-q", "main"]);
        let before = traces(here);
        fs::rename(&all.origin, all.origin.with_extension("away")).unwrap();
        let out = here.ao(["spawn", "--no-agent", "--fetch", "--attempts", "2", "x"]);
        assert_ne!(out.status, 0);
        out.stderr_has("cannot fetch from 'origin'").stderr_has("nothing was started");
        here.git(["remote", "set-url", "origin", "http://127.0.0.1:1/nothing.git"]);
        let out = here.ao(["spawn", "--no-agent", "--fetch", "x"]);
        assert_ne!(out.status, 0);
        out.stderr_has("leave out --fetch");
        assert_eq!(traces(here), before);
    });
}
