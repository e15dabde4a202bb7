//! `cancel --discard`: what was not chosen goes, and can be brought back.

use std::fs;
use std::path::PathBuf;

use git_ao::model::{Session, SessionStatus};

use crate::support::agents::{STAYS, agent, record, wait_working};
use crate::support::{Repo, alone, for_each_format};

/// A session with a commit that is nowhere else.
fn session(repo: &Repo, title: &str) -> (String, PathBuf) {
    let made = repo.ao(["spawn", "--json", "--no-agent", "--base", "main", title]).ok().json();
    let path: PathBuf = made["workspace"].as_str().unwrap().into();
    repo.within(&path).commit("work", title);
    (made["session"]["id"].as_str().unwrap().to_owned(), path)
}

fn now(repo: &Repo, id: &str) -> Session {
    record(repo, id.parse().unwrap())
}

fn branches(repo: &Repo) -> String {
    repo.git(["for-each-ref", "--format=%(refname)", "refs/heads/ao", "refs/ao/backup"])
}

#[test]
fn an_attempt_that_was_not_chosen_comes_back_when_asked() {
    for_each_format(|repo| {
        let (id, path) = session(repo, "One");
        repo.ao(["complete", &id]).ok();
        let before = now(repo, &id);
        repo.ao(["cleanup", "--branches"]).code(1).stdout_has("1 commit");
        let out = repo.ao(["cancel", "--discard", "-m", "Two is better", &id]).ok();
        let out = out.stdout_has("done -> killed").stdout_has("cleaned up");
        out.stderr_has(&format!("hint: to bring it back: git ao restore --no-agent {}", &id[..8]));
        let after = now(repo, &id);
        assert_eq!(after.status, SessionStatus::Killed);
        assert_eq!(after.status_reason.as_deref(), Some("cancelled: Two is better"));
        assert_eq!((&after.head, after.placements.len()), (&before.head, 0));
        assert!(!path.exists());
        assert_eq!(branches(repo), "");
        repo.git(["gc", "-q", "--prune=now"]);
        repo.ao(["cancel", "--discard", &id]).ok().stdout_has("has already ended (killed)");
        repo.ao(["restore", "--no-agent", &id]).ok();
        assert_eq!(fs::read_to_string(path.join("work")).unwrap(), "One");
        assert_eq!(branches(repo).trim(), format!("refs/heads/{}", before.branch.unwrap()));
    });
}

#[test]
fn what_is_in_no_commit_of_the_branch_stays() {
    alone(|| {
        let repo = Repo::new();
        let (id, path) = session(&repo, "One");
        fs::write(path.join("more"), "not committed").unwrap();
        let out = repo.ao(["cancel", "--discard", &id]).code(1);
        let out = out.stdout_has("idle -> killed").stdout_has("uncommitted");
        out.stderr_has(&format!("git ao cancel --discard --force {}", &id[..8]));
        assert!(path.join("more").exists());
        fs::remove_file(path.join("more")).unwrap();
        let tree = repo.within(&path);
        tree.git(["checkout", "-q", "--detach"]);
        tree.commit("aside", "1");
        repo.ao(["cancel", "--discard", &id]).code(1).stdout_has("keep");
        assert!(path.exists());
        let out = repo.ao(["cancel", "--discard", "--force", &id]).ok();
        out.stdout_has("refs/ao/backup/");
        assert!(!path.exists());
        let saved = repo.git(["ls-tree", "-r", "--name-only", &format!("refs/ao/backup/{id}")]);
        assert!(saved.contains("aside"), "{saved}");
    });
}

#[test]
fn an_agent_is_stopped_and_what_others_need_stays() {
    alone(|| {
        let repo = Repo::new();
        agent(&repo, "stays", STAYS);
        let args = ["spawn", "--json", "--agent", "stays", "--runtime", "detached", "One"];
        let made = repo.ao(args).ok().json();
        let (id, path) = (made["session"]["id"].as_str().unwrap(), &made["workspace"]);
        wait_working(&repo, id.parse().unwrap());
        let path = PathBuf::from(path.as_str().unwrap());
        // What the agent wrote down itself.
        repo.write(".git/info/exclude", "prompt\nargs\nenv\nenv.new\n");
        let out = repo.ao(["cancel", "--discard", id]).ok();
        out.stdout_has("its agent was stopped").stdout_has("cleaned up");
        assert!(!path.exists());

        let (merged, path) = session(&repo, "Merged");
        repo.ao(["land", "--keep", &merged]).ok();
        repo.ao(["cancel", "--discard", &merged]).ok();
        assert_eq!(now(&repo, &merged).status, SessionStatus::Merged);
        assert!(!path.exists());

        let (shared, _) = session(&repo, "Shared");
        let branch = now(&repo, &shared).branch.unwrap();
        let (other, _) = session(&repo, "Other");
        repo.ao(["set", &other, &format!("branch={branch}")]).ok();
        repo.ao(["cancel", "--discard", &shared]).ok();
        assert!(branches(&repo).contains(&branch));
    });
}
