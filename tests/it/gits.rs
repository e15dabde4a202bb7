//! The main verbs with every git that is found, so that the oldest one is more than a number.
//!
//! AO_TEST_GITS names programs, separated by colons; without it the one of the system counts, where
//! PATH has another one.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use git_ao::git::{OLDEST_GIT, is_new_enough};
use git_ao::model::SessionId;

use crate::support::agents::{agent, events, wait_ended, workspace};
use crate::support::{Out, Repo, TestEnv, skipped};

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

/// Where the oldest one is, it is one of those with which tests run.
#[test]
fn the_oldest_git_is_tested_where_it_is_installed() {
    let env = TestEnv::new();
    let (major, minor) = OLDEST_GIT;
    let usual = version(&env, Path::new("git")).unwrap();
    let known = others(&env).into_iter().map(|(_, version)| version).chain([usual]);
    if !known.clone().any(|it| it.starts_with(&format!("git version {major}.{minor}."))) {
        let known = known.collect::<Vec<_>>().join(", ");
        skipped(&format!("git {major}.{minor} is not among those here: {known}"));
    }
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
        let user = User::new(&git);
        assert_eq!(user.git(&["version"]).trim(), version);
        user.works();
        user.shares();
        user.tidies_up();
    }
}

/// Somebody who has this git, and agents that have it too.
struct User {
    repo: Repo,
    path: OsString,
}

impl User {
    fn new(git: &Path) -> Self {
        let repo = Repo::new();
        let bin = repo.env().path("bin");
        fs::create_dir(&bin).unwrap();
        symlink(git, bin.join("git")).unwrap();
        let program = Path::new(env!("CARGO_BIN_EXE_git-ao"));
        // Hooks look for 'git-ao' on PATH.
        symlink(program, bin.join("git-ao")).unwrap();
        let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap()).into();
        let user = Self { repo, path };
        user.has_an_agent();
        user.ao(&["hooks", "install"]).ok();
        user
    }

    fn clone_as(&self, name: &str) -> Self {
        Self { repo: self.repo.clone_as(name), path: self.path.clone() }
    }

    fn has_an_agent(&self) {
        agent(&self.repo, "mine", "git add prompt && git commit -q -m work");
        self.git(&["config", "ao.agent", "mine"]);
        self.git(&["config", "ao.runtime", "detached"]);
    }

    fn ao(&self, args: &[&str]) -> Out {
        self.repo.ao_run(args).env("PATH", &self.path).run()
    }

    fn git(&self, args: &[&str]) -> String {
        self.git_in(self.repo.dir(), args)
    }

    fn git_in(&self, dir: &Path, args: &[&str]) -> String {
        self.repo.env().git(dir, args).env("PATH", &self.path).run().ok().stdout
    }

    /// A session whose agent has done its work.
    fn spawn(&self, args: &[&str]) -> SessionId {
        let made = self.ao(&[&["spawn", "--json"], args].concat()).ok();
        let id = made.json()["session"]["id"].as_str().unwrap().parse().unwrap();
        wait_ended(&self.repo, id);
        id
    }

    fn branch(&self, id: SessionId) -> String {
        let shown = self.ao(&["show", "--json", &id.to_string()]).ok().json();
        shown["session"]["branch"].as_str().unwrap().to_owned()
    }

    /// The verbs of a day, hooks, and what takes them back.
    fn works(&self) {
        let id = self.spawn(&["One"]);
        let name = id.to_string();
        self.ao(&["status", "--all"]).ok().stdout_has("One");
        self.ao(&["status", &name]).ok().stdout_has("One").stdout_has("+1");
        self.ao(&["list", "--all", "--json"]).ok().stdout_has(&name);
        self.ao(&["log", "--graph"]).ok().stdout_has("spawn");

        // What git does to a branch in a worktree reaches the record: by a hook, or by a look.
        let tree = workspace(&self.repo, id);
        self.git_in(&tree, &["branch", "-m", "renamed"]);
        self.ao(&["reconcile"]).ok();
        assert_eq!(self.branch(id), "renamed");
        self.git_in(&tree, &["switch", "-q", "-c", "switched"]);
        self.ao(&["reconcile"]).ok();
        assert_eq!(self.branch(id), "switched");
        let moved = self.repo.env().path("moved tree");
        self.git(&["worktree", "move", tree.to_str().unwrap(), moved.to_str().unwrap()]);
        self.ao(&["reconcile"]).ok();
        assert_eq!(workspace(&self.repo, id), moved);
        self.git(&["switch", "-q", "-c", "other"]);
        self.git(&["switch", "-q", "main"]);

        self.ao(&["set", &name, "title=Two", "tags=a,b"]).ok();
        self.ao(&["undo"]).ok();
        self.ao(&["show", &name]).ok().stdout_has("One").stdout_lacks("Two");
        self.ao(&["fork", "--no-agent", &name, "Three"]).ok();
        self.ao(&["restore", "--fresh", &name]).ok();
        wait_ended(&self.repo, id);
        let hidden = self.ao(&["spawn", "--json", "--private", "--no-agent", "Hidden"]).ok().json();
        self.ao(&["archive", &name, hidden["session"]["id"].as_str().unwrap()]).ok();
        self.ao(&["list"]).ok().stdout_lacks("One").stdout_lacks("Hidden");
        let event = self.git(&["rev-parse", "refs/ao/sessions"]);
        self.ao(&["undo", event.trim()]).ok();
        self.ao(&["list"]).ok().stdout_has("One").stdout_has("Hidden");
        self.ao(&["fsck"]).ok();
    }

    /// Two clones that change the same session, and a hub that only takes what is well-formed.
    fn shares(&self) {
        let hub = self.repo.env().path("hub.git");
        self.git(&["clone", "-q", "--bare", ".", hub.to_str().unwrap()]);
        self.git(&["remote", "add", "origin", hub.to_str().unwrap()]);
        let id = self.spawn(&["Shared"]);
        let name = id.to_string();
        self.ao(&["push", "--branches"]).ok();
        self.git_in(&hub, &["rev-parse", "--verify", &format!("refs/heads/{}", self.branch(id))]);

        let other = self.clone_as("other");
        other.git(&["remote", "set-url", "origin", hub.to_str().unwrap()]);
        other.ao(&["pull"]).ok();
        other.ao(&["set", &name, "title=Theirs"]).ok();
        self.ao(&["set", &name, "tags=ours"]).ok();
        other.ao(&["push"]).ok();
        self.ao(&["sync"]).ok();
        self.ao(&["show", &name]).ok().stdout_has("Theirs").stdout_has("ours");
        other.ao(&["fetch"]).ok();
        other.ao(&["pull"]).ok();
        other.ao(&["show", &name]).ok().stdout_has("Theirs").stdout_has("ours");
        other.ao(&["list"]).ok().stdout_lacks("Hidden");
        assert_eq!(events(&self.repo)[0], events(&other.repo)[0]);
        other.ao(&["fsck", "--remote", "origin"]).ok();
    }

    /// Worktrees of every state, and what removes them.
    fn tidies_up(&self) {
        let (clean, dirty) = (self.spawn(&["Clean"]), self.spawn(&["Dirty"]));
        let trees = [clean, dirty].map(|id| workspace(&self.repo, id));
        for file in ["args", "env"] {
            fs::remove_file(trees[0].join(file)).unwrap();
        }
        let (clean, dirty) = (clean.to_string(), dirty.to_string());
        self.ao(&["cleanup", "--dry-run"]).ok().stdout_has(&clean[..8]);
        assert!(trees[0].exists());
        // The work of the dirty one stays, and is said.
        self.ao(&["cleanup"]).stdout_has(&clean[..8]);
        assert!(!trees[0].exists());
        assert!(trees[1].join("args").exists());
        self.ao(&["cleanup", "--force"]).ok();
        assert!(!trees[1].exists());
        let backups = self.git(&["for-each-ref", "refs/ao/backup"]);
        assert!(backups.contains(&dirty), "{backups}");
        self.ao(&["restore", "--no-agent", &dirty]).ok();
        assert!(trees[1].join("prompt").exists());

        // One that somebody else removed.
        fs::remove_dir_all(&trees[1]).unwrap();
        self.ao(&["reconcile"]).ok();
        self.ao(&["restore", "--no-agent", &dirty]).ok();
        self.ao(&["archive", &clean]).ok();
        self.ao(&["unarchive", &clean]).ok();
        self.ao(&["delete", &clean]).ok();
        self.ao(&["undo"]).ok();
        self.ao(&["show", &clean]).ok().stdout_has("Clean");

        self.ao(&["doctor"]).stdout_lacks("too old");
        self.ao(&["fsck"]).ok();
        self.ao(&["hooks", "uninstall"]).ok();
        self.git(&["fsck", "--strict"]);
    }
}
