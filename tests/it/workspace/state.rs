//! Every state that a workspace can be in, and that looking changes nothing.

use std::fs;
use std::path::{Path, PathBuf};

use git_ao::workspace::{
    Changes, Condition, Detail, Divergence, ExpectedWorktree, Operation, Workspace, WorkspaceState,
    Worktrees,
};

use super::{id, new, open};
use crate::support::{Combo, Refs, Repo, TestEnv, alone, for_each_format, for_each_repo, tree_of};

fn look(repo: &Repo, path: &Path, detail: Detail) -> WorkspaceState {
    let git = open(repo);
    Worktrees::new(&git).state(&ExpectedWorktree::new(path).branch("ao/x"), detail).unwrap()
}

fn condition(repo: &Repo, path: &Path) -> Condition {
    let state = look(repo, path, Detail::Place);
    let full = look(repo, path, Detail::Changes);
    assert_eq!(full.condition, state.condition, "both ways to look see the same");
    state.condition
}

/// A session's worktree on branch `ao/x`.
fn workspace(repo: &Repo) -> (Repo, PathBuf) {
    let path = repo.env().path("w/x");
    let git = open(repo);
    let worktrees = Worktrees::new(&git);
    let path = worktrees.add(&new(repo, &path, "ao/x")).unwrap().keep();
    (repo.within(&path), path)
}

/// Both ways to keep refs.
fn for_both_ref_stores(test: impl Fn(&Repo)) {
    for refs in [Refs::Files, Refs::Reftable] {
        if refs == Refs::Files || Refs::can_be_chosen() {
            test(&TestEnv::new().repo(Combo { refs, ..Combo::PLAIN }));
        }
    }
}

#[test]
fn ready_missing_and_known_to_git() {
    alone(|| {
        for_each_format(|repo| {
            let (_, path) = workspace(repo);
            assert_eq!(condition(repo, &path), Condition::Ready);
            assert_eq!(look(repo, &path, Detail::Place).branch.as_deref(), Some("ao/x"));
            assert_eq!(condition(repo, &repo.env().path("nothing")), Condition::Missing);
            fs::remove_dir_all(&path).unwrap();
            assert_eq!(condition(repo, &path), Condition::Prunable);
            repo.git(["worktree", "prune", "--expire=now"]);
            assert_eq!(condition(repo, &path), Condition::Missing);
        });
    });
}

#[test]
fn exists_requires_own_toplevel_and_common_dir() {
    alone(|| {
        for_each_repo(|repo| {
            let (there, path) = workspace(repo);
            // A plain folder inside a repository: `git rev-parse` succeeds there.
            there.write("folder/file", "");
            there.within("folder").git(["rev-parse"]);
            assert_eq!(condition(repo, &path.join("folder")), Condition::NotAWorktree);
            // A git directory: `git rev-parse --is-inside-work-tree` ends with 0 there.
            repo.env().git(&repo.common_dir(), ["rev-parse", "--is-inside-work-tree"]).run().ok();
            assert_eq!(condition(repo, &repo.common_dir()), Condition::NotAWorktree);
            // A worktree that lost its `.git` below another repository.
            let outer = Repo::init(repo.env(), "outer", Combo::PLAIN);
            let inner = outer.dir().join("inner");
            repo.git(["worktree", "add", "-q", "-b", "ao/y", inner.to_str().unwrap(), "main"]);
            fs::remove_file(inner.join(".git")).unwrap();
            outer.within("inner").git(["rev-parse", "--is-inside-work-tree"]);
            assert_eq!(condition(repo, &inner), Condition::NotAWorktree);
            // A worktree, but another repository's.
            let foreign = condition(repo, outer.dir());
            assert_eq!(foreign, Condition::Foreign(outer.dir().join(".git")));
            outer.commit("a", "a");
            let linked = repo.env().path("linked-of-outer");
            outer.git(["worktree", "add", "-q", "-b", "ao/x", linked.to_str().unwrap()]);
            assert_eq!(condition(repo, &linked), foreign);
        });
    });
}

#[test]
fn files_links_and_what_only_points_here_are_no_worktrees() {
    alone(|| {
        let repo = Repo::new();
        let (_, path) = workspace(&repo);
        let at = |name: &str| repo.env().path(name);
        fs::write(at("file"), "").unwrap();
        assert_eq!(condition(&repo, &at("file")), Condition::NotAWorktree);
        std::os::unix::fs::symlink("nowhere", at("broken")).unwrap();
        assert_eq!(condition(&repo, &at("broken")), Condition::NotAWorktree);
        std::os::unix::fs::symlink(&path, at("link")).unwrap();
        assert_eq!(condition(&repo, &at("link")), Condition::Ready);
        for (text, wanted) in [
            ("gitdir: /nowhere\n", Condition::NotAWorktree),
            ("no git file", Condition::NotAWorktree),
            ("gitdir: \n", Condition::NotAWorktree),
        ] {
            fs::create_dir_all(at("odd")).unwrap();
            fs::write(at("odd/.git"), text).unwrap();
            assert_eq!(condition(&repo, &at("odd")), wanted, "{text}");
        }
        // A copy of a worktree has its `.git`, and git knows only the original.
        fs::create_dir(at("copy")).unwrap();
        fs::copy(path.join(".git"), at("copy/.git")).unwrap();
        assert_eq!(condition(&repo, &at("copy")), Condition::Unregistered);
        assert_eq!(condition(&repo, &path), Condition::Ready);
        fs::rename(&path, at("moved")).unwrap();
        assert_eq!(condition(&repo, &at("moved")), Condition::Unregistered);
        assert_eq!(condition(&repo, &path), Condition::Prunable);
        repo.git(["worktree", "prune", "--expire=now"]);
        assert_eq!(condition(&repo, &at("moved")), Condition::Unregistered);
    });
}

#[test]
fn a_repository_that_moved_does_not_take_its_worktrees_for_lost() {
    alone(|| {
        let repo = Repo::new();
        let (_, path) = workspace(&repo);
        let there = repo.env().path("elsewhere");
        fs::rename(repo.dir(), &there).unwrap();
        assert_eq!(condition(&repo.within(&there), &path), Condition::Unregistered);
        repo.within(&there).git(["worktree", "repair"]);
        assert_eq!(condition(&repo.within(&there), &path), Condition::Ready);
    });
}

#[test]
fn branch_mismatch_is_reported() {
    alone(|| {
        for_each_format(|repo| {
            let (there, path) = workspace(repo);
            there.git(["checkout", "-q", "-b", "other"]);
            assert_eq!(condition(repo, &path), Condition::WrongBranch("other".to_owned()));
            there.git(["checkout", "-q", "--detach"]);
            assert_eq!(condition(repo, &path), Condition::Detached);
            there.git(["checkout", "-q", "ao/x"]);
            assert_eq!(condition(repo, &path), Condition::Ready);
        });
    });
}

#[test]
fn what_git_is_in_the_middle_of_is_named() {
    alone(|| {
        for_both_ref_stores(|repo| {
            let (there, path) = workspace(repo);
            repo.commit("README", "theirs\n");
            let theirs = repo.git(["rev-parse", "main"]);
            let theirs = theirs.trim();
            there.commit("README", "ours\n");
            let ours = there.git(["rev-parse", "HEAD"]);
            let stop = |verb: &[&str]| assert_ne!(there.git_result(verb).status, 0, "{verb:?}");
            let full = || look(repo, &path, Detail::Changes);
            let busy = |operation| {
                let state = full();
                assert_eq!(state.condition, Condition::Busy(operation));
                assert_eq!(state.branch.as_deref(), Some("ao/x"));
                assert_eq!(state.changes.unwrap().conflicted, 1);
            };
            stop(&["merge", theirs]);
            busy(Operation::Merge);
            there.git(["merge", "--abort"]);
            stop(&["rebase", theirs]);
            busy(Operation::Rebase);
            there.git(["rebase", "--abort"]);
            stop(&["rebase", "--apply", theirs]);
            busy(Operation::Rebase);
            there.git(["rebase", "--abort"]);
            stop(&["cherry-pick", theirs]);
            busy(Operation::CherryPick);
            there.git(["cherry-pick", "--abort"]);
            there.commit("README", "more\n");
            stop(&["revert", "--no-edit", ours.trim()]);
            busy(Operation::Revert);
            there.git(["revert", "--abort"]);
            there.git(["bisect", "start"]);
            assert_eq!(full().condition, Condition::Busy(Operation::Bisect));
            there.git(["bisect", "reset"]);
            assert_eq!(full().condition, Condition::Ready);
        });
    });
}

#[test]
fn changes_are_counted_and_looking_writes_nothing() {
    alone(|| {
        for_both_ref_stores(|repo| {
            let (there, path) = workspace(repo);
            there.commit("a", "1\n");
            there.commit("b", "1\n");
            // What a user has set to see less must not hide what could be lost.
            repo.config("status.showUntrackedFiles", "no");
            assert!(look(repo, &path, Detail::Changes).changes.unwrap().is_clean());
            there.write("a", "2\n");
            there.git(["add", "a"]);
            there.write("a", "3\n");
            fs::remove_file(path.join("b")).unwrap();
            there.write("new/one", "");
            there.write("new/two", "");
            there.write("ignored.log", "");
            let exclude = repo.common_dir().join("info/exclude");
            fs::create_dir_all(exclude.parent().unwrap()).unwrap();
            fs::write(exclude, "*.log\n").unwrap();
            // Same content, another time: a git that may would refresh the index now.
            there.write("README", "demo\n");
            repo.git(["worktree", "lock", "--reason", "on a stick", path.to_str().unwrap()]);

            let before = tree_of(repo.env().root());
            let state = look(repo, &path, Detail::Changes);
            let changes = Changes { staged: 1, unstaged: 2, untracked: 1, conflicted: 0 };
            assert_eq!(state.changes, Some(changes));
            assert_eq!(state.locked.as_deref(), Some("on a stick"));
            assert_eq!(look(repo, &path, Detail::Place).changes, None);
            tree_of(repo.env().root()).assert_same(&before);
        });
    });
}

#[test]
fn ahead_and_behind_are_those_of_git() {
    alone(|| {
        for_both_ref_stores(|repo| {
            let (there, path) = workspace(repo);
            there.git(["branch", "-q", "--set-upstream-to=main"]);
            there.commit("a", "1\n");
            there.commit("b", "1\n");
            repo.commit("c", "1\n");
            let stands = Divergence { ahead: 2, behind: 1 };
            assert_eq!(look(repo, &path, Detail::Changes).upstream, Some(stands));
            let git = open(repo);
            let main = git.read_ref("refs/heads/main").unwrap().unwrap();
            let topic = git.read_ref("refs/heads/ao/x").unwrap().unwrap();
            let pairs =
                [(topic.clone(), main.clone()), (main.clone(), main.clone()), (main, topic)];
            let all = Worktrees::new(&git).divergences(&pairs).unwrap();
            let other = Divergence { ahead: 1, behind: 2 };
            assert_eq!(all, [Some(stands), Some(Divergence::default()), Some(other)]);
        });
    });
}

#[test]
fn one_that_cannot_be_read_does_not_hide_the_others() {
    alone(|| {
        let repo = Repo::new();
        let (there, path) = workspace(&repo);
        let index = there.git(["rev-parse", "--git-path", "index"]);
        fs::write(index.trim(), "no index").unwrap();
        let git = open(&repo);
        let places = [ExpectedWorktree::new(&path), ExpectedWorktree::new(repo.dir())];
        let states = Worktrees::new(&git).states(&places, Detail::Changes).unwrap();
        assert!(matches!(states[0].condition, Condition::Unreadable(_)), "{states:?}");
        assert_eq!(states[1].condition, Condition::Ready);
    });
}

#[test]
fn a_worktree_that_was_moved_is_found_by_its_session() {
    alone(|| {
        for_both_ref_stores(|repo| {
            let (_, path) = workspace(repo);
            let there = repo.env().path("there");
            let args = ["worktree", "move", path.to_str().unwrap(), there.to_str().unwrap()];
            repo.git(args);
            let git = open(repo);
            let sessions = Worktrees::new(&git).sessions().unwrap();
            assert_eq!(sessions.into_iter().collect::<Vec<_>>(), [(id(), there.clone())]);
            assert_eq!(condition(repo, &there), Condition::Ready);
            assert_eq!(condition(repo, &path), Condition::Missing);
        });
    });
}

#[test]
fn relative_links_between_worktree_and_repository_are_followed() {
    alone(|| {
        let repo = Repo::new();
        let (there, path) = workspace(&repo);
        let git_dir = there.git(["rev-parse", "--absolute-git-dir"]);
        let name = Path::new(git_dir.trim()).file_name().unwrap().to_str().unwrap();
        let dot_git = format!("gitdir: ../../demo/.git/worktrees/{name}\n");
        fs::write(path.join(".git"), dot_git).unwrap();
        fs::write(Path::new(git_dir.trim()).join("gitdir"), "../../../../w/x/.git\n").unwrap();
        assert_eq!(condition(&repo, &path), Condition::Ready);
    });
}
