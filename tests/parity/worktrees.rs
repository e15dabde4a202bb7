//! What ao_core does with a project's worktrees: files that git ignores, a command after the
//! worktree is made, the same settings at a restore, and the way of the work to its base.

use std::fs;

use git_ao::model::SessionStatus;

use crate::sessions;
use crate::support::Repo;
use crate::support::agents::{agent, record, spawn, wait_file, wait_working, workspace};

#[test]
fn ignored_files_come_along_and_a_command_runs_first() {
    let repo = Repo::new();
    repo.write(".gitignore", ".env\nready\n");
    repo.write(".worktreeinclude", ".env\n");
    repo.git(["add", "."]);
    repo.git(["commit", "-qm", "what a worktree gets"]);
    repo.write(".env", "KEY=x\n");
    repo.config("ao.setup", "cp .env ready");
    let (_, tree) = sessions::spawn(&repo, "the task");
    assert_eq!(fs::read_to_string(tree.dir().join(".env")).unwrap(), "KEY=x\n");
    assert_eq!(fs::read_to_string(tree.dir().join("ready")).unwrap(), "KEY=x\n");
}

#[test]
fn a_restore_uses_the_same_model() {
    let repo = Repo::new();
    let script = agent(&repo, "mine", "exec sleep 1000");
    repo.config("ao.agent.mine.command", &format!("'{}' --model={{model}}", script.display()));
    let start = ["--runtime", "detached", "--agent", "mine", "--model", "large", "the task"];
    let id = spawn(&repo, &start);
    wait_working(&repo, id);
    wait_file(&repo, id, "env");
    assert_eq!(wait_file(&repo, id, "args"), "--model=large\n");
    repo.ao(["kill", &id.short()]).ok();
    for file in ["args", "env"] {
        fs::remove_file(workspace(&repo, id).join(file)).unwrap();
    }
    repo.ao(["restore", "--fresh", &id.short()]).ok();
    wait_file(&repo, id, "env");
    assert_eq!(wait_file(&repo, id, "args"), "--model=large\n");
    repo.ao(["kill", &id.short()]).ok();
}

#[test]
fn the_work_is_brought_to_its_base_and_the_pull_request_is_known() {
    let repo = Repo::new();
    let (id, tree) = sessions::spawn(&repo, "the task");
    tree.write("made", "x\n");
    tree.git(["add", "."]);
    tree.git(["commit", "-qm", "made"]);
    repo.ao(["set", &id, "pr_number=7"]).ok();
    repo.ao(["land", "--check"]).ok().stdout_has(&id[..8]);
    repo.ao(["land", "--squash", &id]).ok();
    let session = record(&repo, id.parse().unwrap());
    assert_eq!(session.status, SessionStatus::Merged);
    assert_eq!(session.pr_number, Some(7));
    repo.ao(["why", "#7"]).ok().stdout_has(&id[..8]);
    assert!(!tree.dir().exists() && repo.dir().join("made").exists());
}
