//! The recipes of git-ao-attention(7), as they are written there.

use std::fs;

use super::world::{World, until};
use crate::support::write_script;

/// The examples below a heading of the page, without the marks of roff.
fn examples(heading: &str) -> Vec<String> {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/man/git-ao-attention.7");
    let page = fs::read_to_string(page).unwrap();
    let heading = format!(".SS {heading}\n");
    let section = page.split_once(&heading).unwrap().1;
    let section = section.split("\n.S").next().unwrap();
    let blocks = section.split("\n.nf\n").skip(1);
    let text = |block: &str| block.split("\n.fi").next().unwrap().replace("\\-", "-");
    blocks.map(text).collect()
}

/// A repository whose tmux knows `git ao`, with a session `main` of the person's own.
fn world() -> World {
    let world = World::new();
    let file = world.repo.env().path("bell");
    write_script(&file, "printf 'Really?\\a'; exec sleep 1000");
    world.repo.config("ao.agent.bell.command", &format!("{} {{prompt}}", file.display()));
    let start = "tmux -f /dev/null new-session -d -x 100 -y 20 -s main";
    world.repo.env().shell(world.repo.dir(), start).run().ok();
    world
}

fn asks(world: &World, title: &str) -> String {
    // Its terminal has the PATH of the person who starts it.
    let spawn = ["spawn", "--json", "--agent", "bell", "--runtime", "tmux", title];
    let made = world.repo.env().git_ao(world.repo.dir(), spawn).run().ok().json();
    let id = made["session"]["id"].as_str().unwrap().to_owned();
    until("it asks", || world.live(&id)["standing"] == "waiting_input");
    id
}

#[test]
fn the_line_and_the_key_of_tmux() {
    let world = world();
    let [line, key] = <[String; 2]>::try_from(examples("tmux")).unwrap();
    let config = world.repo.env().path("recipes.conf");
    fs::write(&config, format!("{line}\n{key}\nset -g status-interval 1\n")).unwrap();
    world.tmux(&["source-file", config.to_str().unwrap()]).ok();
    let ids = ["one", "two"].map(|title| asks(&world, title));

    // A person's terminal, in a tmux of another server.
    let outer = |args: &[&str]| world.tmux(&[&["-L", "outer", "-f", "/dev/null"], args].concat());
    let attach = "env -u TMUX tmux attach-session -t =main";
    outer(&["new-session", "-d", "-x", "100", "-y", "22", "-s", "person", attach]).ok();
    let screen = || outer(&["capture-pane", "-p", "-t", "=person:"]).ok().stdout;
    let last = || screen().trim_end().lines().last().unwrap_or_default().trim_end().to_owned();
    until("the line counts them", || last().ends_with(" 2"));

    let shown = || world.tmux(&["list-clients", "-F", "#{client_session}"]).ok().stdout;
    let press = || outer(&["send-keys", "-t", "=person:", "C-b", "N"]).ok();
    let name = |id: &str| format!("ao-{}\n", &id[..8]);
    press();
    until("the first is shown", || ids.iter().any(|id| shown() == name(id)));
    let first = shown();
    let other = ids.iter().map(|id| name(id)).find(|name| *name != first).unwrap();
    // tmux takes the bell of the one that is looked at as heard.
    until("the line counts the other", || last().ends_with(" 1"));
    press();
    until("the other is shown", || shown() == other);
    until("the line counts none", || last().ends_with(" 0"));
    press();
    until("it says that none waits", || screen().contains("no other session waits"));
    assert_eq!(shown(), other);
    outer(&["kill-server"]).ok();
}

/// What a person starts later in the same server has what every program needs.
#[test]
fn a_server_that_an_agent_started_is_one_for_everybody() {
    let world = World::new();
    let id = world.spawn(&["--runtime", "tmux", "one"]);
    until("it works", || world.live(&id)["activity"]["state"] == "active");
    let home = format!("HOME={}\n", world.repo.env().home().display());
    world.tmux(&["show-environment", "-g", "HOME"]).ok().stdout_is(&home);
    world.tmux(&["show-environment", "-g", "PATH"]).ok().stdout_has("PATH=");
    world.tmux(&["show-environment", "-g", "AO_SESSION_ID"]).code(1);
}

#[test]
fn the_prompt_of_a_shell() {
    let world = world();
    let [prompt] = <[String; 1]>::try_from(examples("Shell prompt")).unwrap();
    let run = || {
        let body = "PS1='$ '; eval \"$0\"; printf '%s' \"${PS1@P}\"";
        let args = ["--norc", "-c", body, &prompt];
        let path =
            world.repo.env().shell(world.repo.dir(), "printf %s \"$PATH\"").run().ok().stdout;
        let bash = world.repo.env().run(world.repo.dir(), "bash", args);
        bash.env("PATH", path).run().ok().stderr_is("").stdout
    };
    assert_eq!(run(), "$ ");
    asks(&world, "one");
    assert_eq!(run(), "(1 asking) $ ");
    let outside = world.repo.env().shell(&world.repo.env().root(), "git ao status --porcelain");
    outside.run().code(128);
}

#[test]
fn a_batch_that_a_script_waits_for() {
    let world = world();
    let [script] = <[String; 1]>::try_from(examples("CI and orchestrators")).unwrap();
    let ended = world.spawn(&["--no-agent", "ended"]);
    world.set_status(&ended, &git_ao::model::SessionStatus::Done);
    let run = |ids: &[&str], script: &str| {
        let commands = format!("ids='{}'\n{script}", ids.join(" "));
        world.repo.env().shell(world.repo.dir(), &commands).run().ok()
    };
    run(&[&ended], &script).stdout_has("all done");
    let works = world.spawn(&["--runtime", "detached", "works"]);
    let soon = script.replace("--timeout 1h", "--timeout 0");
    assert_ne!(soon, script);
    run(&[&ended, &works], &soon).stdout_has("still at work").stdout_has(&works[..8]);
}
