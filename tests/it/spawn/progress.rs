//! A checkout that takes a while shows git's progress at a terminal, and nowhere else.

use crate::support::{Combo, Repo, Run, Terminal, TestEnv, write_script};

fn repo() -> Repo {
    let repo = TestEnv::new().repo(Combo::PLAIN);
    for n in 0..20 {
        repo.write(&format!("file{n}"), "text\n");
    }
    repo.git(["add", "."]);
    repo.commit("last", "text\n");
    repo
}

/// Without this git waits two seconds before it shows any.
fn at_once(run: Run) -> Run {
    run.env("GIT_PROGRESS_DELAY", "0")
}

const DONE: &str = "Updating files: 100% (22/22), done.";

#[test]
fn a_terminal_shows_it() {
    let repo = repo();
    let id = repo.ao(["spawn", "--json", "--no-agent", "first"]).ok().json();
    let id = id["session"]["id"].as_str().unwrap().to_owned();
    let task = ["spawn", "--no-agent", "the task"];
    let fork = ["fork", "--no-agent", &id, "another"];
    for args in [&task[..], &fork] {
        let terminal = Terminal::open(at_once(repo.ao_run(args)));
        let before = terminal.wait_for(DONE);
        assert!(before.contains("% (1/22)"), "{before}");
        assert!(!before.contains("Preparing"), "{before}");
        terminal.wait_for("worktree  ");
    }
    repo.ao(["complete", &id]).ok();
    repo.ao(["cleanup"]).ok();
    let terminal = Terminal::open(at_once(repo.ao_run(["restore", "--no-agent", &id])));
    terminal.wait_for(DONE);
}

#[test]
fn a_file_does_not() {
    let repo = repo();
    let out = at_once(repo.ao_run(["spawn", "--no-agent", "the task"])).run().ok();
    out.stderr_lacks("Updating files");
}

#[test]
fn it_is_no_part_of_what_a_failing_hook_says() {
    let repo = repo();
    write_script(&repo.common_dir().join("hooks/post-checkout"), "echo 'no such tool' >&2; exit 1");
    let terminal = Terminal::open(at_once(repo.ao_run(["spawn", "--no-agent", "the task"])));
    terminal.wait_for(DONE);
    let said = terminal.wait_for("no such tool");
    assert!(!said.contains("Preparing") && !said.contains("Updating"), "{said}");
}
