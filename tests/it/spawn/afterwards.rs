//! What is done with a session after it was started: commands in it, its folder, its return.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use super::{spawn, text, workspace};
use crate::support::agents::record;
use crate::support::{Combo, Repo, TestEnv, alone};

fn repo() -> Repo {
    TestEnv::new().repo(Combo::PLAIN)
}

#[test]
fn a_command_that_cannot_be_started_has_the_exit_status_of_a_shell() {
    alone(|| {
        let repo = repo();
        let made = spawn(&repo, &["--no-agent", "One"]);
        let id = text(&made, "id");
        repo.ao(["exec", id, "--", "nosuchcommand-at-all"]).code(127).stderr_has("fatal: cannot");
        repo.ao(["exec", id, "--", "./nothing"]).code(127);
        let file = workspace(&made).join("file");
        fs::write(&file, "x").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
        repo.ao(["exec", id, "--", "./file"]).code(126).stderr_has("Permission denied");
        repo.ao(["exec", id, "--", "sh", "-c", "exit 3"]).code(3);
    });
}

#[test]
fn a_worktree_that_is_missing_can_be_made_again() {
    alone(|| {
        let repo = repo();
        let made = spawn(&repo, &["--no-agent", "One"]);
        let id = &text(&made, "id")[..8];
        fs::remove_dir_all(workspace(&made)).unwrap();
        let out = repo.ao(["path", id]);
        assert_ne!(out.status, 0);
        out.stderr_has(&format!("hint: to create it again: git ao restore {id}"));
        repo.ao(["restore", "--no-agent", id]).ok();
        repo.ao(["path", id]).ok();
    });
}

#[test]
fn what_was_discarded_comes_back_as_it_was() {
    let repo = Repo::new();
    let made = spawn(&repo, &["--no-agent", "One"]);
    let id = &text(&made, "id")[..8];
    let out = repo.ao(["cancel", "--discard", id]).ok();
    out.stderr_has(&format!("hint: to bring it back: git ao restore --no-agent {id}"));
    repo.ao(["restore", "--no-agent", id]).ok();
}

#[test]
fn a_folder_that_is_not_there_is_not_set() {
    alone(|| {
        let repo = repo();
        repo.commit("below/file", "x");
        let made = spawn(&repo, &["--no-agent", "One"]);
        let id = text(&made, "id");
        let out = repo.ao(["set", id, "folder=nope"]).code(1);
        out.stderr_has("'nope' in the session's worktree cannot be used: it is not there")
            .stderr_has("hint: to set it anyway, use --force");
        repo.ao(["set", id, "folder=below/file"]).code(1).stderr_has("it is not a folder");
        assert_eq!(record(&repo, id.parse().unwrap()).folder, None);
        repo.ao(["set", id, "folder=below"]).ok();
        repo.ao(["set", id, "title=Other"]).ok();
        repo.ao(["set", "--force", id, "folder=nope"]).ok();
        repo.ao(["set", id, "folder="]).ok();
    });
}

#[test]
fn a_list_of_patterns_that_is_no_file_is_named() {
    alone(|| {
        let repo = repo();
        let path = repo.dir().join(".worktreeinclude");
        symlink("elsewhere", &path).unwrap();
        let says = "warning: '";
        let ends = ".worktreeinclude' was not read: it is not a regular file";
        repo.ao(["spawn", "--no-agent", "One"]).ok().stderr_has(says).stderr_has(ends);
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
        repo.ao(["spawn", "--no-agent", "Two"]).ok().stderr_has(ends);
        repo.ao(["spawn", "--no-agent", "--no-include", "Three"]).ok().stderr_lacks(ends);
    });
}

#[test]
fn a_branch_that_is_taken_here_is_not_forced() {
    alone(|| {
        let repo = repo();
        repo.git(["branch", "feat"]);
        let made = spawn(&repo, &["--no-agent", "--on", "feat", "One"]);
        let id = &text(&made, "id")[..8];
        for force in [&[][..], &["--force"]] {
            let out = repo.ao([&["spawn", "--no-agent", "--on", "feat", "Two"], force].concat());
            let out = out.code(1).stderr_has(&format!("session {id} ('One') works on branch"));
            out.stderr_lacks("--force").stderr_has(&format!("git ao kill {id}"));
        }
        repo.ao(["kill", id]).ok();
        repo.ao(["spawn", "--no-agent", "--on", "feat", "Two"]).ok();
    });
}

#[test]
fn too_few_digits_of_an_id_are_explained() {
    let repo = Repo::new();
    let made = spawn(&repo, &["--no-agent", "One"]);
    let id = text(&made, "id");
    repo.ao(["show", &id[..3]]).code(1).stderr_has("at least 4 digits of an id are needed");
    repo.ao(["show", "xyz"]).code(1).stderr_lacks("4 digits");
    repo.ao(["show", &id[..4]]).ok();
}
