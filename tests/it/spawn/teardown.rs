//! What is said when a worktree is not removed, or is removed without its teardown.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use super::{spawn, text, workspace};
use crate::support::{Combo, Repo, TestEnv, alone, write_script};

fn repo() -> Repo {
    TestEnv::new().repo(Combo::PLAIN)
}

/// Adds a teardown to the tree.
fn teardown(repo: &Repo, body: &str) {
    fs::create_dir_all(repo.dir().join(".ao")).unwrap();
    write_script(&repo.dir().join(".ao/teardown"), body);
    repo.git(["add", "."]);
    repo.git(["commit", "-q", "-m", "a teardown"]);
}

/// Makes a session that has ended.
fn ended(repo: &Repo, title: &str) -> String {
    let id = text(&spawn(repo, &["--no-agent", title]), "id").to_owned();
    repo.ao(["complete", &id]).ok();
    id
}

#[test]
fn a_teardown_that_did_not_run_is_named() {
    alone(|| {
        let repo = repo();
        teardown(&repo, "exit 0");
        let id = ended(&repo, "One");
        repo.ao(["cleanup", "--dry-run"])
            .ok()
            .stderr_has("'.ao/teardown' of ")
            .stderr_has("would not run: its content is not approved in this clone")
            .stderr_has(&format!("to look at it and approve it: git ao trust {}", &id[..8]));
        let out = repo.ao(["cleanup", "--no-teardown", "-n"]).ok();
        out.stderr_lacks("teardown");
        repo.ao(["cleanup"]).ok().stderr_has("was not run: its content is not approved");
        let id = ended(&repo, "Two");
        repo.ao(["cancel", "--discard", &id]).ok().stderr_has("'.ao/teardown' of ");
        let made = spawn(&repo, &["--no-agent", "Three"]);
        repo.within(workspace(&made)).commit("work", "work");
        let out = repo.ao(["land", text(&made, "id")]).ok();
        out.stderr_has("was not run: its content is not approved");
        repo.ao(["trust", "--yes"]).ok();
        ended(&repo, "Four");
        repo.ao(["cleanup"]).ok().stderr_lacks("teardown");
    });
}

#[test]
fn a_teardown_that_failed_says_what_to_do() {
    alone(|| {
        let repo = repo();
        repo.config("ao.teardown", "echo tdfail; exit 4");
        let made = spawn(&repo, &["--no-agent", "One"]);
        repo.within(workspace(&made)).commit("work", "work");
        let id = text(&made, "id");
        repo.ao(["land", id])
            .ok()
            .stderr_has("ao.teardown failed with exit status 4: tdfail")
            .stderr_has(&format!("ao/log/{id}.log"))
            .stderr_has("git ao cleanup --no-teardown");
        let out = repo.ao(["cleanup"]).code(1).stderr_has("git ao cleanup --no-teardown");
        out.stderr_lacks("--discard").stderr_has(&format!("ao/log/{id}.log"));
        repo.ao(["cleanup", "--no-teardown"]).ok();
    });
}

#[test]
fn what_keeps_a_worktree_says_what_to_do() {
    alone(|| {
        let repo = repo();
        let made = spawn(&repo, &["--no-agent", "One"]);
        let (id, path) = (text(&made, "id"), workspace(&made));
        repo.ao(["complete", id]).ok();
        fs::write(path.join("new"), "x").unwrap();
        let out = repo.ao(["cleanup"]).code(1).stderr_has("git ao cleanup --force");
        out.stderr_lacks("--discard");
        fs::remove_file(path.join("new")).unwrap();
        let there = repo.within(path.clone());
        let out = there.ao(["cleanup"]).code(1).stdout_has("it is the current directory");
        out.stderr_has("to remove it, run git ao cleanup in another worktree");
        repo.git(["worktree", "lock", path.to_str().unwrap()]);
        let out = repo.ao(["cleanup"]).code(1).stdout_has("is locked");
        out.stderr_has(&format!("to unlock it: git worktree unlock '{}'", path.display()));
        repo.git(["worktree", "unlock", path.to_str().unwrap()]);
        there.commit("work", "work");
        let out = repo.ao(["cleanup", "--branches"]).code(1);
        out.stderr_has("git ao cancel --discard <session>");
    });
}

#[test]
fn what_looks_like_a_setup_and_never_runs_is_named() {
    alone(|| {
        let repo = repo();
        let path = repo.dir().join(".ao/setup");
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let says = |why: &str| {
            repo.git(["add", "-A"]);
            repo.git(["commit", "-q", "-m", "a setup"]);
            let out = repo.ao(["spawn", "--no-agent", why]).ok();
            out.stderr_has(&format!("hint: '.ao/setup' was not run: {why}"));
            repo.ao(["trust"]).code(1).stdout_has(&format!(".ao/setup: never runs: {why}"));
        };
        write_script(&path, "exit 0");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        says("it is not executable");
        fs::remove_file(&path).unwrap();
        symlink("/bin/true", &path).unwrap();
        says("symbolic links are not followed");
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
        fs::write(path.join("file"), "x").unwrap();
        says("it is not a regular file");
    });
}
