//! What is not committed in the worktree that a session starts from stays there, and is named.

use std::fs;

use serde_json::Value;

use crate::support::{Out, Repo};

fn made(out: &Out) -> Value {
    out.clone().ok().json()
}

fn workspace(value: &Value) -> &str {
    value["workspace"].as_str().unwrap()
}

/// Changes of each kind: staged, not staged, removed, and files that git does not know.
fn change(there: &Repo) {
    there.write("README", "changed\n");
    there.write("staged", "1\n");
    there.git(["add", "staged"]);
    there.write("new file/it's", "2\n");
}

fn status(there: &Repo) -> String {
    there.git(["status", "--porcelain", "-uall"])
}

/// Runs the commands of the hint.
fn take_along(repo: &Repo, out: &Out) {
    let (_, lines) = out.stderr.split_once("hint: to copy them:\n").unwrap();
    let lines: Vec<_> = lines.lines().take_while(|line| line.contains("git -C")).collect();
    assert_eq!(lines.len(), 2, "{out}");
    for line in lines {
        let line = line.trim_start_matches("hint:");
        repo.env().run(&repo.env().root(), "sh", ["-c", line]).run().ok();
    }
}

#[test]
fn of_the_parent_of_a_fork() {
    let repo = Repo::new();
    let parent = made(&repo.ao(["spawn", "--json", "--no-agent", "x"]));
    let there = repo.within(workspace(&parent));
    let id = parent["short_id"].as_str().unwrap();
    let fork = |more: &[&str]| repo.ao([&["fork", "--json", "--no-agent", id, "y"], more].concat());
    fork(&[]).ok().stderr_lacks("uncommitted");
    change(&there);
    let before = status(&there);
    let out = fork(&[]).ok();
    let out = out.stderr_has(&format!(
        "warning: uncommitted changes in '{}' are not copied (1 staged, 1 unstaged, 1 untracked)\n",
        there.dir().display()
    ));
    let new = repo.within(workspace(&made(&out)));
    assert_eq!(status(&new), "");
    take_along(&repo, &out);
    assert_eq!(status(&there), before, "nothing was taken from the parent");
    for name in ["README", "staged", "new file/it's"] {
        let read = |repo: &Repo| fs::read_to_string(repo.dir().join(name)).unwrap();
        assert_eq!(read(&new), read(&there));
    }
    // One that starts elsewhere has nothing to take along.
    fork(&["--base", "main"]).ok().stderr_lacks("uncommitted");
    // Before it is made, it is said too.
    let planned = fork(&["--dry-run"]).ok().stderr_has("uncommitted changes in ");
    planned.stderr_lacks("git -C");
    fork(&["--no-worktree"]).ok().stderr_has("uncommitted changes in ").stderr_lacks("git -C");
}

#[test]
fn of_the_worktree_that_is_on_the_base() {
    let repo = Repo::new();
    let topic = repo.env().path("it's topic");
    repo.git(["worktree", "add", "-q", "-b", "topic", topic.to_str().unwrap()]);
    let there = repo.within(&topic);
    let spawn = |base: &str| {
        let out = repo.ao(["spawn", "--json", "--no-agent", "--base", base, "x"]).ok();
        let new = repo.within(workspace(&made(&out)));
        (out, new)
    };
    spawn("topic").0.stderr_lacks("uncommitted");
    change(&there);
    let (out, new) = spawn("topic");
    let out = out.stderr_has(&format!("uncommitted changes in '{}'", topic.display()));
    take_along(&repo, &out);
    assert_eq!(fs::read_to_string(new.dir().join("README")).unwrap(), "changed\n");
    // A commit is no worktree's, and main's worktree is clean.
    let commit = there.git(["rev-parse", "HEAD"]);
    spawn(commit.trim()).0.stderr_lacks("uncommitted");
    spawn("main").0.stderr_lacks("uncommitted");
    // A fork that starts there is told the same.
    let fork = ["fork", "--json", "--no-agent", "latest", "--base", "topic", "y"];
    repo.ao(fork).ok().stderr_has(&format!("uncommitted changes in '{}'", topic.display()));
}
