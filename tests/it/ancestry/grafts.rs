//! Commits with other parents than they name: `git replace --graft`, and the older `info/grafts`.

use std::fs;

use super::world::{blamed, cleans_up, commits, outlooks, standings};
use crate::support::{Combo, Repo, TestEnv};
use crate::why::world::{Work, is_from, is_unknown, tip};

/// The way in which a commit gets other parents.
#[derive(Clone, Copy)]
enum Graft {
    Replacement,
    File,
}

impl Graft {
    fn set(self, repo: &Repo, commit: &str, parents: &[&str]) {
        match self {
            Self::Replacement => {
                drop(repo.git([&["replace", "--graft", commit], parents].concat()))
            }
            Self::File => {
                let ids = std::iter::once(&commit).chain(parents).map(|name| tip(repo, name));
                let line = ids.collect::<Vec<_>>().join(" ") + "\n";
                fs::write(repo.common_dir().join("info/grafts"), line).unwrap();
            }
        }
    }

    fn unset(self, repo: &Repo, commit: &str) {
        match self {
            Self::Replacement => drop(repo.git(["replace", "-d", commit])),
            Self::File => fs::remove_file(repo.common_dir().join("info/grafts")).unwrap(),
        }
    }
}

/// Runs a test with both, where git has the older one.
fn each(test: impl Fn(&Repo, Graft)) {
    for graft in [Graft::Replacement, Graft::File] {
        let repo = TestEnv::new().repo(Combo::PLAIN);
        let two = repo.commit("two", "the second line of people\n");
        graft.set(&repo, &two, &[]);
        let is_obeyed = repo.git(["rev-list", "--count", "main"]).trim() == "1";
        graft.unset(&repo, &two);
        if is_obeyed {
            test(&repo, graft);
        }
    }
}

/// A session with two commits, and what others have committed since.
fn begin(repo: &Repo) -> (Work, [String; 2]) {
    let work = Work::begin(repo, "Work");
    let first = work.tree.commit("own", "an own line\n");
    let second = work.tree.commit("own", "an own line\nand one more\n");
    repo.commit("three", "the third line of people\n");
    repo.commit("four", "the fourth line of people\n");
    (work, [first, second])
}

/// The session's first commit is put on top of what others have made since.
#[test]
fn what_comes_between_is_not_the_sessions() {
    each(|repo, graft| {
        let (work, own) = begin(repo);
        graft.set(repo, &own[0], &["main"]);
        assert_eq!(repo.git(["rev-list", "--count", &format!("main~2..{}", work.branch)]), "4\n");
        for commit in &own {
            is_from(repo, commit, &work, "commit");
        }
        for people in ["main", "main^", "main~2"] {
            is_unknown(repo, people);
        }
        assert_eq!(commits(repo, &work), [own[1].clone(), own[0].clone()]);
        assert_eq!(standings(repo, &[&work]), [(false, [2, 0])]);
        assert_eq!(outlooks(repo), [(work.id.clone(), "clean".to_owned())]);
        let gits = repo.git(["diff", &format!("main...{}", work.branch)]);
        assert_eq!(repo.ao(["diff", "--committed", &work.id]).ok().stdout, gits);
        repo.git(["merge", "-q", "--squash", &work.branch]);
        cleans_up(repo, &[&work], &[]);
    });
}

/// The history of the session's branch does not reach its base.
#[test]
fn a_branch_without_its_base_keeps_its_work() {
    each(|repo, graft| {
        let (work, own) = begin(repo);
        graft.set(repo, &own[0], &[]);
        for commit in &own {
            is_from(repo, commit, &work, "commit");
        }
        is_unknown(repo, "main");
        assert_eq!(standings(repo, &[&work]), [(false, [2, 4])]);
        assert_eq!(outlooks(repo), [(work.id.clone(), "unrelated".to_owned())]);
        let before = repo.git(["for-each-ref"]);
        repo.ao(["land", "--squash", &work.id]).code(1).stderr_has("unrelated-histories");
        assert_eq!(repo.git(["for-each-ref"]), before);
        // It is compared with where it began.
        let gits = repo.git(["diff", "main~2", &work.branch]);
        assert_eq!(repo.ao(["diff", "--committed", &work.id]).ok().stdout, gits);
        cleans_up(repo, &[&work], &[]);
    });
}

/// The base seems to have the branch as a parent, but not its work.
#[test]
fn what_only_seems_to_be_merged_stays() {
    each(|repo, graft| {
        let (work, own) = begin(repo);
        let people = tip(repo, "main");
        graft.set(repo, &people, &["main^", &work.branch]);
        // As git has it.
        assert_eq!(standings(repo, &[&work]), [(true, [0, 2])]);
        assert_eq!(outlooks(repo), []);
        for commit in &own {
            is_from(repo, commit, &work, "commit");
        }
        is_unknown(repo, "main");
        cleans_up(repo, &[&work], &[]);
        graft.unset(repo, &people);
        assert_eq!(standings(repo, &[&work]), [(false, [2, 2])]);
    });
}

/// The base has the branch, but seems not to.
#[test]
fn what_seems_not_to_be_merged_is_looked_at() {
    each(|repo, graft| {
        let (work, own) = begin(repo);
        repo.git(["merge", "-q", "--no-edit", &work.branch]);
        let merge = tip(repo, "main");
        assert_eq!(standings(repo, &[&work]), [(true, [0, 3])]);
        graft.set(repo, &merge, &["main^"]);
        // Its changes are all there.
        assert_eq!(standings(repo, &[&work]), [(true, [2, 3])]);
        assert_eq!(outlooks(repo), []);
        is_from(repo, &own[0], &work, "commit");
        assert_eq!(blamed(repo, "four"), [""]);
        cleans_up(repo, &[&work], &[&work]);
    });
}
