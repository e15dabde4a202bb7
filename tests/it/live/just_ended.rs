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
