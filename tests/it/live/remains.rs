//! What an agent started and left behind is named, and never taken for the agent.

use std::fs;

use git_ao::model::SessionStatus;

use super::world::{World, until};

/// The processes that the agent started in sessions of their own: one in the worktree, and one that
/// is like a daemon.
fn leave_two(world: &World, then: &str) -> [std::path::PathBuf; 2] {
    let files = ["inside", "outside"].map(|name| world.repo.env().path(name));
    let [inside, outside] = files.each_ref().map(|path| path.display());
    let start = |file| {
        format!("setsid sh -c 'echo $$ >{file}.new; mv {file}.new {file}; exec sleep 1000' &")
    };
    world.agent(&format!("{}\ncd /\n{}\n{then}", start(inside), start(outside)));
    files
}

fn pid(file: &std::path::Path) -> String {
    until("it says its number", || file.exists());
    fs::read_to_string(file).unwrap().trim().to_owned()
}

fn runs(pid: &str) -> bool {
    fs::read_link(format!("/proc/{pid}/exe")).is_ok()
}

#[test]
fn tools_that_go_on_are_named_and_ended_when_asked() {
    let world = World::new();
    let files = leave_two(&world, "exec sleep 1000");
    // In tmux, where they are in no process group or session of the agent's.
    let id = world.spawn(&["--runtime", "tmux", "the task"]);
    let [inside, outside] = files.each_ref().map(|file| pid(file));
    until("it works", || world.session(&id).status == SessionStatus::Working);
    let out = world.repo.ao(["kill", &id]).ok().stdout_has("its agent was stopped");
    let out = out.stderr_has(&format!("process {inside} (sleep), started by its agent"));
    let out =
        out.stderr_has(&format!("process {outside} (sleep)")).stderr_has("is still running in '/'");
    out.stderr_has(&format!("git ao kill --all-processes {}", &id[..8]));
    assert!(runs(&inside) && runs(&outside));
    assert_eq!(world.live(&id)["agent"], "gone", "they are no proof of life");
    let out = world.repo.ao(["kill", "--all-processes", &id]).ok();
    out.stdout_has(&format!("process {inside} (sleep) was stopped"))
        .stderr_lacks("in the worktree");
    assert!(!runs(&inside) && runs(&outside), "a daemon that others use goes on");
}

#[test]
fn an_agent_that_forks_away_and_ends_has_ended() {
    let world = World::new();
    let files = leave_two(&world, "exit 0");
    let id = world.spawn(&["--runtime", "detached", "the task"]);
    let [inside, outside] = files.each_ref().map(|file| pid(file));
    until("it has ended", || world.session(&id).status == SessionStatus::Done);
    until("it is gone", || world.live(&id)["agent"] == "gone");
    let out = world.repo.ao(["kill", "--all-processes", &id]).ok();
    out.stdout_has(&format!("process {inside} (sleep) was stopped"));
    assert!(!runs(&inside) && runs(&outside));
}
