//! A person who looks elsewhere is told by a bell or by the desktop.

use std::fs;
use std::path::PathBuf;

use git_ao::model::Timestamp;

use super::world::{World, until};
use crate::support::write_script;

/// Makes a script the program of an agent.
fn program(world: &World, agent: &str, script: &str, args: &str) {
    let file = world.repo.env().path(agent);
    write_script(&file, script);
    let command = format!("{}{args}", file.display());
    world.repo.config(&format!("ao.agent.{agent}.command"), &command);
}

/// A file that gets a line with the name of the tmux session for each bell.
fn bells(world: &World) -> PathBuf {
    let file = world.repo.env().path("bells");
    world.tmux(&["new-session", "-d", "-s", "keep", "exec sleep 1000"]).ok();
    let note = format!("run-shell \"echo '#{{hook_session_name}}' >>'{}'\"", file.display());
    world.tmux(&["set-hook", "-g", "alert-bell", &note]).ok();
    file
}

fn count(file: &PathBuf, session: &str) -> usize {
    let text = fs::read_to_string(file).unwrap_or_default();
    text.lines().filter(|line| *line == format!("ao-{}", &session[..8])).count()
}

fn since(world: &World, session: &str) -> Timestamp {
    let live = world.live(session);
    live["activity"]["since"].as_str().unwrap().parse().unwrap()
}

#[test]
fn a_bell_of_ours_is_none_of_the_agents() {
    let world = World::new();
    let bells = bells(&world);
    world.repo.config("ao.notify", "bell");
    program(&world, "opencode", "echo thinking; exec sleep 1000", "");
    let id = world.spawn(&["--agent", "opencode", "--runtime", "tmux", "Quiet"]);
    until("a bell rings", || count(&bells, &id) == 1);
    let live = world.live(&id);
    assert_eq!((&live["standing"], &live["activity"]["state"]), (&"ready".into(), &"ready".into()));
    let flag = format!("=ao-{}:", &id[..8]);
    world
        .tmux(&["display-message", "-p", "-t", &flag, "#{window_bell_flag}"])
        .ok()
        .stdout_is("1\n");
    let last = world.tmux(&["display-message", "-p", "-t", &flag, "#{window_activity}"]).ok();
    let last: i64 = last.stdout.trim().parse().unwrap();
    assert!(since(&world, &id).as_seconds() + 5 <= last, "the bell was taken for output: {live}");
}

#[test]
fn an_agent_that_asks_and_goes_on_to_print_asks_once() {
    let world = World::new();
    let bells = bells(&world);
    world.repo.config("ao.notify", "bell");
    let body = "printf 'Really?\\a'; while :; do echo .; sleep 0.2; done";
    program(&world, "noisy", body, " {prompt}");
    let id = world.spawn(&["--agent", "noisy", "--runtime", "tmux", "Noisy"]);
    // Its own, and that of its supervisor.
    until("both bells ring", || count(&bells, &id) == 2);
    let first = since(&world, &id);
    let target = format!("=ao-{}:", &id[..8]);
    let last = || {
        let out = world.tmux(&["display-message", "-p", "-t", &target, "#{window_activity}"]).ok();
        out.stdout.trim().parse::<i64>().unwrap()
    };
    until("it has printed for three seconds", || last() > first.as_seconds() + 3);
    let live = world.live(&id);
    assert_eq!(live["activity"]["state"], "waiting_input");
    assert_eq!((since(&world, &id), count(&bells, &id)), (first, 2), "{live}");
}

#[test]
fn the_desktop_shows_what_it_asks() {
    let world = World::new();
    let go = world.repo.env().path("ring");
    world.repo.env().run(&world.repo.env().root(), "mkfifo", [&go]).run().ok();
    let body = format!("read line <'{}'; printf 'Really?\\a'; exec sleep 1000", go.display());
    program(&world, "bell", &body, " {prompt}");
    world.repo.config("ao.notify", "desktop");
    let spawn = ["spawn", "--json", "--agent", "bell", "--runtime", "tmux", "A title; `x`"];
    let start = |path: &str| {
        let out = world.repo.ao_run(spawn).env("PATH", path).run().ok().json();
        let id = out["session"]["id"].as_str().unwrap().to_owned();
        until("it runs", || world.live(&id)["activity"]["state"] == "active");
        id
    };
    let path = std::env::var("PATH").unwrap();
    let told = world.repo.env().path("told");

    // By an escape sequence where there is no program for it.
    let is_there = |program: &str| std::env::split_paths(&path).any(|it| it.join(program).exists());
    if !is_there("notify-send") && !is_there("osascript") {
        let id = start(&path);
        let target = format!("=ao-{}:", &id[..8]);
        let pipe = format!("cat >'{}'", told.display());
        world.tmux(&["pipe-pane", "-t", &target, &pipe]).ok();
        fs::write(&go, "\n").unwrap();
        let wanted = format!("\x1b]9;{}: A title; `x`: asks\x07", &id[..8]);
        until("it is shown", || fs::read_to_string(&told).unwrap_or_default().contains(&wanted));
    }

    let bin = world.repo.env().path("bin");
    fs::create_dir(&bin).unwrap();
    let _ = fs::remove_file(&told);
    let script = "printf '%s|' \"$@\" >\"$0.part\"; mv \"$0.part\" \"$0.told\"";
    write_script(&bin.join("notify-send"), script);
    let id = start(&format!("{}:{path}", bin.display()));
    fs::write(&go, "\n").unwrap();
    let wanted = format!("--app-name=git-ao|--|{}: A title; `x`|asks|", &id[..8]);
    let shown = || fs::read_to_string(bin.join("notify-send.told")).unwrap_or_default();
    until("it is shown", || shown() == wanted);
}
