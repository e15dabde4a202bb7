//! From a commit of Claude Code or Codex itself back to what it was asked.

use super::place::Place;
use crate::support::agents::{log, until, wait_ended};

const PROMPT: &str = "Change something.\n\nrun: echo 'a telling line' > work && git add work && git commit -q -m 'Do it'";

/// The arguments with which the agent may commit without asking.
fn may_commit(agent: &str) -> &'static str {
    match agent {
        "claude" => "--allowedTools=Bash",
        _ => "--sandbox=danger-full-access",
    }
}

fn commit_leads_to_the_prompt(agent: &'static str) {
    let Some(place) = Place::new(agent) else { return };
    let repo = &place.repo;
    repo.config(&format!("ao.agent.{agent}.args"), may_commit(agent));
    place.runs(&["spawn", "--json", "--file", "-"], "the first task");
    let session = place.runs(&["spawn", "--json", "--file", "-"], PROMPT);
    let branch = session.branch.clone().unwrap();
    let subject = repo.git(["log", "-1", "--format=%s", &branch]);
    assert_eq!(subject.trim(), "Do it", "{}", log(repo, session.id));
    let made: i64 = repo.git(["log", "-1", "--format=%at", &branch]).trim().parse().unwrap();
    // What is said later has another second.
    until("the second is over", || jiff::Timestamp::now().as_second() > made);
    place.ao(&["restore", &session.id.to_string(), "and more"], "").ok();
    wait_ended(repo, session.id);
    repo.git(["merge", "-q", "--ff-only", &branch]);
    for what in ["HEAD", "work:1"] {
        let said = place.ao(&["why", "--prompt", "--json", what], "").ok().json();
        let found = said["why"]["found"].as_array().unwrap();
        assert_eq!(found.len(), 1, "{said}");
        assert_eq!(found[0]["session"], session.id.to_string());
        assert_eq!(found[0]["exchange"]["prompt"]["text"].as_str().unwrap().trim_end(), PROMPT);
        // What it said in another second than that of the commit came later.
        let answer = &found[0]["exchange"]["answer"];
        assert!(answer.is_null() || answer["text"] == "done", "{answer}");
        let said = place.ao(&["why", "--prompt", what], "").ok();
        said.stdout_has("    prompt:\n        Change something.\n");
    }
    let blame = place.ao(&["blame", "work"], "").ok();
    blame.stdout_has(&format!("({} ", session.id.short())).stdout_has(") a telling line\n");
}

#[test]
fn claude() {
    commit_leads_to_the_prompt("claude");
}

#[test]
fn codex() {
    commit_leads_to_the_prompt("codex");
}
