//! A running agent that has nothing to report makes no commits, however long it runs and however
//! often it is looked at.

use std::fs;

use git_ao::model::SessionId;

use crate::support::Repo;
use crate::support::agents::{
    STAYS, agent, events, handle, log, record, spawn, tmux, wait_until, wait_working, workspace,
};

/// How often everything is looked at.
const TIMES: usize = 3;

fn tip(repo: &Repo) -> String {
    repo.git(["rev-parse", "refs/ao/sessions"])
}

/// Everything that looks, and everything in a worktree that runs a hook without a change to tell.
fn look_around(repo: &Repo, id: SessionId) {
    let short = id.short();
    for verb in [
        &["status"][..],
        &["status", "--json", "--changes"],
        &["status", &short],
        &["list", "--all"],
        &["show", &short],
        &["log", &short],
        &["reconcile"],
        &["reconcile", "--dry-run"],
        &["cleanup", "--dry-run"],
        &["cleanup"],
        &["doctor"],
        &["doctor", "--fix"],
    ] {
        repo.ao(verb).ok();
    }
    for place in [repo.within(workspace(repo, id)), repo.within(".")] {
        place.git(["checkout", "-q", "HEAD", "--", "README"]);
        place.git(["checkout", "-q"]);
        place.git(["status"]);
        place.git(["stash", "list"]);
    }
}

#[test]
fn a_day_of_quiet_makes_no_commit() {
    let repo = Repo::new();
    let has_tmux = tmux(&repo, &["-V"]).is_some();
    agent(&repo, "still", STAYS);
    // It prints without end: many lines a second, as many as others print in a day.
    agent(&repo, "loud", "rm prompt args env; while :; do echo still here; echo '{\"a\":1}'; done");
    repo.config("ao.agent.loud.sessionId", "json:talk");
    repo.ao(["hooks", "install"]).ok();
    let all = [("still", "detached"), ("loud", "detached"), ("still", "tmux")];
    for (name, runtime) in all.into_iter().filter(|(_, it)| *it != "tmux" || has_tmux) {
        let id = spawn(&repo, &["--agent", name, "--runtime", runtime, "x"]);
        wait_working(&repo, id);
        let (before, as_it_was) = (tip(&repo), record(&repo, id));
        for _ in 0..TIMES {
            look_around(&repo, id);
        }
        assert_eq!(tip(&repo), before, "{name} {runtime}: {:?}", events(&repo));
        assert_eq!(record(&repo, id), as_it_was);
        if name == "loud" {
            let lines = log(&repo, id).lines().count();
            assert!(lines > 1000, "{lines}");
        }
        repo.ao(["kill", &id.short()]).ok().stdout_has("stopped");
        repo.ao(["cleanup", "--force"]).ok();
    }
}

/// What looks after an agent that tells its own id to nobody looks for it again and again.
#[test]
fn looking_for_an_id_that_never_comes_makes_no_commit() {
    let repo = Repo::new();
    let path = agent(&repo, "mine", STAYS);
    // What codex leaves behind: this one is of another folder.
    let day = repo.env().home().join(".codex/sessions/2026/11/20");
    fs::create_dir_all(&day).unwrap();
    let head = format!(
        "{{\"payload\":{{\"id\":\"x\",\"cwd\":\"/\",\"pad\":\"{}\"}}}}\n",
        "x".repeat(40_000)
    );
    let rollout = day.join("rollout-2026-11-20T00-00-00-x.jsonl");
    repo.config("ao.agent.codex.command", &format!("'{}'", path.display()));
    fs::write(&rollout, &head).unwrap();
    let id = spawn(&repo, &["--agent", "codex", "--runtime", "detached", "x"]);
    let before = wait_working(&repo, id);
    let at = tip(&repo);
    let pid = handle(&repo, id).split_once('@').unwrap().0.to_owned();
    // How much it has read (proc_pid_io(5)): each look reads the head of that file.
    let read = || -> usize {
        let io = fs::read_to_string(format!("/proc/{pid}/io")).unwrap();
        let line = io.lines().find_map(|line| line.strip_prefix("rchar: ")).unwrap();
        line.trim().parse().unwrap()
    };
    let start = read();
    wait_until(&repo, id, |_| read() > start + 2 * head.len());
    assert_eq!((tip(&repo), record(&repo, id)), (at, before));
    repo.ao(["kill", &id.short()]).ok();
}
