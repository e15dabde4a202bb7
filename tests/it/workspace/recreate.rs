//! A workspace that is gone is no dead end.

use std::fs;
use std::path::Path;

use git_ao::git::Repository;
use git_ao::model::Oid;
use git_ao::workspace::{Recreation, Workspace, WorkspaceError, Worktrees, session_here};

use super::{existing, id, known, new, open};
use crate::support::{Repo, alone, for_each_format};

fn recreate(
    repo: &Repo,
    path: &Path,
    head: Option<&Oid>,
) -> Result<Option<String>, WorkspaceError> {
    let git = open(repo);
    let worktrees = Worktrees::new(&git);
    let mut again = Recreation::new(path, "ao/x", id());
    again.head = head;
    let added = worktrees.recreate(&again)?;
    let backup = added.backup().map(str::to_owned);
    added.keep();
    Ok(backup)
}

#[test]
fn it_comes_back_from_the_branch_or_the_head() {
    alone(|| {
        for_each_format(|repo| {
            let path = repo.env().path("w/x");
            let there = repo.within(&path);
            let git = open(repo);
            let worktrees = Worktrees::new(&git);
            worktrees.add(&new(repo, &path, "ao/x")).unwrap().keep();
            let tip = there.commit("a", "1\n");
            let head: Oid = tip.parse().unwrap();
            let is_back = || {
                assert_eq!(there.git(["symbolic-ref", "HEAD"]).trim(), "refs/heads/ao/x");
                assert_eq!(there.git(["rev-parse", "HEAD"]).trim(), tip);
                assert_eq!(there.git(["status", "--porcelain"]), "");
                assert_eq!(session_here(&Repository::discover(&path).unwrap()), Some(id()));
            };
            // The folder is gone, and git does not know it yet.
            fs::remove_dir_all(&path).unwrap();
            assert_eq!(recreate(repo, &path, None).unwrap(), None);
            is_back();
            // Emptied, but still there.
            fs::remove_dir_all(&path).unwrap();
            fs::create_dir(&path).unwrap();
            assert_eq!(recreate(repo, &path, None).unwrap(), None);
            is_back();
            // Removed by git; the branch too.
            repo.git(["worktree", "remove", path.to_str().unwrap()]);
            repo.git(["branch", "-q", "-D", "ao/x"]);
            let error = recreate(repo, &path, None).unwrap_err();
            assert!(matches!(error, WorkspaceError::BranchMissing(_)), "{error}");
            assert_eq!(recreate(repo, &path, Some(&head)).unwrap(), None);
            is_back();
            // Removed by git, and an empty folder is left.
            repo.git(["worktree", "remove", path.to_str().unwrap()]);
            fs::create_dir(&path).unwrap();
            assert_eq!(recreate(repo, &path, None).unwrap(), None);
            is_back();
            // It is there.
            let error = recreate(repo, &path, Some(&head)).unwrap_err();
            assert!(matches!(error, WorkspaceError::PathTaken(_)), "{error}");
        });
    });
}

#[test]
fn what_was_staged_in_a_vanished_one_is_kept() {
    alone(|| {
        for_each_format(|repo| {
            let path = repo.env().path("x");
            let there = repo.within(&path);
            let git = open(repo);
            Worktrees::new(&git).add(&new(repo, &path, "ao/x")).unwrap().keep();
            there.write("staged", "s\n");
            there.git(["add", "staged"]);
            fs::remove_dir_all(&path).unwrap();
            let backup = recreate(repo, &path, None).unwrap().unwrap();
            assert_eq!(repo.git(["show", &format!("{backup}:staged")]), "s\n");
            assert_eq!(there.git(["status", "--porcelain"]), "");
        });
    });
}

#[test]
fn one_that_vanished_in_a_merge_comes_back() {
    alone(|| {
        let repo = Repo::new();
        let path = repo.env().path("x");
        let there = repo.within(&path);
        let git = open(&repo);
        Worktrees::new(&git).add(&new(&repo, &path, "ao/x")).unwrap().keep();
        repo.commit("README", "theirs\n");
        there.commit("README", "ours\n");
        there.git_result(["merge", "main"]).code(1);
        fs::remove_dir_all(&path).unwrap();
        recreate(&repo, &path, None).unwrap();
        assert_eq!(there.git(["status", "--porcelain"]), "");
    });
}

#[test]
fn what_is_impossible_touches_nothing() {
    alone(|| {
        let repo = Repo::new();
        let path = repo.env().path("x");
        let git = open(&repo);
        let worktrees = Worktrees::new(&git);
        worktrees.add(&new(&repo, &path, "ao/x")).unwrap().keep();
        fs::remove_dir_all(&path).unwrap();
        let other = repo.env().path("other");
        repo.git(["worktree", "add", "-q", "--force", other.to_str().unwrap(), "ao/x"]);
        let before = known(&repo);
        let error = recreate(&repo, &path, None).unwrap_err();
        assert!(matches!(error, WorkspaceError::BranchInUse { path, .. } if path == other));
        repo.git(["worktree", "lock", path.to_str().unwrap()]);
        let error = recreate(&repo, &path, None).unwrap_err();
        assert!(matches!(error, WorkspaceError::Locked { .. }), "{error}");
        repo.git(["worktree", "unlock", path.to_str().unwrap()]);
        assert_eq!(known(&repo), before);
    });
}

#[test]
fn a_branch_that_is_being_rebased_elsewhere_is_in_use() {
    alone(|| {
        let repo = Repo::new();
        let path = repo.env().path("x");
        let there = repo.within(&path);
        let git = open(&repo);
        let worktrees = Worktrees::new(&git);
        worktrees.add(&new(&repo, &path, "ao/x")).unwrap().keep();
        repo.commit("README", "theirs\n");
        there.commit("README", "ours\n");
        there.git_result(["rebase", "main"]).code(1);
        let error = worktrees.add(&existing(&repo.env().path("y"), "ao/x")).unwrap_err();
        assert!(matches!(error, WorkspaceError::BranchInUse { path: p, .. } if p == path));
    });
}

#[test]
fn history_survives_worktree_removal() {
    alone(|| {
        let repo = Repo::new();
        let path = repo.env().path("x");
        let git = open(&repo);
        let worktrees = Worktrees::new(&git);
        worktrees.add(&new(&repo, &path, "ao/x")).unwrap().keep();
        let store = git_ao::store::Store::discover(&path).unwrap();
        let now = store.clock().now();
        let session = git_ao::model::Session::new(id(), "demo".parse().unwrap(), now);
        store.create(&session).unwrap();
        repo.git(["worktree", "remove", "--force", path.to_str().unwrap()]);
        let store = git_ao::store::Store::discover(repo.dir()).unwrap();
        assert_eq!(store.snapshot().unwrap().session(id()).unwrap().id, id());
    });
}
