//! An agent is alive for as long as anything says so, whatever its tmux server or the process that
//! looks after it has come to.

use std::fs;

use git_ao::model::SessionStatus;

use super::world::{World, until};
use crate::support::Out;

/// The numbers in the file that tells of a session's processes.
fn noted(world: &World, id: &str) -> (String, String) {
    let path = world.repo.common_dir().join(format!("ao/run/{id}.agent"));
    let text = fs::read_to_string(path).unwrap();
    let pid = |key: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(key)).unwrap();
        line.trim().split_once('@').unwrap().0.to_owned()
    };
    (pid("runner"), pid("agent"))
}

fn kill_9(world: &World, pid: &str) {
    world.repo.env().run(world.repo.dir(), "kill", ["-9", pid]).run().ok();
    until("a killed process ends", || has_ended(pid));
}

fn has_ended(pid: &str) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(')').is_none_or(|(_, rest)| rest.trim_start().starts_with('Z'))
}

fn working(world: &World, runtime: &str) -> String {
    let id = world.spawn(&["--runtime", runtime, "the task"]);
    until("it works", || world.session(&id).status == SessionStatus::Working);
    id
}

/// No verb touches it, and no record says that it ended.
fn stays(world: &World, id: &str, ao: &dyn Fn(&[&str]) -> Out) {
    let events = world.events();
    ao(&["status"]).ok().stdout_has("working  test   a").stdout_lacks("vanished");
    ao(&["reconcile"]).ok().stdout_is("nothing to do\n");
    ao(&["restore", id]).code(1).stderr_has("is running");
    ao(&["restore", "--force", id]).code(1).stderr_has("is running");
    ao(&["delete", "--force", id]).ok().stderr_has("its agent is still running");
    world.repo.git(["update-ref", "refs/ao/sessions", "refs/ao/sessions@{1}"]);
    assert_eq!(world.events(), events);
    world.set_status(id, &SessionStatus::Done);
    ao(&["cleanup", "--force", "--branches"]).code(1).stdout_has("its agent is still running");
    ao(&["archive", id]).code(1).stderr_has("is still running");
    ao(&["delete", id]).code(1).stderr_has("is still running");
    assert!(world.worktree(id).exists());
    world.set_status(id, &SessionStatus::Working);
}

#[test]
fn another_tmux_server_than_this_shells_plays_no_part() {
    let world = World::new();
    let id = working(&world, "tmux");
    let (_, agent) = noted(&world, &id);
    let other = world.repo.env().path("other");
    fs::create_dir(&other).unwrap();
    let ao = |args: &[&str]| world.repo.ao_run(args.to_vec()).env("TMUX_TMPDIR", &other).run();
    stays(&world, &id, &ao);
    let socket = world.placement(&id).unwrap().socket.expect("the record names the server");
    assert!(socket.starts_with(world.repo.env().path("tmux").to_str().unwrap()), "{socket}");
    ao(&["send", &id, ""]).code(1).stderr_has("empty");
    ao(&["kill", &id]).ok().stdout_has("its agent was stopped");
    assert!(has_ended(&agent));
    assert_eq!(world.session(&id).status, SessionStatus::Killed);
}

#[test]
fn a_socket_that_was_swept_away_hides_nothing() {
    let world = World::new();
    let id = working(&world, "tmux");
    let (_, agent) = noted(&world, &id);
    let socket = world.placement(&id).unwrap().socket.unwrap();
    fs::rename(&socket, format!("{socket}.old")).unwrap();
    let ao = |args: &[&str]| world.repo.ao(args);
    stays(&world, &id, &ao);
    ao(&["attach", &id]).code(1).stderr_has("cannot be reached").stderr_has("git ao kill");
    ao(&["kill", &id]).ok().stdout_has("its agent was stopped");
    assert!(has_ended(&agent));
    fs::rename(format!("{socket}.old"), &socket).unwrap();
}

#[test]
fn a_server_that_hangs_hides_nothing() {
    let world = World::new();
    let _ = working(&world, "tmux");
    let server = world.tmux(&["display-message", "-p", "#{pid}"]).ok().stdout.trim().to_owned();
    let signal = |name: &str| {
        world.repo.env().run(world.repo.dir(), "kill", [name, &server]).run().ok();
    };
    signal("-STOP");
    let out = world.repo.ao(["status"]);
    let reconciled = world.repo.ao(["reconcile"]);
    signal("-CONT");
    out.ok().stdout_has("test   alive");
    reconciled.ok().stdout_is("nothing to do\n");
}

#[test]
fn an_agent_outlives_what_looks_after_it() {
    let world = World::new();
    for runtime in ["detached", "tmux"] {
        // In tmux the terminal's end is heard of by a signal, which may be ignored.
        world.agent("trap '' HUP; while :; do sleep 1000 & wait; done");
        let id = working(&world, runtime);
        let (runner, agent) = noted(&world, &id);
        kill_9(&world, &runner);
        until("it is the agent that is seen", || {
            world.live(&id)["pid"].as_u64() == agent.parse().ok()
        });
        stays(&world, &id, &|args| world.repo.ao(args));
        for verb in [&["attach", &id][..], &["send", &id, "x"]] {
            world.repo.ao(verb).code(1).stderr_has("cannot be reached");
        }
        world.repo.ao(["kill", &id]).ok().stdout_has("agent");
        assert!(has_ended(&agent), "{runtime}");
        assert_eq!(world.session(&id).status, SessionStatus::Killed);
        assert_eq!(world.live(&id)["agent"], "gone");
    }
}

#[test]
fn processes_of_before_a_boot_are_gone() {
    let world = World::new();
    let id = working(&world, "detached");
    let (runner, agent) = noted(&world, &id);
    let path = world.repo.common_dir().join(format!("ao/run/{id}.agent"));
    let text = fs::read_to_string(&path).unwrap();
    kill_9(&world, &runner);
    let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap();
    fs::write(&path, text.replace(&boot[..8], "00000000")).unwrap();
    assert_eq!(world.live(&id)["agent"], "gone", "the numbers are other processes' now");
    // What cannot be read, or counts elsewhere, tells nothing; it is not taken for gone.
    for other in ["", "runner x\n", &text.replace("pid:[", "pid:[1")] {
        fs::write(&path, other).unwrap();
        assert_eq!(world.live(&id)["agent"], "unknown", "{other}");
        world.repo.ao(["restore", "--force", &id]).code(128).stderr_has("cannot determine");
    }
    kill_9(&world, &agent);
}

#[test]
fn a_copy_of_the_repository_does_not_have_its_agents() {
    let world = World::new();
    let id = working(&world, "detached");
    let (_, agent) = noted(&world, &id);
    let copy = world.repo.env().path("copy");
    let root = world.repo.env().root();
    let from = world.repo.dir().to_str().unwrap();
    world.repo.env().run(&root, "cp", ["-a", from, copy.to_str().unwrap()]).run().ok();
    let copy = world.repo.within(&copy);
    copy.config("ao.replica", "copy-0000");
    let all = copy.ao(["status", "--json", &id]).ok().json();
    assert_eq!(all["sessions"][0]["live"]["agent"], "elsewhere");
    copy.ao(["kill", &id]).code(1);
    copy.ao(["kill", "--force", &id]).ok();
    assert!(!has_ended(&agent));
}

#[test]
fn one_that_was_killed_while_it_started_the_agent_leaves_a_trace() {
    let world = World::new();
    let id = working(&world, "detached");
    let (runner, agent) = noted(&world, &id);
    let path = world.repo.common_dir().join(format!("ao/run/{id}.agent"));
    let text = fs::read_to_string(&path).unwrap();
    kill_9(&world, &runner);
    let begun: Vec<_> = text.lines().filter(|line| !line.starts_with("agent")).collect();
    fs::write(&path, begun.join("\n")).unwrap();
    let live = world.live(&id);
    assert_eq!(live["agent"], "unknown");
    assert!(live["agent_error"].as_str().unwrap().contains(&agent), "{live}");
    kill_9(&world, &agent);
    until("nothing has its variable", || world.live(&id)["agent"] == "gone");
}
