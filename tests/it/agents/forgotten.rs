//! Agents that run on when nobody knows their session any more.

use std::time::{Duration, Instant};

use git_ao::model::{SessionId, SessionStatus};

use crate::support::Repo;
use crate::support::agents::{STAYS, agent, record, spawn, tmux, wait_working};
use crate::support::sessions::store;

const WORDS: &str = "which does not exist";

fn start(repo: &Repo, runtime: &str) -> SessionId {
    let id = spawn(repo, &["--agent", "mine", "--runtime", runtime, "the task"]);
    wait_working(repo, id);
    id
}

/// Waits until no agent runs that nobody knows.
#[track_caller]
fn until_known(repo: &Repo) {
    let end = Instant::now() + Duration::from_secs(60);
    while repo.ao(["doctor"]).stdout.contains(WORDS) {
        assert!(Instant::now() < end, "it did not exit");
    }
}

/// The command in the line after the one that holds `words`.
fn fix(said: &str, words: &str) -> String {
    let mut lines = said.lines().skip_while(|line| !line.contains(words));
    lines.next();
    lines.next().unwrap_or_default().trim().to_owned()
}

#[test]
fn a_session_is_not_deleted_while_its_agent_runs() {
    let repo = Repo::new();
    agent(&repo, "mine", STAYS);
    for runtime in ["detached", "tmux"] {
        if runtime == "tmux" && tmux(&repo, &["-V"]).is_none() {
            continue;
        }
        let id = start(&repo, runtime);
        repo.ao(["complete", &id.short()]).ok();
        let out = repo.ao(["delete", &id.short()]).code(1).stderr_has("is still running");
        out.stderr_has(&format!("hint: to stop it: git ao kill {}", id.short())).stdout_is("");
        assert_eq!(record(&repo, id).status, SessionStatus::Done);
        repo.ao(["doctor"]).stdout_lacks(WORDS);

        let out = repo.ao(["delete", "--force", &id.short()]).ok();
        let kill = out.stderr.split("its agent is still running; to stop it: ").nth(1).unwrap();
        let kill = kill.lines().next().unwrap().to_owned();
        let out = repo.ao(["doctor"]).code(1).stdout_has(WORDS);
        assert_eq!(fix(&out.stdout, WORDS), kill);
        repo.env().run(repo.dir(), "sh", ["-c", &kill]).run().ok();
        until_known(&repo);
    }
}

#[test]
fn a_session_that_was_stopped_is_deleted_without_a_word() {
    let repo = Repo::new();
    agent(&repo, "mine", STAYS);
    let id = start(&repo, "detached");
    repo.ao(["kill", &id.short()]).ok();
    repo.ao(["delete", &id.short()]).ok().stderr_lacks("is still running");
}

#[test]
fn an_agent_whose_record_went_by_another_hand_is_found() {
    let repo = Repo::new();
    agent(&repo, "mine", STAYS);
    let id = start(&repo, "detached");
    store(&repo).delete(id).unwrap();
    let out = repo
        .ao(["doctor"])
        .code(1)
        .stdout_has(&format!("an agent is running for session {}, {WORDS}", id.short()));
    let kill = fix(&out.stdout, WORDS);
    repo.env().run(repo.dir(), "sh", ["-c", &kill]).run().ok();
    until_known(&repo);
}

#[test]
fn a_session_is_not_archived_while_its_agent_runs() {
    let repo = Repo::new();
    agent(&repo, "mine", STAYS);
    let id = start(&repo, "detached");
    let other = spawn(&repo, &["--no-agent", "another task"]);
    let both = [&other.short()[..], &id.short()];
    let out = repo.ao([&["archive"], &both[..]].concat()).code(1).stdout_is("");
    out.stderr_has("is still running")
        .stderr_has(&format!("hint: to stop it: git ao kill {}", id.short()));
    repo.ao(["list", "--archived"]).ok().stdout_lacks(&other.short());
    repo.ao(["kill", &id.short()]).ok().stdout_has("its agent was stopped");
    repo.ao([&["archive"], &both[..]].concat()).ok().stderr_is("");
}

#[test]
fn an_archived_session_whose_agent_runs_can_be_killed() {
    let repo = Repo::new();
    agent(&repo, "mine", STAYS);
    let id = start(&repo, "detached");
    // Another clone, or a merge, may have put it there.
    store(&repo).archive(id).unwrap();
    repo.ao(["archive", &id.short()]).code(1).stderr_has("is still running");
    repo.ao(["kill", &id.short()]).ok().stdout_has("its agent was stopped");
    repo.ao(["archive", &id.short()]).ok().stderr_has("is already archived");
}
