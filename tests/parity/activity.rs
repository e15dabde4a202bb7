//! What agents are doing, as ao_core's ActivityState tells it, and what of it is written down.

use std::fs;

use git_ao::model::{SessionId, SessionStatus};
use serde_json::Value;

use crate::support::agents::{agent, events, record, spawn, tmux, until, wait_until, wait_working};
use crate::support::{Repo, write_script};

const TMUX: [&str; 4] = ["--runtime", "tmux", "--agent", "rings"];

/// An agent that rings its bell, and goes on to print when a line comes; None without tmux.
fn rings() -> Option<(Repo, SessionId)> {
    let repo = Repo::new();
    tmux(&repo, &["-V"])?;
    let (script, go) = (repo.env().path("rings"), repo.env().path("go"));
    repo.env().run(&repo.env().root(), "mkfifo", [&go]).run().ok();
    let body = format!(
        "printf 'Really?\\a'; read line <'{}'; while :; do echo .; sleep 0.1; done",
        go.display()
    );
    write_script(&script, &body);
    repo.config("ao.agent.rings.command", &format!("{} {{prompt}}", script.display()));
    let id = spawn(&repo, &[&TMUX[..], &["the task"]].concat());
    Some((repo, id))
}

fn activity(repo: &Repo, id: SessionId) -> Value {
    let live = repo.ao(["status", "--json", &id.to_string()]).ok().json();
    live["sessions"][0]["live"]["activity"].clone()
}

#[test]
fn a_state_is_believed_as_long_as_its_source_stands_and_says_since_when() {
    let Some((repo, id)) = rings() else { return };
    until("it asks", || activity(&repo, id)["state"] == "waiting_input");
    let file = repo.common_dir().join(format!("ao/activity/{id}.json"));
    let long_ago = "2020-01-01T00:00:00.000Z";
    // What its supervisor noted, an hour and more ago.
    until("it is noted", || {
        let Ok(text) = fs::read(&file) else { return false };
        let mut noted: Value = serde_json::from_slice(&text).unwrap();
        if noted["activity"] != "waiting_input" {
            return false;
        }
        noted["since"] = long_ago.into();
        noted["started"] = long_ago.into();
        fs::write(&file, noted.to_string()).unwrap();
        true
    });
    let now = activity(&repo, id);
    assert_eq!((&now["state"], &now["since"]), (&"waiting_input".into(), &long_ago.into()));
    assert_eq!(now["source"], "its terminal's bell");

    // The end is for good, whatever was noted before it.
    let noted = fs::read(&file).unwrap();
    repo.ao(["kill", &id.short()]).ok();
    fs::write(&file, noted).unwrap();
    assert_eq!(activity(&repo, id)["state"], "exited");
}

#[test]
fn a_status_is_written_when_it_lasts_and_once_each_way() {
    let Some((repo, id)) = rings() else { return };
    until("it asks", || activity(&repo, id)["state"] == "waiting_input");
    let file = repo.common_dir().join(format!("ao/activity/{id}.json"));
    let noted = || fs::read_to_string(&file).unwrap_or_default();
    until("its supervisor has seen it", || noted().contains("waiting_input"));
    // What does not last is not written: so far, it does not for ten minutes.
    assert_eq!(wait_working(&repo, id).status_reason, None);
    let count = |what: &str| events(&repo).iter().filter(|event| event.ends_with(what)).count();
    assert_eq!(count("working -> needs_input"), 0);
    repo.config("ao.stuckAfter", "1s");
    let session = wait_until(&repo, id, |session| session.status == SessionStatus::NeedsInput);
    assert_eq!(session.status_reason, None);

    // A person looks at it and answers.
    let window = format!("=ao-{}:", id.short());
    tmux(&repo, &["new-window", "-t", &window, "sleep 1000"]).unwrap();
    tmux(&repo, &["select-window", "-t", &format!("{window}^")]).unwrap();
    fs::write(repo.env().path("go"), "\n").unwrap();
    wait_working(&repo, id);
    assert_eq!((count("working -> needs_input"), count("needs_input -> working")), (1, 1));
    assert_eq!(activity(&repo, id)["state"], "active");
    repo.ao(["kill", &id.short()]).ok();
    assert_eq!(record(&repo, id).status, SessionStatus::Killed);
}

#[test]
fn an_agent_without_a_terminal_is_active_until_it_has_exited() {
    let repo = Repo::new();
    agent(&repo, "mine", "exec sleep 1000");
    let id = spawn(&repo, &["--runtime", "detached", "--agent", "mine", "the task"]);
    wait_working(&repo, id);
    assert_eq!(activity(&repo, id)["state"], "active");
    repo.ao(["kill", &id.short()]).ok();
    assert_eq!(activity(&repo, id)["state"], "exited");
}
