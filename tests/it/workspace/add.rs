//! All of a workspace, or nothing.

use std::fs;
use std::path::{Path, PathBuf};

use git_ao::git::Repository;
use git_ao::workspace::{
    Added, Addition, Branch, Condition, Detail, ExpectedWorktree, Workspace, WorkspaceError,
    Worktrees, session_here,
};

use super::{existing, id, known, new, open};
use crate::support::{
    Combo, Refs, Repo, TestEnv, alone, employ, for_each_format, for_each_repo, race, tree_of,
    worker, write_script,
};

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
        for_each_format(|repo| {
            repo.hook("post-checkout", "echo 'made by a hook' >node_modules");
            let (git, before) = (open(repo), known(repo));
            let path = repo.env().path("w/demo/x");
            let worktrees = Worktrees::new(&git);
            let added = worktrees.add(&new(repo, &path, "ao/x")).unwrap();
            assert!(added.path().join("node_modules").exists());
            drop(added);
            assert_eq!(known(repo), before);
            assert!(!repo.env().path("w").exists());
        });
    });
}

#[test]
fn path_and_branch_collisions_are_distinct() {
    for locale in ["C.UTF-8", "de_DE.UTF-8"] {
        let env = TestEnv::new();
        let run = employ(&env, &env.root(), collide, &[]);
        run.env("LC_ALL", locale).env("LANGUAGE", "de").run().ok();
    }
}

#[test]
fn collide() {
    worker(|_| {
        for_each_format(|repo| {
            let git = open(repo);
            let worktrees = Worktrees::new(&git);
            let path = repo.env().path("w");
            repo.git(["branch", "taken", "main"]);
            repo.git(["branch", "deep/er", "main"]);
            let full = repo.env().path("full");
            fs::create_dir(&full).unwrap();
            fs::create_dir(repo.env().path("empty")).unwrap();
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
            for name in ["full", "empty", "file", "link", "user"] {
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
fn add_here() {
    worker(|args| {
        let git = Repository::discover(Path::new(".")).unwrap();
        let at = args[2].parse().unwrap();
        let branch = Branch::New { name: args[1].to_owned(), at };
        let addition = Addition::new(args[0], branch, id());
        let worktrees = Worktrees::new(&git);
        let added = worktrees.add(&addition);
        added.map(Added::keep).unwrap_or_else(|error| panic!("{error}"));
    });
}

/// Runs eight that want a path and a branch each; the one that got what it wanted.
fn winner(repo: &Repo, wants: impl Fn(usize) -> (PathBuf, String)) -> (PathBuf, String) {
    let at = super::main_commit(repo);
    let outs = race(8, |i| {
        let (path, branch) = wants(i);
        let args = [path.to_str().unwrap(), &branch, at.as_str()];
        employ(repo.env(), repo.dir(), add_here, &args)
    });
    let won: Vec<_> = (0..8).filter(|i| outs[*i].status == 0).collect();
    assert_eq!(won.len(), 1, "{}", outs.iter().map(|out| &*out.stderr).collect::<String>());
    wants(won[0])
}

#[test]
fn of_many_at_once_one_wins_and_the_others_leave_nothing() {
    alone(|| {
        for refs in [Refs::Files, Refs::Reftable] {
            if refs == Refs::Reftable && !Refs::can_be_chosen() {
                continue;
            }
            let repo = TestEnv::new().repo(Combo { refs, ..Combo::PLAIN });
            let path = repo.env().path("w/same");
            let one_path = winner(&repo, |i| (path.clone(), format!("ao/{i}")));
            let one_branch = winner(&repo, |i| (repo.env().path(format!("v/{i}")), "ao/x".into()));
            let git = open(&repo);
            for (path, branch) in [&one_path, &one_branch] {
                let place = ExpectedWorktree::new(path).branch(branch);
                let state = Worktrees::new(&git).state(&place, Detail::Changes).unwrap();
                assert_eq!(state.condition, Condition::Ready);
                assert!(state.changes.unwrap().is_clean());
            }
            let mut left = vec!["main".to_owned(), one_path.1, one_branch.1];
            left.sort();
            let branches = repo.git(["for-each-ref", "--format=%(refname:lstrip=2)"]);
            let mut branches: Vec<_> = branches.lines().collect();
            branches.sort_unstable();
            assert_eq!(branches, left);
            assert_eq!(fs::read_dir(repo.env().path("v")).unwrap().count(), 1);
            assert_eq!(repo.git(["worktree", "list"]).lines().count(), 3);
        }
    });
}

#[test]
fn a_git_that_is_killed_leaves_nothing() {
    alone(|| {
        let repo = Repo::new();
        repo.hook("post-checkout", "kill -KILL $PPID");
        let (git, before) = (open(&repo), known(&repo));
        let path = repo.env().path("w/x");
        let error = Worktrees::new(&git).add(&new(&repo, &path, "ao/x")).unwrap_err();
        assert!(matches!(error, WorkspaceError::Git(_)), "{error}");
        assert_eq!(known(&repo), before);
        assert!(!repo.env().path("w").exists());
    });
}

#[test]
fn a_folder_that_cannot_be_made_takes_the_branch_back() {
    alone(|| {
        let repo = Repo::new();
        let (git, before) = (open(&repo), known(&repo));
        fs::write(repo.env().path("file"), "").unwrap();
        let path = repo.env().path("file/x");
        let error = Worktrees::new(&git).add(&new(&repo, &path, "ao/x")).unwrap_err();
        assert!(matches!(error, WorkspaceError::Io { .. }), "{error}");
        assert_eq!(known(&repo), before);
    });
}

#[test]
fn a_repository_without_a_commit_says_so() {
    alone(|| {
        let repo = Repo::init(&TestEnv::new(), "empty", Combo::PLAIN);
        let git = open(&repo);
        let worktrees = Worktrees::new(&git);
        let unborn = worktrees.base(None).unwrap_err();
        assert!(matches!(unborn, WorkspaceError::Unborn(name) if name == "main"));
        let missing = worktrees.base(Some("-x")).unwrap_err();
        assert!(matches!(missing, WorkspaceError::BaseMissing(name) if name == "-x"));
        let commit = repo.commit("a", "a");
        for (named, branch) in
            [(None, Some("main")), (Some("main"), Some("main")), (Some(&*commit), None)]
        {
            let base = worktrees.base(named).unwrap();
            assert_eq!(base.branch.as_deref(), branch);
            assert_eq!(base.commit.unwrap().as_str(), commit);
        }
    });
}

#[test]
fn worktrees_go_where_the_setting_says_else_below_home() {
    alone(|| {
        let repo = Repo::new();
        let home = PathBuf::from(std::env::var_os("HOME").unwrap()).canonicalize().unwrap();
        let path = || {
            let git = open(&repo);
            Worktrees::new(&git).default_path(&"demo".parse().unwrap(), id()).unwrap()
        };
        assert_eq!(path(), home.join(".worktrees/demo/7b6d11f9"));
        repo.config("ao.worktreeDir", "~/trees");
        assert_eq!(path(), home.join("trees/demo/7b6d11f9"));
        repo.config("ao.worktreeDir", "../beside");
        assert_eq!(path(), repo.env().path("beside/demo/7b6d11f9"));
    });
}

#[test]
fn post_checkout_runs_as_git_runs_it() {
    alone(|| {
        let repo = Repo::new();
        repo.config("core.hooksPath", "tools/hooks");
        let hook = "echo \"$@\" >ran; pwd >>ran; git rev-parse --abbrev-ref HEAD >>ran\n\
                    echo \"$LC_ALL\" >>ran; echo no >&2; exit 3";
        write_script(&repo.dir().join("tools/hooks/post-checkout"), hook);
        let (git, path) = (open(&repo.within("tools")), repo.env().path("w"));
        let worktrees = Worktrees::new(&git);
        let added = worktrees.add(&new(&repo, &path, "ao/x")).unwrap();
        let ran = fs::read_to_string(path.join("ran")).unwrap();
        let base = super::main_commit(&repo);
        let zeros = "0".repeat(40);
        assert_eq!(ran, format!("{zeros} {base} 1\n{}\nao/x\nC.UTF-8\n", path.display()));
        assert_eq!(added.remarks().hook.as_deref(), Some("no"));
        drop(added);
        assert!(!path.exists());
    });
}

#[test]
fn a_checkout_that_fails_takes_everything_back() {
    alone(|| {
        for_each_format(|repo| {
            let (git, before) = (open(repo), known(repo));
            let path = repo.env().path("w/x");
            // A filter that must succeed and does not: git has made branch and folder by then.
            repo.config("filter.broken.smudge", "false");
            repo.config("filter.broken.required", "true");
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
