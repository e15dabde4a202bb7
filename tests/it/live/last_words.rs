//! What an agent said before it died is there to be read.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use git_ao::model::SessionStatus;

use super::world::{World, until};

fn failed(world: &World, runtime: &str) -> String {
    let id = world.spawn(&["--runtime", runtime, "the task"]);
    until("it has failed", || world.session(&id).status == SessionStatus::Errored);
    until("it is gone", || world.live(&id)["agent"] == "gone");
    id
}

#[test]
fn the_last_screen_of_an_agent_in_tmux_is_kept() {
    let world = World::new();
    world.agent("printf '\\033[31mno such option\\033[0m: --x\\n' >&2\nexit 2");
    let id = failed(&world, "tmux");
    let file = world.repo.common_dir().join(format!("ao/log/{id}.screen"));
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::read_to_string(&file).unwrap(), "no such option: --x\n");
    world.repo.ao(["show", &id]).ok().stdout_has("Last output:\n    no such option: --x\n");
    let out = world.repo.ao(["attach", &id]).code(1).stderr_has("git ao restore");
    assert_eq!(out.stdout, "no such option: --x\n");

    // What comes from elsewhere into the file does not reach the terminal.
    fs::write(&file, "\u{1b}]0;title\u{7}words\n").unwrap();
    for verb in ["show", "attach"] {
        let out = world.repo.ao([verb, &id]).stdout_has("words");
        assert!(!out.stdout.contains('\u{1b}'), "{verb}: {}", out.stdout);
    }

    // A second one that says nothing does not say what the first one said.
    world.agent("exit 3");
    world.repo.ao(["restore", "--fresh", &id]).ok();
    until("it has failed again", || {
        let reason = world.session(&id).status_reason;
        reason.is_some_and(|reason| reason.ends_with("status 3"))
    });
    world.repo.ao(["show", &id]).ok().stdout_lacks("words").stdout_lacks("Last output");
}

#[test]
fn only_the_end_of_much_is_kept_and_it_goes_with_the_session() {
    let world = World::new();
    world.agent("i=0; while [ $i -lt 1000 ]; do i=$((i+1)); echo \"line $i\"; done; exit 1");
    let id = failed(&world, "tmux");
    let file = world.repo.common_dir().join(format!("ao/log/{id}.screen"));
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.lines().count() <= 200 && text.ends_with("line 999\nline 1000\n"), "{text}");
    world.repo.ao(["show", &id]).ok().stdout_has("line 1000\n").stdout_lacks("line 990\n");
    world.repo.ao(["delete", &id]).ok();
    assert!(!file.exists());
}

#[test]
fn show_tells_the_end_of_the_output_of_one_without_a_terminal() {
    let world = World::new();
    world.agent("echo 'not logged in'; exit 1");
    let id = failed(&world, "detached");
    world.repo.ao(["show", &id]).ok().stdout_has("Last output:\n    not logged in\n");
    // One that did what it was asked to needs no such words.
    world.agent("echo fine");
    let id = world.spawn(&["--runtime", "detached", "another task"]);
    until("it has ended", || world.session(&id).status == SessionStatus::Done);
    world.repo.ao(["show", &id]).ok().stdout_lacks("Last output");
}
