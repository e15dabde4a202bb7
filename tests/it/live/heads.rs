//! The last commits of sessions outlive their branches, in this clone only.

use std::path::{Path, PathBuf};

use git_ao::store::{HEADS_REF, Store};

use crate::support::agents::record;
use crate::support::sessions::store;
use crate::support::{Repo, alone, for_each_format};

fn spawn(repo: &Repo, title: &str) -> (String, PathBuf) {
    let made = repo.ao(["spawn", "--json", "--no-agent", title]).ok().json();
    let path = made["workspace"].as_str().unwrap().into();
    (made["session"]["id"].as_str().unwrap().to_owned(), path)
}

/// Removes all that leads to a session's work, but for what git ao keeps, and then what nothing
/// leads to.
fn forget(repo: &Repo, worktree: &Path, branch: &str) {
    repo.git(["worktree", "remove", "--force", worktree.to_str().unwrap()]);
    repo.git(["branch", "-q", "-D", branch]);
    collect(repo);
}

/// Collects as git does after months.
fn collect(repo: &Repo) {
    let expire = ["-c", "gc.reflogExpire=now", "-c", "gc.reflogExpireUnreachable=now"];
    repo.git(expire.iter().chain(&["gc", "-q", "--prune=now"]));
}

fn has(repo: &Repo, commit: &str) -> bool {
    repo.git_result(["cat-file", "-e", &format!("{commit}^{{commit}}")]).status == 0
}

fn kept(store: &Store) -> Vec<(String, String)> {
    let heads = store.kept_heads().unwrap().into_iter();
    heads.map(|head| (head.session.to_string(), head.commit.to_string())).collect()
}

#[test]
fn they_survive_garbage_collection_and_go_nowhere() {
    for_each_format(|repo| {
        let (id, path) = spawn(repo, "One");
        let tree = repo.within(&path);
        tree.git(["switch", "-q", "-c", "its-own"]);
        let first = tree.commit("first", "1");
        repo.ao(["complete", &id]).ok();
        let session = record(repo, id.parse().unwrap());
        assert_eq!(
            (session.branch.as_deref(), session.head.unwrap().as_str()),
            (Some("its-own"), first.as_str())
        );
        // What was committed later is seen by the cleanup.
        let second = tree.commit("second", "2");
        repo.ao(["cleanup", "--force"]).ok();
        assert!(!path.exists());
        repo.git(["branch", "-q", "-D", "its-own"]);
        repo.git(["update-ref", "-d", &format!("refs/ao/backup/{id}")]);
        collect(repo);
        assert!(has(repo, &first) && has(repo, &second));
        let expected = [(id.clone(), first.clone()), (id.clone(), second.clone())];
        assert_eq!(kept(&store(repo)), expected);
        let heads = store(repo).snapshot().unwrap().heads(id.parse().unwrap()).unwrap();
        let heads: Vec<_> = heads.iter().map(|head| head.as_str().to_owned()).collect();
        let base = repo.git(["rev-parse", "main"]).trim().to_owned();
        assert_eq!(heads, [second.clone(), first.clone(), base]);
        // Neither a mirror nor a bundle has the work.
        let mirror = repo.env().path(format!("{}-mirror.git", repo.combo()));
        let hash = format!("--object-format={}", repo.combo().objects.name());
        repo.git(["init", "-q", "--bare", &hash, mirror.to_str().unwrap()]);
        repo.git(["push", "-q", "--mirror", mirror.to_str().unwrap()]);
        let mirror = repo.within(&mirror);
        assert!(mirror.git(["ls-tree", "-r", HEADS_REF]).is_empty());
        let bundle = repo.env().path(format!("{}.bundle", repo.combo()));
        repo.git(["bundle", "create", "-q", bundle.to_str().unwrap(), "--all"]);
        let unbundled = repo.env().path(format!("{}-unbundled.git", repo.combo()));
        repo.git(["init", "-q", "--bare", &hash, unbundled.to_str().unwrap()]);
        let unbundled = repo.within(&unbundled);
        unbundled.git(["fetch", "-q", bundle.to_str().unwrap(), "+refs/*:refs/*"]);
        for other in [&mirror, &unbundled] {
            assert!(!has(other, &first) && !has(other, &second));
        }
        // It works again where it ended.
        repo.ao(["restore", "--no-agent", &id]).ok();
        assert_eq!(repo.within(&path).git(["rev-parse", "its-own"]).trim(), second);
        repo.git(["fsck", "--no-progress"]);
    });
}

#[test]
fn delete_drops_those_of_its_session_alone() {
    for_each_format(|repo| {
        let ((one, first), (two, second)) = (spawn(repo, "One"), spawn(repo, "Two"));
        let mine = repo.within(&first).commit("mine", "1");
        let others = repo.within(&second).commit("others", "2");
        let branches = [&one, &two].map(|id| record(repo, id.parse().unwrap()).branch.unwrap());
        repo.ao(["complete", &one]).ok();
        repo.ao(["fail", &two]).ok();
        repo.ao(["delete", &one]).ok();
        assert_eq!(kept(&store(repo)), [(two.clone(), others.clone())]);
        for (path, branch) in [&first, &second].into_iter().zip(&branches) {
            forget(repo, path, branch);
        }
        assert!(!has(repo, &mine) && has(repo, &others));
    });
}

#[test]
fn doctor_names_those_that_are_gone() {
    alone(|| {
        let repo = Repo::new();
        let (id, path) = spawn(&repo, "One");
        let tip = repo.within(&path).commit("work", "1");
        let branch = record(&repo, id.parse().unwrap()).branch.unwrap();
        repo.ao(["complete", &id]).ok();
        repo.ao(["doctor"]).stdout_lacks(&tip[..7]);
        repo.git(["worktree", "remove", "--force", path.to_str().unwrap()]);
        repo.git(["branch", "-q", "-D", &branch]);
        repo.git(["reflog", "expire", "--expire=now", "--expire-unreachable=now", "--all"]);
        collect(&repo);
        assert!(!has(&repo, &tip));
        repo.ao(["doctor"]).stdout_has(&format!("{} of session {}", &tip[..7], &id[..8]));
        // Another clone never had it.
        let other = repo.clone_as("other");
        other.ao(["pull"]).ok();
        other.ao(["doctor"]).stdout_lacks(&tip[..7]);
    });
}

#[test]
fn a_squashed_branch_is_removed_without_force() {
    alone(|| {
        let repo = Repo::new();
        let (id, path) = spawn(&repo, "One");
        repo.within(&path).commit("a", "1");
        repo.within(&path).commit("b", "2");
        let branch = record(&repo, id.parse().unwrap()).branch.unwrap();
        repo.ao(["complete", &id]).ok();
        repo.ao(["cleanup", "--branches"]).code(1).stdout_has("2 commits");
        repo.git(["merge", "-q", "--squash", &branch]);
        repo.git(["commit", "-q", "-m", "squashed"]);
        // The base goes on in the same file.
        repo.commit("a", "other");
        repo.ao(["cleanup", "--branches"]).ok();
        assert!(!path.exists());
        repo.git_result(["rev-parse", "-q", "--verify", &format!("refs/heads/{branch}")]).code(1);
        let backups = repo.git(["for-each-ref", "refs/ao/backup"]);
        assert_eq!(backups, "");
    });
}
