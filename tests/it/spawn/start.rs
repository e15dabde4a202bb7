//! `git ao start`: the agent of a session that a program has recorded.

use git_ao::model::SessionStatus;

use crate::support::Repo;
use crate::support::agents::{STAYS, agent, record, spawn, wait_ended, wait_file, wait_working};
use crate::support::sessions::{session, store};

#[test]
fn a_queued_session_gets_a_branch_a_worktree_and_an_agent() {
    let repo = Repo::new();
    agent(&repo, "mine", STAYS);
    let mut queued = session(1, "From the queue");
    (queued.status, queued.task) = (SessionStatus::Idle, Some("Do it".to_owned()));
    store(&repo).create(&queued).unwrap();
    let short = queued.id.short();
    let started = repo.ao(["start", "--agent", "mine", "--runtime", "detached", &short]).ok();
    started.stdout_has(&format!("branch    ao/{short}-from-the-queue")).stdout_has("worktree  ");
    wait_working(&repo, queued.id);
    assert_eq!(wait_file(&repo, queued.id, "prompt"), "Do it");
    let again = repo.ao(["start", "--agent", "mine", "--runtime", "detached", &short]);
    again.code(1).stderr_has("is running").stderr_has(&format!("git ao attach {short}"));
    repo.ao(["kill", &short]).ok();
    let again = repo.ao(["start", "--agent", "mine", "--runtime", "detached", &short]);
    again.code(1).stderr_has("killed").stderr_has("git ao restore");
}

#[test]
fn a_session_without_an_agent_is_started_where_it_is() {
    let repo = Repo::new();
    agent(&repo, "mine", "exit 0");
    for option in ["--no-agent", "--no-worktree"] {
        let id = spawn(&repo, &[option, "--branch", option.trim_start_matches('-'), "x"]);
        let made = repo.ao([
            "start",
            "--agent",
            "mine",
            "--runtime",
            "detached",
            "--json",
            &id.short(),
            "the text",
        ]);
        assert_eq!(made.ok().json()["session"]["branch"], option.trim_start_matches('-'));
        wait_ended(&repo, id);
        assert_eq!(wait_file(&repo, id, "prompt"), "the text");
        assert_eq!(record(&repo, id).status, SessionStatus::Done);
    }
}

#[test]
fn what_fails_leaves_the_record_as_it_was() {
    let repo = Repo::new();
    let queued = session(1, "From the queue");
    store(&repo).create(&queued).unwrap();
    let before = repo.git(["for-each-ref"]) + &repo.git(["worktree", "list"]);
    let short = queued.id.short();
    for options in [["--agent", "nobody"], ["--base", "nowhere"]] {
        let refused =
            repo.ao(["start", "--runtime", "detached"].iter().chain(&options).chain([&&*short]));
        assert_ne!(refused.status, 0);
        assert_eq!(repo.git(["for-each-ref"]) + &repo.git(["worktree", "list"]), before);
    }
    assert_eq!(record(&repo, queued.id), queued);
    repo.ao(["start", "Fix it"]).code(1).stderr_has("hint: to start a new session: git ao spawn");
}

#[test]
fn a_branch_of_somebody_elses_record_cannot_change_the_terminal() {
    let repo = Repo::new();
    agent(&repo, "mine", "exit 0");
    let mut queued = session(1, "x");
    queued.task = Some("x".to_owned());
    queued.branch = Some("a\u{202e}b".to_owned());
    repo.git(["branch", "a\u{202e}b"]);
    store(&repo).create_unchecked(&queued).unwrap();
    let short = queued.id.short();
    let started = repo.ao(["start", "--agent", "mine", "--runtime", "detached", &short]);
    started.ok().stdout_has("branch    a\\u{202e}b\n").stdout_lacks("\u{202e}");
    wait_ended(&repo, queued.id);
}
