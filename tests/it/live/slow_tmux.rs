//! A tmux that never answers.

use std::fs;
use std::time::{Duration, Instant};

use git_ao::model::SessionStatus;

use super::world::{World, until};
use crate::support::{Out, write_script};

/// Before, one question could take longer than this.
const IN_TIME: Duration = Duration::from_secs(18);

#[test]
fn it_holds_nothing_up_and_nothing_is_removed() {
    let world = World::new();
    let env = world.repo.env();
    let id = world.spawn(&["--runtime", "tmux", "the task"]);
    until("the agent works", || world.session(&id).status == SessionStatus::Working);
    let (folder, pids) = (env.path("slow"), env.path("pids"));
    let script = |then: &str| {
        let text = format!("sleep 1000 &\necho $! >>'{}'\n{then}", pids.display());
        write_script(&folder.join("tmux"), &text);
    };
    script("wait");
    let path = std::env::var("PATH").unwrap();
    let path = format!("{}:{path}", folder.display());
    let ao = |args: &[&str]| -> Out {
        let begin = Instant::now();
        let out = world.repo.ao_run(args.to_vec()).env("PATH", &path).run();
        assert!(begin.elapsed() < IN_TIME, "{:?}: {out}", begin.elapsed());
        out
    };
    // The processes themselves tell.
    ao(&["status"]).ok().stdout_has("test   alive");
    // Only the server could tell.
    world.forget_processes(&id);
    ao(&["status"]).ok().stdout_has("unknown");
    ao(&["kill", &id]).code(128).stderr_has("cannot determine");
    assert_eq!(world.session(&id).status, SessionStatus::Working);
    world.set_status(&id, &SessionStatus::Done);
    ao(&["cleanup", "--force", "--branches"]).code(1).stdout_has("cannot determine");
    assert!(world.worktree(&id).exists());
    // What the script has started does not stay.
    for pid in fs::read_to_string(&pids).unwrap().lines() {
        until("the script's child has ended", || {
            let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
            stat.rsplit_once(')').is_none_or(|(_, rest)| rest.trim_start().starts_with('Z'))
        });
    }
    // Nor does it matter that it ends, but something holds its pipes.
    script("exit 0");
    let out = ao(&["status", "--all"]).ok();
    assert!(out.stdout.contains("unknown"), "{out}");
}

/// A server whose last session has ended takes one more command, and exits.
#[test]
fn a_server_that_is_about_to_exit_is_asked_again() {
    let world = World::new();
    let env = world.repo.env();
    let (folder, met) = (env.path("leaving"), env.path("met"));
    let path = std::env::var("PATH").unwrap();
    let script = format!(
        "case $* in *new-session*) echo x >>'{met}'\n\
         test $(wc -l <'{met}') -gt 3 || {{ echo 'server exited unexpectedly' >&2; exit 1; }};; esac\n\
         PATH='{path}' exec tmux \"$@\"",
        met = met.display()
    );
    write_script(&folder.join("tmux"), &script);
    let path = format!("{}:{path}", folder.display());
    let spawn = ["spawn", "--json", "--runtime", "tmux", "the task"];
    let out = world.repo.ao_run(spawn).env("PATH", path).run().ok().json();
    let id = out["session"]["id"].as_str().unwrap();
    until("the agent works", || world.session(id).status == SessionStatus::Working);
    assert_eq!(fs::read_to_string(&met).unwrap().lines().count(), 4);
    assert_eq!(world.tmux(&["list-sessions"]).ok().stdout.lines().count(), 1);
}
