//! What Claude Code's hooks tell, however they come, where its own files tell nothing.

use std::fs;

use serde_json::{Value, json};

use super::world::{World, until};
use crate::support::{Out, write_script};

/// A session whose agent takes Claude Code's arguments, and writes nothing.
fn world() -> (World, String, String) {
    let world = World::new();
    let file = world.repo.env().path("claude");
    write_script(&file, "exec sleep 1000");
    world.repo.config("ao.agent.claude.command", file.to_str().unwrap());
    let id = world.spawn(&["--agent", "claude", "--runtime", "tmux", "the task"]);
    until("it is seen that it has not begun", || state(&world, &id).0 == "waiting_input");
    let own = world.session(&id).agent_session_id.unwrap();
    (world, id, own)
}

fn state(world: &World, id: &str) -> (String, String) {
    let live = world.live(id);
    let text = |key: &str| live["activity"][key].as_str().unwrap_or_default().to_owned();
    (text("state"), text("what"))
}

fn hook(world: &World, id: &str, payload: &str) -> Out {
    let file = world.repo.common_dir().join(format!("ao/activity/{id}.hook"));
    let run = world.repo.ao_run(["hook", "agent", "claude"]).env("AO_HOOK_FILE", file);
    run.input(payload.as_bytes()).run().ok().stdout_is("").stderr_is("")
}

fn asks(own: &str, command: &str) -> Value {
    json!({"hook_event_name": "PermissionRequest", "session_id": own, "tool_name": "Bash",
        "tool_input": {"command": command}})
}

#[test]
fn neither_repetition_nor_a_subagent_nor_nonsense_changes_it() {
    let (world, id, own) = world();
    let tell = |payload: &Value| drop(hook(&world, &id, &payload.to_string()));
    let asked = ("waiting_input".to_owned(), "Run rm x?".to_owned());
    for _ in 0..2 {
        tell(&asks(&own, "rm x"));
        assert_eq!(state(&world, &id), asked);
    }
    // A subagent's turn is over, not the agent's.
    tell(&json!({"hook_event_name": "Stop", "session_id": own, "agent_id": "a"}));
    tell(&json!({"hook_event_name": "SessionEnd", "session_id": own, "reason": "clear"}));
    assert_eq!(state(&world, &id), asked);
    for nonsense in ["", "{", "[]", "7", "{\"hook_event_name\":[]}", "\u{0}"] {
        hook(&world, &id, nonsense);
        assert_eq!(state(&world, &id), asked, "{nonsense:?}");
    }
    tell(&json!({"hook_event_name": "Stop", "session_id": own, "last_assistant_message": "bye"}));
    assert_eq!(state(&world, &id), ("ready".to_owned(), "bye".to_owned()));
}

#[test]
fn nothing_that_was_said_stays() {
    let (world, id, own) = world();
    hook(&world, &id, &asks(&own, "rm x").to_string());
    world.repo.ao(["kill", &id]).ok();
    // It was on its way when the agent ended.
    hook(&world, &id, &asks(&own, "rm x").to_string());
    assert_eq!(state(&world, &id).0, "exited");
    let folder = world.repo.common_dir().join("ao/activity");
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
    // A file that an earlier version has left goes with the session.
    fs::write(folder.join(format!("{id}.hook")), asks(&own, "rm x").to_string()).unwrap();
    world.repo.ao(["delete", &id]).ok();
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
}
