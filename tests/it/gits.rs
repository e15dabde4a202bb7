//! The main verbs with every git that is found, so that the oldest one is more than a number.
//!
//! AO_TEST_GITS names programs, separated by colons; without it the one of the system counts, where
//! PATH has another one.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use git_ao::git::{OLDEST_GIT, is_new_enough};

use crate::support::agents::{agent, wait_ended};
use crate::support::{Repo, Run, TestEnv, skipped};

fn version(env: &TestEnv, git: &Path) -> Option<String> {
    let output = env.run(&env.root(), git, ["version"]).command().output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Those that are not the one with which all other tests run.
fn others(env: &TestEnv) -> Vec<(PathBuf, String)> {
    let usual = version(env, Path::new("git"));
    let named = std::env::var_os("AO_TEST_GITS").unwrap_or_else(|| "/usr/bin/git".into());
    let mut found: Vec<(PathBuf, String)> = Vec::new();
    for git in std::env::split_paths(&named) {
        let Some(version) = version(env, &git) else { continue };
        if Some(&version) != usual.as_ref() && found.iter().all(|(_, known)| *known != version) {
            found.push((git, version));
        }
    }
    found
}

#[test]
fn the_oldest_git_is_said_once() {
    let (major, minor) = OLDEST_GIT;
    let readme = include_str!("../../README.md");
    assert!(readme.contains(&format!("git {major}.{minor} or newer")));
    assert!(is_new_enough(&format!("git version {major}.{minor}.0")));
}

#[test]
fn every_git_does() {
    let env = TestEnv::new();
    let gits = others(&env);
    if gits.is_empty() {
        return skipped("no second git here; AO_TEST_GITS names one");
    }
    for (git, version) in gits {
        eprintln!("with {version}");
        assert!(is_new_enough(&version), "{version} is older than what is supported");
        everyday(&git);
    }
}

fn everyday(git: &Path) {
    let repo = Repo::new();
    let bin = repo.env().path("bin");
    std::fs::create_dir(&bin).unwrap();
    symlink(git, bin.join("git")).unwrap();
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    let run = |args: &[&str]| -> Run { repo.ao_run(args).env("PATH", &path) };
    let ao = |args: &[&str]| run(args).run();
    agent(&repo, "mine", "git commit -q --allow-empty -m work");

    ao(&["hooks", "install"]).ok();
    let made = ao(&["spawn", "--json", "--agent", "mine", "--runtime", "detached", "One"]).ok();
    let id = made.json()["session"]["id"].as_str().unwrap().to_owned();
    wait_ended(&repo, id.parse().unwrap());
    ao(&["status", "--all"]).ok().stdout_has("One");
    ao(&["status", &id]).ok().stdout_has("One");
    ao(&["list", "--all", "--json"]).ok();
    ao(&["show", &id]).ok();
    ao(&["log", "--graph"]).ok().stdout_has("spawn");
    ao(&["set", &id, "title=Two", "tags=a,b"]).ok();
    ao(&["fork", "--no-agent", &id, "Three"]).ok();
    ao(&["restore", "--fresh", &id]).ok();
    wait_ended(&repo, id.parse().unwrap());

    // Sharing, both ways.
    let hub = repo.env().path("hub.git");
    let hub = hub.to_str().unwrap();
    repo.git(["init", "-q", "--bare", hub]);
    repo.git(["remote", "add", "origin", hub]);
    ao(&["push"]).ok();
    ao(&["pull"]).ok();

    // Worktrees of every state, and what removes them.
    ao(&["reconcile"]).ok();
    ao(&["cleanup", "--dry-run"]);
    ao(&["archive", &id]).ok();
    ao(&["unarchive", &id]).ok();
    ao(&["cleanup", "--force"]);
    ao(&["fsck"]).ok();
    ao(&["doctor"]).stdout_lacks("too old");
    ao(&["hooks", "uninstall"]).ok();
    ao(&["delete", &id]).ok();
}
