//! Several sessions that begin to work on one branch at the same moment.

use serde_json::Value;

use super::{line, spawn, text, workspace};
use crate::support::{Combo, Out, Repo, Run, TestEnv, race};

/// How often each race is run.
const ROUNDS: usize = 3;

fn repo() -> Repo {
    let repo = TestEnv::new().repo(Combo::PLAIN);
    repo.git(["branch", "-q", "topic"]);
    repo
}

/// Sessions that are recorded on one branch, and have no worktree.
fn recorded(repo: &Repo, count: usize) -> Vec<String> {
    let title = |n| format!("Number {n}");
    let args = |title: &str| {
        spawn(repo, &["--no-worktree", "--no-agent", "--force", "--on", "topic", title])
    };
    (0..count).map(|n| text(&args(&title(n)), "id").to_owned()).collect()
}

/// The sessions that have not ended.
fn at_work(repo: &Repo) -> Vec<Value> {
    let listed = repo.ao(["list", "--json", "--status=idle"]).ok().json();
    listed["sessions"].as_array().unwrap().clone()
}

/// Runs these at one moment, and asserts that one of them gets a worktree, and that the others are
/// told why they do not. Returns which one it is.
#[track_caller]
fn one_of(repo: &Repo, branch: &str, runs: &[Run]) -> usize {
    let outs = race(runs.len(), |n| runs[n].clone());
    let is_made = |out: &&Out| out.status == 0;
    let made: Vec<_> = outs.iter().filter(is_made).collect();
    assert_eq!(made.len(), 1, "{outs:#?}");
    for out in outs.iter().filter(|out| out.status != 0) {
        assert!(out.stderr.contains(branch) || out.stderr.contains("works in '"), "{out}");
        assert!(out.stderr.contains("hint: "), "{out}");
    }
    let listed = repo.git(["worktree", "list", "--porcelain"]);
    let on_it = format!("branch refs/heads/{branch}\n");
    assert_eq!(listed.matches(&on_it).count(), 1, "{listed}");
    outs.iter().position(|out| out.status == 0).unwrap()
}

#[test]
fn one_of_those_that_are_started_does() {
    for _ in 0..ROUNDS {
        let repo = repo();
        let ids = recorded(&repo, 4);
        let start = |id: &String| repo.ao_run(["start", "--runtime=none", id]);
        let before = ids.iter().map(|id| repo.ao(["show", "--yaml", id]).ok().stdout);
        let before: Vec<_> = before.collect();
        let first = one_of(&repo, "topic", &ids.iter().map(start).collect::<Vec<_>>());
        for (n, id) in ids.iter().enumerate() {
            let now = repo.ao(["show", "--yaml", id]).ok().stdout;
            assert_eq!(now == before[n], n != first, "{now}");
        }
        let path = repo.ao(["path", &ids[first]]).ok().text().to_owned();
        assert_eq!(line(&repo.within(&path), ["branch", "--show-current"]), "topic");
        assert_eq!(repo.within(&path).ao(["path"]).ok().text(), path);
        // The way out.
        let other = &ids[(first + 1) % ids.len()];
        repo.ao(["start", "--runtime=none", other]).code(128).stderr_has("git ao fork");
        repo.ao(["complete", &ids[first]]).ok();
        repo.ao(["cleanup"]).ok();
        repo.ao(["start", "--runtime=none", other]).ok();
    }
}

#[test]
fn one_of_those_that_are_restored_does() {
    for _ in 0..ROUNDS {
        let repo = repo();
        let mut ids = Vec::new();
        for title in ["One", "Two", "Three"] {
            let made = spawn(&repo, &["--no-agent", "--on", "topic", title]);
            ids.push(text(&made, "id").to_owned());
            repo.ao(["complete", &ids[ids.len() - 1]]).ok();
            repo.ao(["cleanup"]).ok();
        }
        let restore = |id: &String| repo.ao_run(["restore", "--no-agent", id]);
        one_of(&repo, "topic", &ids.iter().map(restore).collect::<Vec<_>>());
        assert_eq!(at_work(&repo).len(), 1);
    }
}

/// The owner of a branch and of its worktree comes back while others move in.
#[test]
fn one_of_an_owner_and_guests_does() {
    for round in 0..2 * ROUNDS {
        let repo = repo();
        let owner = spawn(&repo, &["--no-agent", "Owner"]);
        let (id, branch) = (text(&owner, "id"), text(&owner, "branch"));
        repo.ao(["complete", id]).ok();
        if round % 2 == 0 {
            repo.ao(["cleanup"]).ok();
            assert!(!workspace(&owner).exists());
        }
        let mut runs = vec![repo.ao_run(["restore", "--no-agent", id])];
        for title in ["One", "Two"] {
            runs.push(repo.ao_run(["spawn", "--no-agent", "--force", "--on", branch, title]));
        }
        one_of(&repo, branch, &runs);
        assert_eq!(at_work(&repo).len(), 1);
    }
}

/// A worktree that is being removed is lent to nobody.
#[test]
fn a_guest_does_not_lose_its_worktree() {
    for _ in 0..2 * ROUNDS {
        let repo = repo();
        let owner = spawn(&repo, &["--no-agent", "Owner"]);
        let (id, branch) = (text(&owner, "id"), text(&owner, "branch"));
        repo.ao(["complete", id]).ok();
        let runs = [
            repo.ao_run(["cleanup"]),
            repo.ao_run(["spawn", "--no-agent", "--json", "--on", branch, "Guest"]),
        ];
        let outs = race(2, |n| runs[n].clone());
        if outs[1].status == 0 {
            let path = workspace(&outs[1].json());
            assert!(path.join("README").exists(), "{outs:#?}");
            assert_eq!(line(&repo.within(&path), ["branch", "--show-current"]), branch);
        } else {
            assert!(at_work(&repo).is_empty(), "{outs:#?}");
        }
    }
}
