//! Sessions as the program makes and lists them.

use serde_json::Value;

use crate::support::Repo;

/// A session without an agent, and the repository as seen from its worktree.
pub fn spawn(repo: &Repo, title: &str) -> (String, Repo) {
    let made = repo.ao(["spawn", "--no-agent", "--json", title]).ok().json();
    let id = made["session"]["id"].as_str().unwrap().to_owned();
    (id, repo.within(made["workspace"].as_str().unwrap()))
}

/// What a listing lists, in its order.
pub fn ids(repo: &Repo, args: &[&str]) -> Vec<String> {
    let all: Value = repo.ao(args).ok().json();
    let ids = all["sessions"].as_array().unwrap().iter();
    ids.map(|session| session["id"].as_str().unwrap().to_owned()).collect()
}
