use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::{Combo, Objects, Refs, Repo, TestEnv};

/// Runs a test in the main worktrees of repositories with both hashes and both forms of refs.
pub fn each(test: impl Fn(&Repo)) {
    let strange = Combo { objects: Objects::Sha256, refs: Refs::Reftable, ..Combo::PLAIN };
    for combo in [Combo::PLAIN, strange] {
        test(&TestEnv::new().repo(combo));
    }
}

/// A session without an agent, whose work the test does.
pub struct Work {
    pub id: String,
    pub branch: String,
    pub path: PathBuf,
    pub tree: Repo,
}

impl Work {
    pub fn begin(repo: &Repo, title: &str) -> Self {
        let made = repo.ao(["spawn", "--json", "--no-agent", title]).ok().json();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let path = PathBuf::from(text(&made["workspace"]));
        let session = &made["session"];
        let (id, branch) = (text(&session["id"]), text(&session["branch"]));
        Self { id, branch, tree: repo.within(&path), path }
    }

    /// Puts the work on the main branch as a host does that merges its pull request.
    pub fn squash_as_a_host(&self, repo: &Repo, pr: u64) {
        repo.ao(["set", &self.id, &format!("pr_number={pr}")]).ok();
        repo.git(["merge", "-q", "--squash", &self.branch]);
        repo.git(["commit", "-q", "-m", &format!("Squash it (#{pr})")]);
    }

    /// Ends the session and removes its worktree and its branch, whether merged or not.
    pub fn end(&self, repo: &Repo) {
        repo.ao(["complete", &self.id]).ok();
        repo.git(["worktree", "remove", "--force", self.path.to_str().unwrap()]);
        repo.git(["branch", "-q", "-D", &self.branch]);
    }
}

/// Makes a repository that others clone, with what is there now.
pub fn hub(repo: &Repo) -> PathBuf {
    let hub = repo.env().path("hub.git");
    repo.git(["clone", "-q", "--bare", ".", hub.to_str().unwrap()]);
    repo.git(["remote", "add", "origin", hub.to_str().unwrap()]);
    hub
}

/// Pushes the main branch and the records, and returns a clone that has only these.
pub fn teammate(repo: &Repo, hub: &Path) -> Repo {
    repo.git(["push", "-q", "origin", "main"]);
    repo.ao(["push"]).ok();
    let mate = Repo::found(repo.env(), repo.env().path("mate"));
    repo.git(["clone", "-q", hub.to_str().unwrap(), mate.dir().to_str().unwrap()]);
    mate.ao(["pull"]).ok();
    mate
}

/// What is said of a commit or a line: the sessions, and the evidence.
pub fn why(repo: &Repo, what: &str) -> Vec<(String, String)> {
    let out = repo.ao(["why", "--json", what]);
    let found = out.json()["why"]["found"].as_array().unwrap().clone();
    assert_eq!(out.status, i32::from(found.is_empty()), "{what}");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    found.iter().map(|one| (text(&one["session"]), text(&one["evidence"]))).collect()
}

/// Asserts that a commit or a line comes from one session, by one kind of evidence.
#[track_caller]
pub fn is_from(repo: &Repo, what: &str, work: &Work, evidence: &str) {
    assert_eq!(why(repo, what), [(work.id.clone(), evidence.to_owned())], "{what}");
}

#[track_caller]
pub fn is_unknown(repo: &Repo, what: &str) {
    assert_eq!(why(repo, what), [], "{what}");
}

/// Runs git a minute later.
#[track_caller]
pub fn later(repo: &Repo, args: &[&str]) {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let date = format!("@{} +0000", now.as_secs() + 60);
    repo.env().git(repo.dir(), args).env("GIT_COMMITTER_DATE", date).run().ok();
}

pub fn tip(repo: &Repo, name: &str) -> String {
    repo.git(["rev-parse", name]).trim().to_owned()
}
