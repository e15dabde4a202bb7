//! `log --commits`: what the sessions have committed, among the events.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::support::{Combo, Objects, Out, Refs, Repo, TestEnv};

/// A session without an agent, in which the test commits.
struct Work {
    id: String,
    branch: String,
    tree: Repo,
}

/// Runs the program a minute later.
fn ao(repo: &Repo, args: &[&str]) -> Out {
    repo.ao_run(args).at(repo.env().tick()).run()
}

impl Work {
    fn begin(repo: &Repo, args: &[&str]) -> Self {
        let args = [args, &["--json", "--no-agent"]].concat();
        let made = ao(repo, &args).ok().json();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let path = PathBuf::from(text(&made["workspace"]));
        let (id, branch) = (text(&made["session"]["id"]), text(&made["session"]["branch"]));
        Self { id, branch, tree: repo.within(path) }
    }

    /// Commits a minute later.
    fn commit(&self, name: &str) -> String {
        self.tree.write(name, name);
        self.later(&["add", "."]);
        self.later(&["commit", "-q", "-m", name]);
        self.tree.git(["rev-parse", "HEAD"]).trim().to_owned()
    }

    fn later(&self, args: &[&str]) {
        let date = format!("@{} +0000", self.tree.env().tick());
        let git = self.tree.env().git(self.tree.dir(), args);
        git.env("GIT_COMMITTER_DATE", &date).env("GIT_AUTHOR_DATE", &date).run().ok();
    }

    fn line(&self, name: &str) -> String {
        format!("commit {}: {name}", &self.id[..8])
    }
}

/// What `log --commits --oneline` shows of spawns and commits, newest first and without ids.
fn lines(repo: &Repo, args: &[&str]) -> Vec<String> {
    let out = repo.ao(["log", "--commits", "--oneline"].iter().chain(args)).ok().stderr_is("");
    let lines = out.stdout.lines().map(|line| line.split_once(' ').unwrap().1.to_owned());
    lines.filter(|line| ["spawn", "commit"].iter().any(|op| line.starts_with(op))).collect()
}

fn repo() -> Repo {
    let repo = TestEnv::new().repo(Combo::PLAIN);
    repo.config("user.name", "Ann Author");
    repo.config("user.email", "ann@example.com");
    repo
}

#[test]
fn commits_stand_at_their_time() {
    let strange = Combo { objects: Objects::Sha256, refs: Refs::Reftable, ..Combo::LINKED };
    for combo in [Combo::PLAIN, strange] {
        let repo = TestEnv::new().repo(combo);
        let one = Work::begin(&repo, &["spawn", "One"]);
        one.commit("a");
        let two = Work::begin(&repo, &["spawn", "Two"]);
        two.commit("b");
        one.commit("c");
        ao(&repo, &["complete", &two.id]).ok();
        let (first, second) = (&one.id[..8], &two.id[..8]);
        let expected = [
            one.line("c"),
            two.line("b"),
            format!("spawn {second}: Two"),
            one.line("a"),
            format!("spawn {first}: One"),
        ];
        assert_eq!(lines(&repo, &[]), expected);
        let reversed: Vec<_> = expected.iter().rev().cloned().collect();
        assert_eq!(lines(&repo, &["--reverse"]), reversed);
        assert_eq!(lines(&repo, &["--op", "commit", "-n", "2"]), expected[..2]);
        assert_eq!(lines(&repo, &["--op", "spawn"]), [&*expected[2], &*expected[4]]);
        assert_eq!(lines(&repo, &[&one.id]), [&*expected[0], &*expected[3], &*expected[4]]);
        assert_eq!(lines(&repo, &["--author", "nobody"]), [""; 0]);
        let time = repo.ao(["log", "--json", "--op", "spawn", "-n1"]).ok().json();
        let time = time["events"][0]["date"].as_str().unwrap().to_owned();
        assert_eq!(lines(&repo, &["--since", &time]), expected[..3]);
        assert_eq!(lines(&repo, &["--until", &time]), expected[2..]);
    }
}

#[test]
fn a_commit_is_shown_like_an_event() {
    let repo = repo();
    let work = Work::begin(&repo, &["spawn", "Fix it"]);
    let commit = work.commit("x");
    let parent = repo.git(["rev-parse", "main"]).trim().to_owned();
    let short = &work.id[..8];
    for args in [&["log", "--commits", "-n1"][..], &["log", "--commits", "-n1", "-p"]] {
        repo.ao(args).ok().stdout_is(&format!(
            "commit {commit}\n\
             Author: Ann Author <ann@example.com>\n\
             Date:   Thu Jan 1 00:03:00 2026 +0000\n\
             \n    commit {short}: x\n\
             \n    Session: {} Fix it\n",
            work.id
        ));
    }
    let shown = repo.ao(["log", "--commits", "-n1", "--json"]).ok().json();
    assert_eq!(
        shown["events"][0],
        json!({
            "id": commit, "parents": [parent],
            "author": {"name": "Ann Author", "email": "ann@example.com"},
            "date": "2026-01-01T00:03:00.000Z", "op": "commit",
            "subject": format!("commit {short}: x"), "sessions": [work.id],
            "replica": null, "automatic": false, "conflicts": [],
        })
    );
    repo.ao(["log", "--commits", "--graph"]).code(129).stderr_has("--graph");
}

#[test]
fn only_what_was_committed_there_counts() {
    let repo = repo();
    let work = Work::begin(&repo, &["spawn", "One"]);
    work.commit("own");
    let others = repo.commit("others", "1");
    work.later(&["rebase", "-q", "main"]);
    work.commit("later");
    repo.commit("more", "2");
    work.later(&["merge", "-q", "--no-edit", "main"]);
    let spawned = format!("spawn {}: One", &work.id[..8]);
    let expected = [work.line("later"), work.line("own"), spawned];
    assert_eq!(lines(&repo, &[]), expected);
    ao(&repo, &["land", "--squash", &work.id]).ok();
    ao(&repo, &["archive", &work.id]).ok();
    assert_eq!(lines(&repo, &[]), expected, "the branch and the worktree are gone");
    repo.ao(["why", &others]).code(1);
    ao(&repo, &["delete", &work.id]).ok();
    assert_eq!(lines(&repo, &["--op", "commit"]), [""; 0]);
    repo.ao(["log", "--commits", "--op", "commit", &work.id]).ok().stdout_is("");
}

#[test]
fn a_fork_has_those_of_its_parent_up_to_the_fork() {
    let repo = repo();
    let parent = Work::begin(&repo, &["spawn", "Parent"]);
    parent.commit("before");
    let child = Work::begin(&repo, &["fork", &parent.id, "Child"]);
    parent.commit("after");
    child.commit("own");
    let of = |id: &str| lines(&repo, &["--op", "commit", id]);
    assert_eq!(of(&child.id), [child.line("own"), parent.line("before")]);
    assert_eq!(of(&parent.id), [parent.line("after"), parent.line("before")]);
    assert_eq!(lines(&repo, &["--op", "commit"]).len(), 3);
}

#[test]
fn a_clone_shows_the_commits_that_it_has() {
    let repo = repo();
    let work = Work::begin(&repo, &["spawn", "One"]);
    work.commit("a");
    ao(&repo, &["complete", &work.id]).ok();
    let remote = repo.env().path("remote.git");
    repo.git(["init", "-q", "--bare", remote.to_str().unwrap()]);
    repo.git(["remote", "add", "origin", remote.to_str().unwrap()]);
    repo.git(["push", "-q", "origin", "main"]);
    repo.ao(["push"]).ok();
    let there = Repo::found(repo.env(), repo.env().path("theirs"));
    repo.git(["clone", "-q", remote.to_str().unwrap(), there.dir().to_str().unwrap()]);
    there.ao(["pull"]).ok();
    assert_eq!(lines(&there, &[]), [format!("spawn {}: One", &work.id[..8])]);
    let named = there.ao(["log", "--commits", "--oneline", &work.id]).ok();
    named.stderr_has("hint: commits of this session are not in this clone").stdout_has("spawn");
    repo.git(["push", "-q", "origin", &work.branch]);
    there.git(["fetch", "-q"]);
    assert_eq!(lines(&there, &["-n1", "--op", "commit", &work.id]), [work.line("a")]);
}

#[test]
fn all_dates_that_git_knows() {
    let repo = repo();
    // A Wednesday, at a quarter past two.
    let now = 1_767_795_300;
    let hours_ago = |hours: i64| now - hours * 3600;
    for (title, hours) in [("old", 130), ("weekend", 80), ("night", 15), ("new", 1)] {
        let args = ["spawn", "--no-agent", "--no-worktree", title];
        repo.ao_run(args).at(hours_ago(hours)).run().ok();
    }
    for (since, count) in [
        ("yesterday", 2),
        ("today", 1),
        ("midnight", 1),
        ("noon", 1),
        ("2 hours ago", 1),
        ("16 hours ago", 2),
        ("last friday", 3),
        ("90.minutes", 1),
        ("2026-01-05 00:00", 2),
        ("Jan 3 2026", 3),
    ] {
        let args = ["log", "--oneline", "--op", "spawn", "--since", since];
        let out = repo.ao_run(args).at(now).run().ok();
        assert_eq!(out.stdout.lines().count(), count, "{since}: {out}");
    }
    let refused = repo.ao_run(["log", "--since", "the other day"]).at(now).run();
    refused.code(129).stderr_has("'the other day' is not a time");
}
