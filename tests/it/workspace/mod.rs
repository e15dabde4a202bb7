//! Worktrees for sessions, with real git.

mod add;
mod layouts;
mod merged;
mod nested;
mod recreate;
mod remove;
mod state;

use std::path::Path;

use git_ao::git::Repository;
use git_ao::model::{Oid, SessionId};
use git_ao::workspace::{Addition, Branch};

use crate::support::Repo;

fn open(repo: &Repo) -> Repository {
    Repository::discover(repo.dir()).unwrap()
}

fn id() -> SessionId {
    "7b6d11f9-5a0e-4f0c-9d0e-5a7f1c2b3d4e".parse().unwrap()
}

fn main_commit(repo: &Repo) -> Oid {
    repo.git(["rev-parse", "main"]).trim().parse().unwrap()
}

/// A new branch, begun at `main`.
fn new(repo: &Repo, path: &Path, branch: &str) -> Addition {
    let branch = Branch::New { name: branch.to_owned(), at: main_commit(repo) };
    Addition::new(path, branch, id())
}

fn existing(path: &Path, branch: &str) -> Addition {
    let branch = Branch::Existing { name: branch.to_owned() };
    Addition::new(path, branch, id())
}

/// What git knows of branches and worktrees.
fn known(repo: &Repo) -> (String, String) {
    (repo.git(["for-each-ref"]), repo.git(["worktree", "list", "--porcelain"]))
}
