use std::fs;
use std::io::Read as _;

use super::world::{World, until};

/// An agent that writes down each line that is typed.
fn listener(world: &World) -> std::path::PathBuf {
    let heard = world.repo.env().path("heard");
    let file = heard.display();
    world.agent(&format!(
        "echo ready; while IFS= read -r line; do printf '%s\\n' \"$line\" >>'{file}'; done"
    ));
    heard
}

#[test]
fn what_is_sent_is_typed_as_it_is() {
    let world = World::new();
    let heard = listener(&world);
    let id = world.spawn(&["--runtime", "tmux", "the task"]);
    until("the agent works", || {
        world
            .tmux(&["capture-pane", "-p", "-t", &format!("=ao-{}:", &id[..8])])
            .stdout
            .contains("ready")
    });
    world.repo.ao(["send", &id, "-n", "two;", "$HOME #{pane_id}"]).ok().stdout_is("");
    world.repo.ao_run(["send", &id, "-"]).input("one\n  two \\n\n").run().ok();
    let file = world.repo.write("message", "from a file");
    world.repo.ao(["send", &id, "--file", file.to_str().unwrap()]).ok();
    let all = "-n two; $HOME #{pane_id}\none\n  two \\n\nfrom a file\n";
    until("all lines are heard", || fs::read_to_string(&heard).is_ok_and(|text| text == all));
    world.repo.ao(["send", &id]).code(129).stderr_has("no text");
    world.repo.ao(["send", &id, ""]).code(1).stderr_has("empty");
    world.repo.ao(["send", &id, "\u{1b}[A"]).code(128).stderr_has("control character");
}

#[test]
fn what_cannot_be_typed_into_says_so() {
    let world = World::new();
    let id = world.spawn(&["--runtime", "detached", "the task"]);
    world.repo.ao(["send", &id, "x"]).code(1).stderr_has("takes no input").stderr_has("hint: ");
    let none = world.spawn(&["--no-agent", "the task"]);
    world.repo.ao(["send", &none, "x"]).code(1).stderr_has("no agent was started");
    world.repo.ao(["attach", &none]).code(1).stderr_has("no agent was started");
    world.murder(&id);
    for verb in [&["send", &id, "x"][..], &["attach", &id]] {
        world.repo.ao(verb).code(1).stderr_has("is gone").stderr_has("git ao restore");
    }
    world.change(&id, |session| {
        let placement = session.placements.values().next().unwrap().clone();
        session.placements = [("laptop-9f2c".to_owned(), placement)].into();
    });
    for verb in [&["send", &id, "x"][..], &["attach", &id]] {
        world.repo.ao(verb).code(1).stderr_has("lives on 'laptop-9f2c'");
    }
}

#[test]
fn an_agent_without_a_terminal_is_followed_to_its_end() {
    let world = World::new();
    let go = world.repo.env().path("go");
    world.agent(&format!("printf 'begun\\n'; read line <'{}'; echo ended", go.display()));
    let id = world.spawn(&["--runtime", "detached", "the task"]);
    let log = world.repo.common_dir().join(format!("ao/log/{id}.log"));
    until("it prints", || fs::read_to_string(&log).is_ok_and(|text| text.contains("begun")));
    let mut attach = world.repo.ao_run(["attach", &id]).spawn();
    // Not before it follows: one that has ended is not attached to.
    let mut begun = [0; 6];
    attach.stdout.as_mut().unwrap().read_exact(&mut begun).unwrap();
    fs::write(&go, "x\n").unwrap();
    let out = attach.wait_with_output().unwrap();
    assert!(out.status.success());
    assert_eq!((&begun, &*out.stdout), (b"begun\n", &b"ended\n"[..]));
    assert!(String::from_utf8(out.stderr).unwrap().contains("the agent has no terminal"));
}

#[test]
fn a_terminal_is_attached_to_tmux() {
    let world = World::new();
    world.agent("echo here I am; read line");
    let id = world.spawn(&["--runtime", "tmux", "the task"]);
    world.repo.ao(["attach", &id]).code(1).stderr_has("not a terminal");
    // A terminal of another tmux holds it inside.
    let program = env!("CARGO_BIN_EXE_git-ao");
    let outer = ["-L", "outer", "new-session", "-d", "-x", "90", "-y", "20", "-s", "outer"];
    let command = format!("'{program}' attach {id}");
    world.tmux(&[&outer[..], &[&command]].concat()).ok();
    until("it is shown", || {
        let shown = world.tmux(&["-L", "outer", "capture-pane", "-p", "-t", "=outer:"]);
        shown.stdout.contains("here I am")
    });
    let clients = world.tmux(&["list-clients", "-F", "#{session_name}"]).ok();
    clients.stdout_has(&format!("ao-{}", &id[..8]));
}
