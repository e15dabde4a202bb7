//! Worktrees that are made ready: what needs a terminal, a landing or a full disk to be seen.

use std::fs;

use super::{spawn, text, workspace};
use crate::support::agents::until;
use crate::support::{Combo, Repo, Terminal, TestEnv, alone, write_script};

fn repo() -> Repo {
    let repo = TestEnv::new().repo(Combo::PLAIN);
    repo.commit(".gitignore", "made\n/cache/\n");
    repo
}

#[test]
fn trust_asks_in_a_terminal_and_only_yes_approves() {
    alone(|| {
        let repo = repo();
        write_script(&repo.dir().join(".ao/setup"), "echo one >made");
        write_script(&repo.dir().join(".ao/teardown"), "echo two >made");
        let question = |phase: &str| format!("run this as the {phase} of worktrees? [y/N] ");
        for refusal in ["n\n", "\n", "maybe\n", "\u{4}"] {
            let mut terminal = Terminal::open(repo.ao_run(["trust"]));
            terminal.wait_for("echo one >made");
            terminal.wait_for(&question("setup"));
            terminal.press(refusal);
            terminal.wait_for(&question("teardown"));
            terminal.close();
            repo.ao(["trust", "--list"]).ok().stdout_is("");
        }
        let mut terminal = Terminal::open(repo.ao_run(["trust"]));
        terminal.wait_for(&question("setup"));
        terminal.press("YES\n");
        terminal.wait_for(".ao/setup: approved");
        terminal.wait_for(&question("teardown"));
        terminal.press("\u{3}");
        until("it is approved", || repo.ao(["trust", "--list"]).ok().lines().len() == 1);
        terminal.close();
        assert_eq!(repo.ao(["trust", "--list"]).ok().lines().len(), 1);
        // What is piped in is no answer.
        let out = repo.ao_run(["trust"]).input("y\n").run().code(1);
        out.stdout_has(".ao/teardown: not approved").stderr_has("git ao trust --yes");
    });
}

#[test]
fn a_landing_runs_the_teardown_and_keeps_the_worktree_if_it_fails() {
    alone(|| {
        let repo = repo();
        let note = repo.env().path("note");
        repo.config("ao.teardown", &format!("echo $AO_SESSION_ID >{}", note.display()));
        let made = spawn(&repo, &["--no-agent", "One"]);
        let path = workspace(&made);
        repo.within(&path).commit("work", "work");
        repo.ao(["land", text(&made, "id")]).ok();
        assert!(!path.exists());
        assert_eq!(fs::read_to_string(&note).unwrap().trim_end(), text(&made, "id"));

        repo.config("ao.teardown", "echo still up; exit 1");
        let made = spawn(&repo, &["--no-agent", "Two"]);
        let path = workspace(&made);
        repo.within(&path).commit("more", "more");
        let out = repo.ao(["land", text(&made, "id")]).ok();
        out.stderr_has("ao.teardown failed with exit status 1: still up");
        assert!(path.exists(), "it is landed, and the worktree stays");
        assert_eq!(
            repo.ao(["show", "--json", text(&made, "id")]).ok().json()["session"]["status"],
            "merged"
        );
    });
}

/// The file system is one of a mount namespace of its own, which ends with the shell.
#[test]
#[allow(clippy::print_stderr)]
fn a_disk_that_is_full_leaves_nothing_half_made() {
    alone(|| {
        let repo = repo();
        for number in 0..64 {
            repo.write(&format!("cache/{number}"), &"x".repeat(64 << 10));
        }
        fs::write(repo.dir().join(".worktreeinclude"), "/cache/\n").unwrap();
        let disk = repo.env().path("disk");
        fs::create_dir(&disk).unwrap();
        repo.config("ao.worktreeDir", disk.to_str().unwrap());
        let before = super::traces(&repo);
        let script = format!(
            "mount -t tmpfs -o size=1m tmpfs {disk} || exit 77\n\
             git ao spawn --no-agent One; code=$?\n\
             find {disk} -mindepth 1 -type f; git worktree list --porcelain; exit $code",
            disk = disk.display()
        );
        let shell = repo.env().shell(repo.dir(), &script);
        let out = shell.under("unshare", ["--map-root-user", "--mount"]).run();
        if out.status == 77 || out.stderr.contains("unshare") {
            eprintln!("skipped: no file system can be mounted here");
            return;
        }
        let out = out.code(128);
        assert_eq!(out.stdout.matches("worktree ").count(), 1, "{}", out.stdout);
        assert!(!out.stdout.contains("/cache/"), "{}", out.stdout);
        out.stderr_has("No space left on device");
        assert_eq!(super::traces(&repo), before);
    });
}
