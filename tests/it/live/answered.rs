//! What an agent waited for before something was sent to it is not taken for its answer.

use std::fs;

use serde_json::{Value, json};

use super::world::{World, until};
use crate::support::write_script;

fn sent_file(world: &World, id: &str) -> std::path::PathBuf {
    world.repo.common_dir().join(format!("ao/activity/{id}.sent"))
}

/// Moves what was sent into the past.
fn a_minute_later(world: &World, id: &str) {
    let file = sent_file(world, id);
    let mut sent: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    for time in ["at", "until"] {
        let at: git_ao::model::Timestamp = sent[time].as_str().unwrap().parse().unwrap();
        let earlier = git_ao::model::Timestamp::from_millis(at.as_millis() - 60_000);
        sent[time] = earlier.to_string().into();
    }
    fs::write(&file, sent.to_string()).unwrap();
}

fn state(world: &World, id: &str) -> String {
    world.live(id)["standing"].as_str().unwrap().to_owned()
}

#[test]
fn a_wait_after_a_prompt_is_for_its_answer() {
    let world = World::new();
    let file = world.repo.env().path("claude");
    write_script(&file, "exec sleep 1000");
    world.repo.config("ao.agent.claude.command", file.to_str().unwrap());
    let spawn = || world.spawn(&["--agent", "claude", "--runtime", "tmux", "the task"]);
    let (one, two) = (spawn(), spawn());
    let said = |id: &str, text: &str| {
        let own = world.session(id).agent_session_id.unwrap();
        let stop =
            json!({"hook_event_name": "Stop", "session_id": own, "last_assistant_message": text});
        let file = world.repo.common_dir().join(format!("ao/activity/{id}.hook"));
        let run = world.repo.ao_run(["hook", "agent", "claude"]).env("AO_HOOK_FILE", file);
        run.input(stop.to_string().as_bytes()).run().ok();
    };
    let wait = |ids: &[&str]| {
        let args = ["wait", "--all", "--for", "ready", "--timeout", "0"];
        world.repo.ao(args.into_iter().chain(ids.iter().copied()))
    };
    for id in [&one, &two] {
        until("it has begun", || {
            sent_file(&world, id).with_extension("hook").exists()
                && world.session(id).agent_session_id.is_some()
        });
        said(id, "done");
    }
    wait(&[&one, &two]).ok();
    world.repo.ao(["send", "--to", &one, "--to", &two, "Go on."]).ok();
    for id in [&one, &two] {
        wait(&[id]).code(124).stdout_is("");
        assert_eq!(state(&world, id), "active");
    }
    // The same answer is another one.
    said(&one, "done");
    wait(&[&one]).ok().stdout_has("\tready\t");
    wait(&[&two]).code(124);
    said(&two, "done");
    wait(&[&one, &two]).ok();

    // It need not have an effect.
    for send in [&["send", &one, "/clear"][..], &["send", "--key", "Escape", &one]] {
        world.repo.ao(send).ok();
        wait(&[&one]).code(124);
        a_minute_later(&world, &one);
        wait(&[&one]).ok();
    }
    // A damaged note is none.
    fs::write(sent_file(&world, &one), "{").unwrap();
    wait(&[&one]).ok();
    world.repo.ao(["send", &one, "Go on."]).ok();
    world.repo.ao(["kill", &one]).ok();
    assert!(!sent_file(&world, &one).exists());
}

/// The bell of a terminal that nobody looks at stays.
#[test]
fn an_answered_bell_is_not_the_next_one() {
    let world = World::new();
    let file = world.repo.env().path("bell");
    let again = world.repo.env().path("again");
    world.repo.env().run(&world.repo.env().root(), "mkfifo", [&again]).run().ok();
    let body = format!(
        "while :; do printf 'Really?\\a'; read line; echo so; read line <'{}'; done",
        again.display()
    );
    write_script(&file, &body);
    world.repo.config("ao.agent.bell.command", file.to_str().unwrap());
    let id = world.spawn(&["--agent", "bell", "--runtime", "tmux", "Asks"]);
    let asks = || state(&world, &id) == "waiting_input";
    until("it asks", asks);
    for answer in [&["send", &id, "yes"][..], &["send", "--key", "y", "--key", "Enter", &id]] {
        world.repo.ao(answer).ok();
        let wait = world.repo.ao(["wait", "--for", "needs-you", "--timeout", "0", &id]);
        wait.code(124).stdout_is("");
        a_minute_later(&world, &id);
        assert!(!asks(), "the bell is that of the question before");
        fs::write(&again, "\n").unwrap();
        until("it asks again", asks);
    }
}
