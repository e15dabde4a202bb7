//! Several sessions restored at once, and verbs that need no name.

use std::fs;

use git_ao::model::{SessionId, SessionStatus};

use crate::support::agents::{
    agent, events, record, spawn, tmux, wait_ended, wait_file, workspace,
};
use crate::support::{Repo, write_script};

/// Agents that fail: `again` can resume, `once` cannot.
fn stage() -> Repo {
    let repo = Repo::new();
    repo.config("ao.runtime", "detached");
    agent(&repo, "again", "exit 3");
    for (key, value) in [
        ("sessionId", "assigned"),
        ("headless", "{new_agent_session_id} {prompt}"),
        ("headlessResume", "resume {agent_session_id} {prompt}"),
    ] {
        repo.config(&format!("ao.agent.again.{key}"), value);
    }
    agent(&repo, "once", "exit 3");
    agent(&repo, "fine", "exit 0");
    repo
}

fn start(repo: &Repo, name: &str) -> SessionId {
    let id = spawn(repo, &["--agent", name, "--title", name, "x"]);
    wait_ended(repo, id);
    id
}

#[test]
fn all_that_were_interrupted() {
    let repo = stage();
    let [again, once, fine] = ["again", "once", "fine"].map(|name| start(&repo, name));
    // It had no agent that could be interrupted.
    repo.ao(["spawn", "--no-agent", "by hand"]).ok();
    let before = events(&repo).len();
    let out = repo.ao(["restore", "--all", "--dry-run"]).code(1);
    let line = format!("would restore {} (again): it resumes its conversation\n", again.short());
    let out = out.stdout_has(&line).stdout_has(&format!("not restored: {} (once)", once.short()));
    out.stdout_lacks("fine")
        .stdout_lacks("by hand")
        .stderr_has(&format!("git ao restore --fresh {}", once.short()));
    assert_eq!(events(&repo).len(), before);

    repo.ao(["restore", "--all"]).code(1).stdout_has(&line.replace("would restore", "restored"));
    wait_ended(&repo, again);
    let args = fs::read_to_string(workspace(&repo, again).join("args")).unwrap();
    let own = record(&repo, again).agent_session_id.unwrap();
    assert_eq!(args, format!("resume\n{own}\nContinue where you left off.\n"));

    let out = repo.ao(["restore", "--status", "done", "--fresh"]).ok();
    out.stdout_is(&format!("restored {} (fine): a new conversation\n", fine.short()));
    wait_ended(&repo, fine);
    repo.ao(["restore", "--status", "paused"]).ok().stdout_is("nothing to restore\n");
    repo.ao(["restore", "--status", "done", &fine.short()]).code(129);
    repo.ao(["restore", "--all", &fine.short()]).code(129);
    repo.ao(["restore", "--all", "--runtime", "foreground"]).code(129);
}

#[test]
fn the_session_of_the_worktree_needs_no_name() {
    let repo = stage();
    let id = start(&repo, "again");
    let here = repo.within(workspace(&repo, id));
    here.ao(["restore", "--dry-run"]).ok().stdout_has(&format!("would restore {}", id.short()));
    here.ao(["restore"]).ok();
    wait_ended(&repo, id);
    here.ao(["complete"]).ok().stdout_has("errored -> done");
    here.ao(["kill"]).ok().stdout_has("has already ended");
    repo.ao(["attach"]).code(1).stderr_has("no session waits for you");
    for verb in [&["kill"][..], &["restore"], &["send", "-F", "f"]] {
        repo.ao(verb).code(1).stderr_has("to list them: git ao list");
    }
    here.ao(["send", &id.short()]).code(129).stderr_has("no text was given");
    repo.ao(["send", "hello"]).code(129).stderr_has("no text was given");
    if tmux(&repo, &["-V"]).is_none() {
        return;
    }
    agent(&repo, "reads", "");
    let program = repo.env().path("reads-agent");
    write_script(&program, "read line; echo \"$line\" >said");
    repo.config("ao.agent.reads.launch", "{prompt}");
    let id = spawn(&repo, &["--agent", "reads", "--runtime", "tmux", "x"]);
    let there = repo.within(workspace(&repo, id));
    there.ao(["send", "hello"]).ok();
    assert_eq!(wait_file(&repo, id, "said"), "hello\n");
    assert_eq!(wait_ended(&repo, id).status, SessionStatus::Done);
}

#[test]
fn a_fork_says_what_came_along() {
    let repo = stage();
    repo.config("ao.agent.again.headlessFork", "fork {agent_session_id} {prompt}");
    repo.config("ao.agent.again.fork", "fork {agent_session_id} {prompt}");
    let id = start(&repo, "again");
    let short = id.short();
    let out = repo.ao(["fork", &short, "more"]).ok();
    let out = out.stdout_has(&format!("it continues from the conversation of {short}"));
    out.stderr_has("uncommitted changes in ").stderr_has("3 untracked");
    let there = repo.within(workspace(&repo, id));
    there.git(["add", "-A"]);
    there.git(["commit", "-q", "-m", "all"]);
    let out = repo.ao(["fork", &short, "--agent", "once", "more"]).ok().stderr_lacks("warning");
    out.stdout_has(&format!("it starts a new conversation; that of {short} is not copied"));
}
