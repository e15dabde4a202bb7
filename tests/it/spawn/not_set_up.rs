//! Sessions whose worktree could not be set up, or is not yet.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::agents::{STAYS, agent, until, wait_ended, wait_working};
use crate::support::{Combo, TestEnv, alone};

#[test]
fn a_setup_that_failed_is_shown_until_somebody_does_something_about_it() {
    alone(|| {
        let repo = TestEnv::new().repo(Combo::PLAIN);
        repo.commit(".gitignore", "made\n");
        repo.config("ao.setup", "echo no network; exit 1");
        agent(&repo, "mine", STAYS);
        let mut ids = Vec::new();
        for title in ["One", "Two"] {
            let out = repo.ao(["spawn", "--agent", "mine", "--runtime", "detached", title]);
            // It fails at once, but a busy machine may not get there while spawn waits for it.
            match out.status {
                0 => drop(out.stderr_has("the agent starts when the worktree is set up")),
                _ => {
                    let out = out.code(1).stderr_has("the agent was not started: ao.setup failed");
                    let out = out.stdout_has("mine, not started");
                    drop(out.stderr_has("to try it again: git ao restore "));
                }
            }
            let listed = repo.ao(["list", "--all", "--json"]).ok().json();
            let listed = listed["sessions"].as_array().unwrap().clone();
            let it = listed.iter().find(|it| it["title"] == title).unwrap();
            ids.push(it["id"].as_str().unwrap().to_owned());
            wait_ended(&repo, ids.last().unwrap().parse().unwrap());
        }
        let out = repo.ao(["status"]).ok().stdout_has("not set up");
        let out = out.stdout_has(&format!(
            "{} was not started: ao.setup failed with exit status 1: no network",
            &ids[0][..8]
        ));
        out.stdout_has("2 sessions: 2 not started").stdout_has("git ao restore <session>");
        repo.ao(["status", "--porcelain"]).ok().stdout_has(&ids[0]).stdout_has("\tnot_started\t");
        repo.ao(["kill", &ids[0]]).ok().stdout_has("errored -> killed");
        let out = repo.ao(["status"]).ok().stdout_lacks(&ids[0][..8]);
        out.stdout_has(&format!("to try that again: git ao restore {}", &ids[1][..8]));
        repo.config("ao.setup", "true");
        repo.ao(["restore", &ids[1]]).ok().stderr_lacks("not started");
        wait_working(&repo, ids[1].parse().unwrap());
        repo.ao(["status"]).ok().stdout_has(&ids[1][..8]).stdout_lacks("not set up");
        repo.ao(["kill", &ids[1]]).ok();
    });
}

#[test]
fn a_spawn_that_is_killed_during_the_setup_leaves_word_of_it() {
    alone(|| {
        let repo = TestEnv::new().repo(Combo::PLAIN);
        repo.commit(".gitignore", "made\n");
        repo.config("ao.setup", "echo $$ >made; test -e \"$AO_ROOT/go\" || exec sleep 1000");
        let mut child = repo.ao_run(["spawn", "--no-agent", "One"]).spawn();
        let list = || repo.ao(["list", "--json"]).ok().json()["sessions"].clone();
        let path = || repo.ao(["path", "latest"]).text().to_owned();
        until("it is being set up", || {
            list()[0].is_object() && Path::new(&path()).join("made").exists()
        });
        child.kill().unwrap();
        child.wait().unwrap();
        let pid = fs::read_to_string(Path::new(&path()).join("made")).unwrap();
        assert!(Command::new("kill").arg(pid.trim()).status().unwrap().success());
        let id = list()[0]["id"].as_str().unwrap()[..8].to_owned();
        let out = repo.ao(["status"]).ok().stdout_has(&format!("{id} is not set up"));
        let out = out.stdout_has("not set up");
        out.stdout_has(&format!("to try that again: git ao restore --no-agent {id}"));
        repo.ao(["show", &id]).ok().stdout_has("not set up");
        repo.write("go", "");
        repo.ao(["restore", "--no-agent", &id]).ok();
        repo.ao(["status"]).ok().stdout_lacks("not set up");
    });
}
