//! Another agent takes over: Codex from Claude Code, and Claude Code from Codex.

use std::fs;

use super::place::Place;
use crate::support::agents::{log, record, wait_ended};

fn token() -> String {
    format!("ghp_{}", "a1B2".repeat(9))
}

/// What the model was told in one text: the task, and what came before.
fn told(place: &Place, task: &str) -> String {
    let all = place.model.last();
    let found = all.iter().find(|text| text.starts_with(task));
    found.unwrap_or_else(|| panic!("'{task}' in {all:#?}")).clone()
}

#[test]
fn codex_takes_over_from_claude_and_back() {
    let Some(place) = Place::new("claude") else { return };
    if Place::at("codex", place.repo.clone_as("unused")).is_none() {
        return;
    }
    place.settle();
    let task = format!("Fix the parser, with {}", token());
    let first = place.runs(&["spawn", "--json", "--file", "-"], &task);
    place.model.last();

    let fork = |id: &str, agent: &str, task: &str| {
        let out = place.ao(&["fork", id, "--agent", agent, "--file", "-"], task).ok();
        out.stdout_has(&format!(
            "it takes over, with a summary of the conversation of {}",
            &id[..8]
        ));
        let all = place.ao(&["list", "--json", "--parent", id], "").ok().json();
        let made = all["sessions"][0]["id"].as_str().unwrap().parse().unwrap();
        let ended = wait_ended(&place.repo, made);
        assert_eq!(ended.status.as_str(), "done", "{}", log(&place.repo, made));
        ended
    };
    let second = fork(&first.id.to_string(), "codex", "Now the tests.");
    let text = told(&place, "Now the tests.");
    for part in [
        "You take over this work from claude",
        "is a summary of it",
        "- Fix the parser, with [REDACTED:github-token]\n",
        "## What it said last\n\n- done",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert_eq!(second.task.as_deref(), Some("Now the tests."));
    assert!(!text.contains(&token()));

    // Without a task of its own, its task is its parent's.
    let out = place.ao(&["fork", "--json", "--agent", "claude", &second.id.to_string()], "").ok();
    let third = out.json()["session"]["id"].as_str().unwrap().parse().unwrap();
    wait_ended(&place.repo, third);
    let text = told(&place, "Now the tests.");
    assert!(text.contains("You take over this work from codex"), "{text}");
    let third = record(&place.repo, third);
    assert_eq!((third.task, third.agent.as_deref()), (second.task.clone(), Some("claude")));

    // Nothing is left of it, and the record has nothing of it.
    let yaml = place.ao(&["show", "--yaml", &second.id.to_string()], "").ok();
    yaml.stdout_lacks("take over");
    let left: Vec<_> = fs::read_dir(place.repo.common_dir().join("ao/agent")).unwrap().collect();
    assert_eq!(left.len(), 0, "{left:?}");
    let workspace = crate::support::agents::workspace(&place.repo, second.id);
    let status = place.repo.git(["-C", workspace.to_str().unwrap(), "status", "--porcelain"]);
    assert_eq!(status, "");
}
