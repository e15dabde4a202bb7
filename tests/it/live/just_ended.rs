//! What looks after an agent records its end, and exits a moment later. Whoever comes in between
//! does not find the agent running.

use std::thread;
use std::time::Duration;

use git_ao::git::Repository;
use git_ao::model::SessionStatus;

use super::world::{World, until};

/// Runs a verb while the session's lock is still held, and lets go of it then.
fn beside_a_supervisor(world: &World, id: &str, args: &[&str]) {
    let repo = Repository::discover(world.repo.dir()).unwrap();
    let lock = repo.lock_named(&format!("run/{id}"), Duration::ZERO).unwrap();
    let run = world.repo.ao_run(args);
    let verb = thread::spawn(move || run.run());
    // Only so that it finds the lock; one that is late finds the session free.
    thread::sleep(Duration::from_millis(300));
    drop(lock);
    verb.join().unwrap().ok();
}

#[test]
fn it_can_be_restored_archived_cleaned_up_and_deleted() {
    let world = World::new();
    let id = world.spawn(&["--no-agent", "the task"]);
    let verbs: [&[&str]; 5] = [
        &["restore", "--no-agent", &id],
        &["cleanup"],
        &["archive", &id],
        &["unarchive", &id],
        &["delete", &id],
    ];
    for verb in verbs {
        if verb[0] != "unarchive" && verb[0] != "delete" {
            world.set_status(&id, &SessionStatus::Done);
        }
        beside_a_supervisor(&world, &id, verb);
    }
    assert!(world.store().snapshot().unwrap().session(super::world::id(&id)).is_err());
}

/// A shutdown, or the end of a tmux server, asks every agent to exit. Many do, with status 0.
#[test]
fn one_that_obeys_a_shutdown_has_not_finished() {
    let world = World::new();
    world.agent("trap 'exit 0' TERM HUP; touch ready; while :; do sleep 0.05; done");
    let mut ids = Vec::new();
    for runtime in ["detached", "tmux"] {
        let id = world.spawn(&["--runtime", runtime, "the task"]);
        until("it listens", || world.worktree(&id).join("ready").exists());
        ids.push(id);
    }
    let pid = world.live(&ids[0])["pid"].to_string();
    world.repo.env().run(world.repo.dir(), "kill", ["-TERM", &pid]).run().ok();
    world.tmux(&["kill-session", "-t", &format!("=ao-{}", &ids[1][..8])]).ok();
    for id in &ids {
        until("its end is recorded", || world.session(id).status == SessionStatus::Errored);
        assert_eq!(world.live(id)["standing"], "vanished");
    }
    let out = world.repo.ao(["restore", "--all", "--no-agent"]).ok();
    ids.iter().for_each(|id| assert!(out.stdout.contains(&id[..8]), "{out}"));
}

#[test]
fn one_that_runs_on_is_refused() {
    let world = World::new();
    let id = world.spawn(&["--runtime", "detached", "the task"]);
    until("it works", || world.session(&id).status == SessionStatus::Working);
    world.repo.ao(["complete", "--force", &id]).ok();
    world.repo.ao(["restore", &id]).code(1).stderr_has("is running");
    world.repo.ao(["delete", &id]).code(1).stderr_has("still running");
    world.repo.ao(["cleanup"]).code(1).stdout_has("still running");
}
