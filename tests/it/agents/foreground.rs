//! Agents in the terminal that a person sits at.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use git_ao::model::{Session, SessionStatus};
use git_ao::store::Shelf;

use crate::support::agents::{agent, until, workspace};
use crate::support::sessions::store;
use crate::support::{Repo, Run, Terminal, skipped};

/// Says what it hears: lines, ^C, and keys after `raw`.
const LISTENER: &str = r#"#!/usr/bin/env python3
import os, signal, sys, tty
interrupts = 0
def interrupted(*_):
    global interrupts
    interrupts += 1
    os.write(1, b"interrupt %d\n" % interrupts)
signal.signal(signal.SIGINT, interrupted)
print("I am %d, ready" % os.getpid(), all(map(os.isatty, range(3))), flush=True)
while line := sys.stdin.readline():
    print("heard", line.strip(), interrupts, flush=True)
    if line == "raw\n":
        tty.setraw(0)
        print("now raw", flush=True)
        while (key := os.read(0, 1)) != b"q":
            if key == b"\x1a":
                os.kill(os.getpid(), signal.SIGSTOP)
            print("key", key, flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
    if line.startswith("exit"):
        sys.exit(int(line.split()[1]))
"#;

const CTRL_C: &str = "\x03";
const CTRL_Z: &str = "\x1a";

/// A repository with an agent that wants a terminal; None where there is no python to make one.
fn place(script: &str) -> Option<Repo> {
    let repo = Repo::new();
    if repo.env().run(repo.dir(), "sh", ["-c", "command -v python3"]).run().status != 0 {
        skipped("no python3 here");
        return None;
    }
    let path = repo.env().path("agent");
    fs::write(&path, script).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    repo.config("ao.agent.mine.command", &format!("'{}' {{prompt}}", path.display()));
    Some(repo)
}

const SPAWN: [&str; 6] = ["spawn", "--agent", "mine", "--runtime", "foreground", "x"];

/// The ways to start it: the program itself, and as a command of git, which then waits for it.
fn ways(repo: &Repo) -> [Run; 2] {
    [repo.ao_run(SPAWN), repo.env().git_ao(repo.dir(), SPAWN)]
}

/// A shell that has just been told to run this, in the foreground.
fn shell(run: &Run) -> Terminal {
    let mut terminal = Terminal::open(run.clone().like("sh", ["-i"]));
    // What is typed is shown, too, and is not to be taken for the prompt.
    terminal.press("PS1='prompt''> '\n");
    terminal.wait_for("prompt> ");
    terminal.press(&format!("{}; echo status $?.\n", run.shell()));
    terminal
}

/// The session that was updated last.
fn last(repo: &Repo) -> Session {
    let listed = store(repo).snapshot().unwrap().list(Shelf::Active).unwrap();
    listed.into_iter().filter_map(|it| it.session.ok()).max_by_key(|it| it.updated_at).unwrap()
}

#[track_caller]
fn assert_ended(repo: &Repo, reason: &str) {
    until("it has ended", || last(repo).status.is_terminal());
    assert_eq!(last(repo).status_reason.as_deref(), Some(reason));
}

#[test]
fn it_has_the_terminal_and_its_failure_is_ours() {
    let Some(repo) = place(LISTENER) else { return };
    for run in ways(&repo) {
        for (line, status, reason) in [
            ("exit 0\n", "status 0.", "agent_exited"),
            ("exit 7\n", "status 1.", "agent_exited: status 7"),
        ] {
            let mut terminal = shell(&run);
            terminal.wait_for("ready True");
            terminal.press(line);
            terminal.wait_for(status);
            assert_ended(&repo, reason);
        }
    }
}

#[test]
fn an_interrupt_is_the_agents_and_comes_once() {
    let Some(repo) = place(LISTENER) else { return };
    for run in ways(&repo) {
        let mut terminal = shell(&run);
        terminal.wait_for("ready");
        for n in 1..4 {
            terminal.press(CTRL_C);
            terminal.wait_for(&format!("interrupt {n}"));
        }
        terminal.press("so\n");
        terminal.wait_for("heard so 3");
        until("it works", || last(&repo).status == SessionStatus::Working);
        terminal.press("exit 0\n");
        terminal.wait_for("heard exit 0 3");
        terminal.wait_for("prompt> ");
        assert_ended(&repo, "agent_exited");
    }
}

#[test]
fn an_interrupt_that_ends_the_agent_is_recorded() {
    let Some(repo) = place("#!/bin/sh\necho ready; exec sleep 1000\n") else { return };
    for run in ways(&repo) {
        let mut terminal = shell(&run);
        terminal.wait_for("ready");
        terminal.press(CTRL_C);
        terminal.wait_for("prompt> ");
        assert_ended(&repo, "agent_exited: signal 2");
    }
}

#[test]
fn the_job_is_suspended_and_brought_back() {
    let Some(repo) = place(LISTENER) else { return };
    for run in ways(&repo) {
        let mut terminal = shell(&run);
        terminal.wait_for("I am ");
        let stat = format!("/proc/{}/stat", terminal.wait_for(", ready"));
        for _ in 0..2 {
            terminal.press(CTRL_Z);
            terminal.wait_for("prompt> ");
            // The shell waits for its own child only: one that reads and has yet to see its signal
            // would get the next line.
            until("the agent has stopped", || fs::read_to_string(&stat).unwrap().contains(") T "));
            terminal.press("echo $((20 + 22)) here\n");
            terminal.wait_for("42 here");
            terminal.wait_for("prompt> ");
            terminal.press("fg\n");
            // The shell says what it brings back.
            terminal.wait_for("foreground");
            terminal.press("back\n");
            terminal.wait_for("heard back 0");
        }
        terminal.press("exit 0\n");
        terminal.wait_for("prompt> ");
        assert_ended(&repo, "agent_exited");
    }
}

#[test]
fn an_agent_that_takes_the_keys_as_they_come_suspends_the_job_too() {
    let Some(repo) = place(LISTENER) else { return };
    for run in ways(&repo) {
        let mut terminal = shell(&run);
        terminal.wait_for("ready");
        terminal.press("raw\n");
        terminal.wait_for("now raw");
        for _ in 0..2 {
            terminal.press(CTRL_Z);
            terminal.wait_for("prompt> ");
            terminal.press("fg\n");
            terminal.wait_for("key b'\\x1a'");
        }
        terminal.press("q");
        terminal.wait_for("prompt> ");
        assert_ended(&repo, "agent_exited: signal 9");
    }
}

#[test]
fn where_nobody_could_bring_it_back_it_goes_on() {
    let Some(repo) = place(LISTENER) else { return };
    // The program leads the terminal's session: there is no shell.
    let mut terminal = Terminal::open(repo.ao_run(SPAWN));
    terminal.wait_for("ready");
    terminal.press("raw\n");
    terminal.wait_for("now raw");
    terminal.press(CTRL_Z);
    terminal.wait_for("key b'\\x1a'");
    terminal.press("q");
    assert_ended(&repo, "agent_exited: signal 9");
}

#[test]
fn the_terminal_is_left_as_it_was() {
    let Some(repo) = place("#!/bin/sh\nstty raw -echo; stty -g; kill -9 $$\n") else { return };
    for run in ways(&repo) {
        let script =
            format!("stty -a; echo before; {}; echo after; stty -a; echo done.", run.shell());
        let terminal = Terminal::open(run.like("sh", ["-c", &script]));
        let before = terminal.wait_for("before\r\n");
        terminal.wait_for("after\r\n");
        assert_eq!(terminal.wait_for("done."), before);
    }
}

#[test]
fn a_terminal_that_is_closed_ends_it() {
    let Some(repo) = place("#!/bin/sh\necho ready; exec sleep 1000\n") else { return };
    let [own, by_git] = ways(&repo);
    // The last one leads the terminal's session itself.
    let open = [|own: &Run| shell(own), |own: &Run| Terminal::open(own.clone())];
    for (run, open) in [(&own, open[0]), (&by_git, open[0]), (&own, open[1])] {
        let terminal = open(run);
        terminal.wait_for("ready");
        terminal.close();
        assert_ended(&repo, "agent_exited: signal 1");
    }
}

#[test]
fn it_is_run_by_hand_where_the_session_is() {
    let Some(repo) = place(LISTENER) else { return };
    repo.ao(["spawn", "--agent", "mine", "--no-agent", "x"]).ok();
    let session = last(&repo);
    let place = repo.within(workspace(&repo, session.id));
    let mut terminal = shell(&place.ao_run(["run", &session.id.to_string()]));
    terminal.wait_for("ready True");
    until("it works", || last(&repo).status == SessionStatus::Working);
    let placement = last(&repo).placements.into_values().next().unwrap();
    assert_eq!(placement.runtime.as_deref(), Some("foreground"));
    terminal.press("exit 0\n");
    terminal.wait_for("status 0.");
    assert_ended(&repo, "agent_exited");
}

#[test]
fn one_that_prints_for_programs_has_the_keys_too() {
    let Some(repo) = place("") else { return };
    agent(&repo, "mine", "echo ready; while :; do sleep 0.1; echo tick; done");
    for run in ways(&repo) {
        let mut terminal = shell(&run);
        terminal.wait_for("ready");
        terminal.press(CTRL_Z);
        terminal.wait_for("prompt> ");
        terminal.press("fg\n");
        terminal.wait_for("tick");
        terminal.press(CTRL_C);
        terminal.wait_for("prompt> ");
        assert_ended(&repo, "agent_exited: signal 2");
    }
}
