use git_ao::git::Repository;
use git_ao::model::SessionStatus;
use git_ao::ops::Engine;
use git_ao::store::Store;

use crate::support::Repo;
use crate::support::agents::{STAYS, agent, spawn, wait_until};

#[allow(dead_code)] // its main
#[path = "../../../examples/sessions.rs"]
mod example;

#[test]
fn the_example_prints_sessions_and_the_queue() {
    let repo = Repo::new();
    agent(&repo, "mine", STAYS);
    repo.git(["config", "ao.agent", "mine"]);
    repo.git(["config", "ao.runtime", "detached"]);

    let done = spawn(&repo, &["--no-agent", "Describe the configuration"]);
    repo.ao(["complete", &done.to_string()]).ok();
    repo.ao(["archive", &done.to_string()]).ok();
    let running = spawn(&repo, &["Fix the flaky test"]);
    wait_until(&repo, running, |session| session.status == SessionStatus::Working);
    let blocked = spawn(&repo, &["--no-agent", "Choose a \u{202e}color"]);
    repo.ao(["set", &blocked.to_string(), "status=needs_input", "visibility=private"]).ok();
    let next = spawn(&repo, &["--no-agent", "Try it without threads"]);

    let environment = repo.env().environment();
    let found = Repository::discover_with(repo.dir(), environment).unwrap();
    let printed = example::report(&Engine::new(Store::new(found).with_private())).unwrap();
    let [done, running, blocked, next] = [done, running, blocked, next].map(|id| id.short());
    assert_eq!(
        printed,
        format!(
            "SESSIONS\n\
             {running}  working  mine alive  ready  Fix the flaky test\n\
             {next}  idle  -  ready  Try it without threads\n\
             {blocked}  needs_input (private)  -  ready  Choose a \\u{{202e}}color\n\
             {done}  done (archived)  -  ready  Describe the configuration\n\
             \n\
             RUNNING 1\n\
             {running}  Fix the flaky test\n\
             \n\
             BLOCKED 1\n\
             {blocked}  Choose a \\u{{202e}}color\n\
             \n\
             NEXT 1\n\
             {next}  Try it without threads\n"
        )
    );
    repo.ao(["kill", &running]).ok();
}
