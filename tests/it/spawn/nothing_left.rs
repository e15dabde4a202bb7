use std::fs;
use std::io::Read as _;
use std::process::Command;

use super::{line, traces};
use crate::support::{Combo, Repo, TestEnv};

#[test]
fn a_branch_that_cannot_be_leaves_nothing() {
    let repo = Repo::new();
    line(&repo, ["branch", "ao"]);
    let before = traces(&repo);
    repo.ao(["spawn", "x"])
        .code(128)
        .stderr_has("cannot create branch 'ao/")
        .stderr_has("hint: rename 'ao', or choose another name with --branch or ao.branchPrefix");
    repo.ao(["spawn", "--branch", "main", "x"]).code(128).stderr_is(
        "fatal: a branch named 'main' already exists\nhint: choose another name with --branch\n",
    );
    for bad in ["a b", "..", "x.lock", "-x", "a~1", "/x", "@"] {
        let branch = format!("--branch={bad}");
        repo.ao(["spawn", &branch, "x"]).code(128).stderr_has("is not a valid branch name");
    }
    assert_eq!(traces(&repo), before);
}

#[test]
fn a_place_that_cannot_be_leaves_nothing() {
    let repo = Repo::new();
    let file = repo.env().path("file");
    fs::write(&file, "mine").unwrap();
    line(&repo, ["config", "ao.worktreeDir", file.to_str().unwrap()]);
    let before = traces(&repo);
    repo.ao(["spawn", "x"]).code(128).stderr_has("cannot ");
    assert_eq!(traces(&repo), before);
    assert_eq!(fs::read_to_string(file).unwrap(), "mine");
    line(&repo, ["config", "--unset", "ao.worktreeDir"]);
    repo.ao_run(["spawn", "x"]).without("HOME").run().code(128).stderr_has("ao.worktreeDir");
    assert_eq!(traces(&repo), before);
}

#[test]
fn an_unborn_branch_and_no_repository_say_what_to_do() {
    let env = TestEnv::new();
    let repo = Repo::init(&env, "unborn", Combo::PLAIN);
    let before = traces(&repo);
    repo.ao(["spawn", "x"]).code(128).stderr_has("has no commits yet").stderr_has("hint: ");
    assert_eq!(traces(&repo), before);
    env.ao(&env.root(), ["spawn", "x"]).run().code(128).stderr_has("fatal: not a git repository");
}

/// The hook runs while the worktree is made: whatever it does comes between the steps of a spawn.
fn with_hook(repo: &Repo, body: &str) {
    repo.hook("post-checkout", body);
}

#[test]
fn a_record_that_cannot_be_written_takes_the_worktree_with_it() {
    let repo = Repo::new();
    // A store of a newer version turns up after the plan was made.
    with_hook(
        &repo,
        "unset GIT_DIR GIT_INDEX_FILE GIT_WORK_TREE
         blob=$(echo 2 | git hash-object -w --stdin)
         tree=$(printf '100644 blob %s\\tversion\\n' $blob | git mktree)
         git update-ref refs/ao/sessions $(git commit-tree -m newer $tree)",
    );
    repo.ao(["spawn", "x"]).code(128).stderr_has("format version 2");
    assert_eq!(line(&repo, ["worktree", "list"]).lines().count(), 1);
    assert_eq!(line(&repo, ["branch", "--list", "ao/*"]), "");
    assert!(!repo.env().home().join(".worktrees").exists());
    assert_eq!(line(&repo, ["log", "--format=%s", "refs/ao/sessions"]), "newer");
}

#[test]
fn a_signal_in_the_middle_leaves_nothing() {
    for (signal, status) in [("TERM", 143), ("INT", 130), ("HUP", 129)] {
        let repo = Repo::new();
        let before = traces(&repo);
        let fifo = |name: &str| {
            let path = repo.env().path(name);
            assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
            path
        };
        let (reached, go_on) = (fifo("reached"), fifo("go-on"));
        with_hook(
            &repo,
            &format!("echo here >'{}'; read x <'{}'", reached.display(), go_on.display()),
        );
        let mut child = repo.ao_run(["spawn", "x"]).spawn();
        fs::read_to_string(&reached).unwrap();
        let mut kill = Command::new("kill");
        kill.args([&format!("-{signal}"), &child.id().to_string()]);
        assert!(kill.status().unwrap().success());
        fs::write(&go_on, "\n").unwrap();
        let mut said = String::new();
        child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(status), "{signal}: {said}");
        assert_eq!(traces(&repo), before, "{signal}");
        assert!(said.contains("interrupted; everything was undone"), "{signal}: {said}");
    }
}

#[test]
fn a_kill_in_the_middle_leaves_no_record_and_a_whole_store() {
    let repo = Repo::new();
    repo.ao(["spawn", "first"]).ok();
    let tip = line(&repo, ["rev-parse", "refs/ao/sessions"]);
    with_hook(&repo, "kill -9 $(ps -o ppid= -p $PPID)");
    repo.ao(["spawn", "x"]).code(128 + 9);
    assert_eq!(line(&repo, ["rev-parse", "refs/ao/sessions"]), tip);
    fs::remove_file(repo.common_dir().join("hooks/post-checkout")).unwrap();
    repo.ao(["spawn", "next"]).ok();
    line(&repo, ["fsck", "--strict"]);
}
