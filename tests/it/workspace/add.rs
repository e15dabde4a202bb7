//! All of a workspace, or nothing.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use git_ao::git::Repository;
use git_ao::workspace::{Workspace, WorkspaceError, Worktrees, session_here};

use super::{existing, id, known, new, open};
use crate::support::{Repo, alone, for_each_repo, tree_of};

#[test]
fn a_new_one_knows_its_branch_and_its_session() {
    alone(|| {
        for_each_repo(|repo| {
            let path = repo.env().path("w/demo/7b6d11f9");
            let git = open(repo);
            let kept = Worktrees::new(&git).add(&new(repo, &path, "ao/x")).unwrap().keep();
            assert_eq!(kept, path);
            let there = repo.within(&path);
            assert_eq!(there.git(["symbolic-ref", "HEAD"]).trim(), "refs/heads/ao/x");
            assert_eq!(there.git(["status", "--porcelain"]), "");
            assert_eq!(fs::read_to_string(path.join("README")).unwrap(), "demo\n");
            let marker = there.git(["rev-parse", "--git-path", "AO_SESSION"]);
            assert_eq!(fs::read_to_string(marker.trim()).unwrap(), format!("{}\n", id()));
            assert_eq!(session_here(&Repository::discover(&path).unwrap()), Some(id()));
            assert_eq!(session_here(&git), None);
        });
    });
}

#[test]
fn one_that_is_not_kept_leaves_nothing() {
    alone(|| {
        for_each_repo(|repo| {
            let (git, before) = (open(repo), known(repo));
            let path = repo.env().path("w/demo/x");
            let worktrees = Worktrees::new(&git);
            let added = worktrees.add(&new(repo, &path, "ao/x")).unwrap();
            fs::write(added.path().join("node_modules"), "made by a hook").unwrap();
            drop(added);
            assert_eq!(known(repo), before);
            assert!(!repo.env().path("w").exists());

            fs::create_dir(repo.env().path("w")).unwrap();
            drop(worktrees.add(&new(repo, &repo.env().path("w"), "ao/x")).unwrap());
            assert!(repo.env().path("w").exists(), "an empty folder was there before");
            assert_eq!(known(repo), before);
        });
    });
}

#[test]
fn path_and_branch_collisions_are_distinct() {
    alone(|| {
        for_each_repo(|repo| {
            let git = open(repo);
            let worktrees = Worktrees::new(&git);
            let path = repo.env().path("w");
            repo.git(["branch", "taken", "main"]);
            repo.git(["branch", "deep/er", "main"]);
            let full = repo.env().path("full");
            fs::create_dir(&full).unwrap();
            fs::write(full.join("precious"), "").unwrap();
            fs::write(repo.env().path("file"), "").unwrap();
            std::os::unix::fs::symlink("nowhere", repo.env().path("link")).unwrap();
            let user = repo.env().path("user");
            repo.git(["worktree", "add", "-q", "-b", "busy", user.to_str().unwrap(), "main"]);
            let (before, picture) = (known(repo), tree_of(repo.env().root()));

            let refused = |addition| worktrees.add(&addition).unwrap_err();
            use WorkspaceError as E;
            assert!(
                matches!(refused(new(repo, &path, "taken")), E::BranchExists(n) if n == "taken")
            );
            for name in ["full", "file", "link", "user"] {
                let taken = refused(new(repo, &repo.env().path(name), "fresh"));
                assert!(matches!(taken, E::PathTaken(p) if p.ends_with(name)), "{name}");
            }
            let blocked = refused(new(repo, &path, "taken/a/b"));
            assert!(matches!(blocked, E::BranchBlocked { by, .. } if by == "taken"));
            let blocked = refused(new(repo, &path, "deep"));
            assert!(matches!(blocked, E::BranchBlocked { by, .. } if by == "deep/er"));
            for name in ["-x", "a..b", "HEAD", "a b", "", "x.lock"] {
                assert!(matches!(refused(new(repo, &path, name)), E::InvalidBranch(_)), "{name}");
            }
            assert!(matches!(refused(existing(&path, "gone")), E::BranchMissing(n) if n == "gone"));
            let in_use = refused(existing(&path, "busy"));
            assert!(matches!(in_use, E::BranchInUse { path, .. } if path == user));
            let mut nowhere = new(repo, &path, "fresh");
            let zeros = "1".repeat(super::main_commit(repo).as_str().len());
            nowhere.branch =
                git_ao::workspace::Branch::New { name: "fresh".into(), at: zeros.parse().unwrap() };
            assert!(matches!(refused(nowhere), E::BaseMissing(_)));
            assert_eq!(known(repo), before);
            tree_of(repo.env().root()).assert_same(&picture);
        });
    });
}

#[test]
fn a_worktree_that_is_missing_is_not_taken_over() {
    alone(|| {
        let repo = Repo::new();
        let (git, path) = (open(&repo), repo.env().path("w"));
        repo.git(["worktree", "add", "-q", "-b", "theirs", path.to_str().unwrap()]);
        fs::remove_dir_all(&path).unwrap();
        let before = known(&repo);
        let error = Worktrees::new(&git).add(&new(&repo, &path, "ao/x")).unwrap_err();
        assert!(matches!(error, WorkspaceError::Registered { locked: None, .. }), "{error}");
        assert_eq!(known(&repo), before);
    });
}

#[test]
fn post_checkout_runs_as_git_runs_it() {
    alone(|| {
        let repo = Repo::new();
        repo.git(["config", "core.hooksPath", "tools/hooks"]);
        let hook = "#!/bin/sh\necho \"$@\" >ran; pwd >>ran; git rev-parse --abbrev-ref HEAD >>ran\n\
                    echo \"$LC_ALL\" >>ran; echo no >&2; exit 3\n";
        let file = repo.write("tools/hooks/post-checkout", hook);
        fs::set_permissions(file, fs::Permissions::from_mode(0o755)).unwrap();
        let (git, path) = (open(&repo.within("tools")), repo.env().path("w"));
        let worktrees = Worktrees::new(&git);
        let added = worktrees.add(&new(&repo, &path, "ao/x")).unwrap();
        let ran = fs::read_to_string(path.join("ran")).unwrap();
        let base = super::main_commit(&repo);
        let zeros = "0".repeat(40);
        assert_eq!(ran, format!("{zeros} {base} 1\n{}\nao/x\nC.UTF-8\n", path.display()));
        assert_eq!(added.complaint(), Some("no"));
        drop(added);
        assert!(!path.exists());
    });
}

#[test]
fn a_checkout_that_fails_takes_everything_back() {
    alone(|| {
        for_each_repo(|repo| {
            let (git, before) = (open(repo), known(repo));
            let path = repo.env().path("w/x");
            // A filter that must succeed and does not: git has made branch and folder by then.
            repo.git(["config", "filter.broken.smudge", "false"]);
            repo.git(["config", "filter.broken.required", "true"]);
            let attributes = repo.common_dir().join("info/attributes");
            fs::create_dir_all(attributes.parent().unwrap()).unwrap();
            fs::write(attributes, "* filter=broken\n").unwrap();
            let error = Worktrees::new(&git).add(&new(repo, &path, "ao/x")).unwrap_err();
            assert!(error.to_string().contains("filter"), "{error}");
            assert_eq!(known(repo), before);
            assert!(!repo.env().path("w").exists());
        });
    });
}
