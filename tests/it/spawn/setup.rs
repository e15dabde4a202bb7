//! What sets a new worktree up, and tears it down.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use super::{spawn, text, traces, workspace};
use crate::support::agents::{STAYS, agent, record, wait_ended, wait_working};
use crate::support::{Combo, Repo, TestEnv, alone, write_script};

fn repo() -> Repo {
    let repo = TestEnv::new().repo(Combo::PLAIN);
    repo.commit(".gitignore", "made\n");
    repo
}

/// Adds a program to the tree.
fn program(repo: &Repo, name: &str, body: &str) -> PathBuf {
    let path = repo.dir().join(".ao").join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    write_script(&path, body);
    repo.git(["add", "."]);
    repo.git(["commit", "-q", "-m", "a program"]);
    path
}

fn read(path: impl AsRef<Path>) -> String {
    fs::read_to_string(path).unwrap()
}

fn log_of(repo: &Repo, id: &str) -> String {
    read(repo.common_dir().join("ao/log").join(format!("{id}.log")))
}

const ENV: &str = "echo $AO_SESSION_ID $AO_BRANCH $AO_WORKTREE $AO_ROOT $AO_PORT >made";

#[test]
fn setup_agent_and_commands_have_the_same_environment() {
    alone(|| {
        let repo = repo();
        repo.config("ao.setup", ENV);
        agent(&repo, "mine", "echo $AO_PORT $AO_ROOT >\"$AO_WORKTREE/agent\"; exit 0");
        let made = spawn(&repo, &["--agent", "mine", "--runtime", "detached", "One"]);
        let (id, path) = (text(&made, "id").to_owned(), workspace(&made));
        wait_ended(&repo, id.parse().unwrap());
        let line = read(path.join("made"));
        let words: Vec<_> = line.split_whitespace().collect();
        let root = repo.dir().to_str().unwrap();
        assert_eq!(words[..4], [&id, text(&made, "branch"), path.to_str().unwrap(), root]);
        let port: u16 = words[4].parse().unwrap();
        assert_eq!((port % 10, port >= 20_000), (0, true));
        assert_eq!(read(path.join("agent")), format!("{port} {root}\n"));
        let asked = repo.ao(["exec", &id, "printenv", "AO_PORT"]).ok();
        assert_eq!(asked.text(), port.to_string());
        assert!(log_of(&repo, &id).contains("git-ao: running ao.setup"));
    });
}

#[test]
fn sessions_have_different_ports_and_give_them_back() {
    alone(|| {
        let repo = repo();
        let ports: Vec<_> = ["One", "Two", "Three"]
            .map(|title| {
                let id = text(&spawn(&repo, &["--no-agent", title]), "id").to_owned();
                let port = repo.ao(["exec", &id, "printenv", "AO_PORT"]).ok().text().to_owned();
                (id, port)
            })
            .to_vec();
        let distinct: std::collections::BTreeSet<_> = ports.iter().map(|(_, it)| it).collect();
        assert_eq!(distinct.len(), 3);
        let (id, port) = &ports[0];
        let list = repo.common_dir().join("ao/ports");
        repo.ao(["complete", id]).ok();
        repo.ao(["cleanup"]).ok();
        assert!(!read(&list).contains(id.as_str()));
        repo.ao(["restore", "--no-agent", id]).ok();
        assert_eq!(repo.ao(["exec", id, "printenv", "AO_PORT"]).ok().text(), port);
        repo.ao(["complete", id]).ok();
        repo.ao(["cleanup"]).ok();
        // Somebody else's server.
        let _server = TcpListener::bind(("127.0.0.1", port.parse::<u16>().unwrap() + 3)).unwrap();
        repo.ao(["restore", "--no-agent", id]).ok();
        assert_ne!(repo.ao(["exec", id, "printenv", "AO_PORT"]).ok().text(), port);
        repo.ao(["delete", "--force", id]).ok();
        assert!(!read(&list).contains(id.as_str()));
    });
}

#[test]
fn a_spawn_that_fails_takes_no_ports() {
    alone(|| {
        let repo = repo();
        repo.config("ao.setup", "true");
        let before = traces(&repo);
        repo.config("tmux.none", "x");
        repo.config("ao.tmuxSocket", "/nowhere/at/all");
        agent(&repo, "mine", "exit 0");
        let out = repo.ao(["spawn", "--agent", "mine", "--runtime", "tmux", "One"]);
        if out.status == 0 {
            return;
        }
        assert_eq!(traces(&repo), before);
    });
}

#[test]
fn a_setup_that_fails_leaves_the_worktree_and_is_tried_again() {
    alone(|| {
        let repo = repo();
        repo.config("ao.setup", "echo first; echo no network; test -e \"$AO_ROOT/net\"");
        agent(&repo, "mine", STAYS);
        let args = ["spawn", "--json", "--agent", "mine", "--runtime", "detached", "One"];
        let made = repo.ao(args).json();
        let id = text(&made, "id").to_owned();
        wait_ended(&repo, id.parse().unwrap());
        let session = record(&repo, id.parse().unwrap());
        assert_eq!(session.status.to_string(), "errored");
        let reason = session.status_reason.unwrap();
        assert!(reason.contains("ao.setup failed with exit status 1: no network"), "{reason}");
        assert!(workspace(&made).join(".git").exists());
        assert!(log_of(&repo, &id).contains("first\n"));
        repo.write("net", "");
        repo.ao(["restore", "--fresh", &id]).ok();
        wait_working(&repo, id.parse().unwrap());
        repo.ao(["kill", &id]).ok();
        // Once it is set up, it is not again.
        fs::remove_file(repo.dir().join("net")).unwrap();
        repo.ao(["restore", "--fresh", &id]).ok();
        wait_working(&repo, id.parse().unwrap());
        repo.ao(["kill", &id]).ok();
    });
}

#[test]
fn without_an_agent_it_is_set_up_at_once() {
    alone(|| {
        let repo = repo();
        repo.config("ao.setup", "echo oops; exit 3");
        let out = repo.ao(["spawn", "--no-agent", "One"]).code(1);
        let out = out.stdout_has("worktree").stderr_has("ao.setup failed with exit status 3: oops");
        out.stderr_has("hint: to try it again: git ao restore --no-agent ");
        repo.ao(["list", "--all"]).ok().stdout_has("errored");
        repo.config("ao.setup", "echo done >made");
        repo.ao(["restore", "--no-agent", "latest"]).ok();
        let path = repo.ao(["path", "latest"]).ok();
        assert_eq!(read(Path::new(path.text()).join("made")), "done\n");
        let skipped = workspace(&spawn(&repo, &["--no-agent", "--no-setup", "Two"]));
        assert!(!skipped.join("made").exists());
    });
}

#[test]
fn the_reason_is_the_last_line_of_both_streams() {
    alone(|| {
        let repo = repo();
        for (setup, reason) in [
            ("echo downloading...; echo 'ERR! no space left' >&2; exit 1", "ERR! no space left"),
            ("echo warning >&2; echo 'no network'; exit 1", "no network"),
            ("printf 'no such host' >&2; exit 1", "no such host"),
            ("nosuchcommand-at-all", "nosuchcommand-at-all: not found"),
        ] {
            repo.config("ao.setup", setup);
            let out = repo.ao(["spawn", "--no-agent", "One"]).code(1);
            let line = out.stderr.lines().find(|line| line.contains("ao.setup failed"));
            let line = line.unwrap_or_else(|| panic!("{}", out.stderr));
            assert!(line.ends_with(reason), "{line}");
        }
    });
}

#[test]
fn a_setup_that_hangs_is_killed_with_its_children() {
    alone(|| {
        let repo = repo();
        repo.config("ao.setupTimeout", "1");
        repo.config("ao.setup", "echo before; sleep 600 & echo $! >made; sleep 600");
        let out = repo.ao(["spawn", "--no-agent", "One"]).code(1);
        out.stderr_has("ao.setup did not end within 1 seconds: before");
        let path = repo.ao(["path", "latest"]).ok();
        let pid = read(Path::new(path.text()).join("made"));
        crate::support::agents::until("its child is gone", || {
            let stat = fs::read_to_string(format!("/proc/{}/stat", pid.trim()));
            stat.map_or(true, |stat| stat.contains(") Z "))
        });
    });
}

#[test]
fn a_setup_that_leaves_a_server_running_is_done() {
    alone(|| {
        let repo = repo();
        repo.config("ao.setup", "sleep 600 & echo $! >made");
        repo.config("ao.teardown", "kill $(cat made)");
        let made = spawn(&repo, &["--no-agent", "One"]);
        let id = text(&made, "id").to_owned();
        let pid = read(workspace(&made).join("made"));
        assert!(Path::new("/proc").join(pid.trim()).exists());
        // The server is not taken for an agent.
        repo.ao(["complete", &id]).ok();
        repo.ao(["cleanup"]).ok();
        assert!(!workspace(&made).exists());
        crate::support::agents::until("the teardown ends it", || {
            let stat = fs::read_to_string(format!("/proc/{}/stat", pid.trim()));
            stat.map_or(true, |stat| stat.contains(") Z "))
        });
    });
}

#[test]
fn a_setup_has_no_input() {
    alone(|| {
        let repo = repo();
        repo.config(
            "ao.setup",
            "read answer && exit 5; (read x </dev/tty) 2>/dev/null; echo ok >made",
        );
        let made = spawn(&repo, &["--no-agent", "One"]);
        assert_eq!(read(workspace(&made).join("made")), "ok\n");
    });
}

#[test]
fn a_teardown_that_fails_keeps_the_worktree() {
    alone(|| {
        let repo = repo();
        repo.config("ao.teardown", "echo still up; exit 1");
        let made = spawn(&repo, &["--no-agent", "One"]);
        let (id, path) = (text(&made, "id").to_owned(), workspace(&made));
        repo.ao(["complete", &id]).ok();
        let out = repo.ao(["cleanup"]).code(1);
        out.stdout_has("ao.teardown failed with exit status 1: still up");
        assert!(path.exists());
        repo.ao(["cleanup", "--no-teardown"]).ok();
        assert!(!path.exists());
        let path = workspace(&spawn(&repo, &["--no-agent", "Two"]));
        repo.ao(["complete", "latest"]).ok();
        repo.ao(["cleanup", "--force"]).ok();
        assert!(!path.exists());
    });
}

#[test]
fn a_program_of_the_tree_runs_only_if_it_is_approved() {
    alone(|| {
        let repo = repo();
        let path = program(&repo, "setup", "echo one >made");
        let out = repo.ao(["spawn", "--no-agent", "One"]).ok();
        out.stderr_has("'.ao/setup' was not run").stderr_has("git ao trust ");
        let top = repo.ao(["path", "latest"]).ok().text().to_owned();
        assert!(!Path::new(&top).join("made").exists());
        let look = repo.ao(["trust"]).code(1);
        look.stdout_has(".ao/setup: not approved").stdout_has("    echo one >made");
        repo.ao(["trust", "--list"]).ok().stdout_is("");
        repo.ao(["trust", "--yes"]).ok().stdout_has(".ao/setup: approved");
        repo.ao(["trust"]).ok();
        let made = workspace(&spawn(&repo, &["--no-agent", "Two"]));
        assert_eq!(read(made.join("made")), "one\n");
        // Another content is another program.
        program(&repo, "setup", "echo two >made");
        let out = repo.ao(["spawn", "--no-agent", "Three"]).ok();
        out.stderr_has("'.ao/setup' was not run");
        repo.ao(["trust"]).code(1).stdout_has("    echo two >made");
        repo.ao(["trust", "--yes"]).ok();
        repo.ao(["trust", "--revoke"]).ok().stdout_has("revoked ");
        repo.ao(["trust"]).code(1);
        assert_eq!(repo.ao(["trust", "--list"]).ok().lines().len(), 1);
        repo.ao(["trust", "--revoke", "--all"]).ok();
        repo.ao(["trust", "--revoke", "--all"]).code(1);
        assert!(path.exists());
    });
}

#[test]
fn the_hint_how_to_run_a_program_works_in_a_folder_too() {
    alone(|| {
        let repo = repo();
        program(&repo, "setup", "echo one >made");
        repo.commit("below/file", "x");
        let below = repo.within(repo.dir().join("below"));
        let out = below.ao(["spawn", "--no-agent", "One"]).ok();
        let hint = out.stderr.lines().find_map(|line| line.split_once("to run it then: git ao "));
        let command: Vec<_> = hint.expect(&out.stderr).1.split(' ').collect();
        repo.ao(command).ok();
        let top = repo.ao(["path", "latest"]).ok().text().to_owned();
        assert_eq!(read(Path::new(&top).join("made")), "one\n");
    });
}

#[test]
fn what_was_approved_runs_and_nothing_else() {
    alone(|| {
        let repo = repo();
        program(&repo, "setup", "echo good >made");
        repo.ao(["trust", "--yes"]).ok();
        // Whoever can write into the worktree changes the program after the look at it.
        repo.hook("post-checkout", "printf '#!/bin/sh\\necho bad >made\\n' >.ao/setup");
        let out = repo.ao(["spawn", "--no-agent", "One"]).ok();
        out.stderr_has("'.ao/setup' was not run");
        let top = repo.ao(["path", "latest"]).ok().text().to_owned();
        assert!(!Path::new(&top).join("made").exists());
        // A copy that does not have its content any more is none.
        fs::remove_file(repo.common_dir().join("hooks/post-checkout")).unwrap();
        let hash = repo.ao(["trust", "--list"]).ok().text().to_owned();
        let copy = repo.common_dir().join("ao/trust").join(hash);
        fs::write(&copy, "#!/bin/sh\necho bad >made\n").unwrap();
        let made = workspace(&spawn(&repo, &["--no-agent", "Two"]));
        assert!(!made.join("made").exists());
    });
}

#[test]
fn what_is_no_program_never_runs() {
    alone(|| {
        let repo = repo();
        let path = program(&repo, "setup", "echo one >made");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        repo.ao(["trust", "--yes"]).code(1).stdout_has("never runs");
        fs::remove_file(&path).unwrap();
        symlink("/bin/true", &path).unwrap();
        repo.ao(["trust"]).code(1).stdout_has("never runs: symbolic links are not followed");
        fs::remove_file(&path).unwrap();
        repo.env().shell(&repo.dir().join(".ao"), "mkfifo setup").run().ok();
        repo.ao(["trust"]).code(1).stdout_has("never runs: it is not a regular file");
        fs::remove_file(&path).unwrap();
        repo.ao(["trust"]).ok().stdout_has("neither '.ao/setup' nor '.ao/teardown'");
    });
}

#[test]
fn the_setup_of_another_tool_is_named_and_not_run() {
    alone(|| {
        let repo = repo();
        repo.commit("conductor.json", "{\"scripts\":{\"setup\":\"echo x >made\"}}\n");
        let out = repo.ao(["spawn", "--no-agent", "One"]).ok();
        out.stderr_has("'conductor.json' is the setup of another tool");
        repo.config("ao.setup", "true");
        let out = repo.ao(["spawn", "--no-agent", "Two"]).ok();
        out.stderr_lacks("conductor.json");
    });
}
