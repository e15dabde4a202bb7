//! The folder in which a session's agent works.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;

use serde_json::Value;

use super::{text, workspace};
use crate::support::agents::{agent, wait_ended};
use crate::support::{Combo, Out, Repo, TestEnv, alone};

/// A repository with two folders, and an agent that notes where it is.
fn repo() -> Repo {
    let repo = TestEnv::new().repo(Combo::PLAIN);
    repo.commit("packages/web app/a", "a");
    repo.commit("docs/a", "a");
    repo.config("ao.runtime", "detached");
    agent(&repo, "mine", "pwd -P >\"$AO_WORKTREE/where\"; exit 0");
    repo.config("ao.agent", "mine");
    repo
}

fn from(repo: &Repo, folder: &str, args: &[&str]) -> Out {
    repo.ao_run(args).dir(repo.dir().join(folder)).run()
}

/// Spawns in a folder, and waits for the agent's end.
fn spawn_from(repo: &Repo, folder: &str, options: &[&str]) -> Value {
    let made = from(repo, folder, &[&["spawn", "--json"], options, &["Try it"]].concat());
    let made = made.ok().json();
    wait_ended(repo, text(&made, "id").parse().unwrap());
    made
}

fn was_in(made: &Value) -> PathBuf {
    let noted = fs::read_to_string(workspace(made).join("where")).unwrap();
    fs::remove_file(workspace(made).join("where")).unwrap();
    noted.trim_end().into()
}

#[test]
fn an_agent_works_in_the_folder_from_which_it_was_spawned() {
    alone(|| {
        let repo = repo();
        let made = spawn_from(&repo, "packages/web app", &[]);
        assert_eq!(text(&made, "folder"), "packages/web app");
        let there = workspace(&made).join("packages/web app");
        assert_eq!(was_in(&made), there);
        let id = text(&made, "id");
        repo.ao(["show", id]).ok().stdout_has("packages/web app");

        // What is asked from outside goes there, too.
        assert_eq!(repo.ao(["path", id]).ok().text(), workspace(&made).to_str().unwrap());
        assert_eq!(repo.ao(["exec", id, "pwd", "-P"]).ok().text(), there.to_str().unwrap());
        let top = repo.ao(["exec", "--root", id, "pwd", "-P"]).ok();
        assert_eq!(top.text(), workspace(&made).to_str().unwrap());

        // Also when it is started again, with a worktree that is made again.
        repo.ao(["cleanup", "--force"]).ok();
        repo.ao(["restore", "--fresh", id]).ok();
        wait_ended(&repo, id.parse().unwrap());
        assert_eq!(was_in(&made), there);

        // A fork works where its parent did, wherever it is made.
        let fork = from(&repo, "docs", &["fork", "--json", id, "More"]).ok().json();
        wait_ended(&repo, text(&fork, "id").parse().unwrap());
        assert_eq!(was_in(&fork), workspace(&fork).join("packages/web app"));
        let fork = from(&repo, "docs", &["fork", "--json", "--root", id, "More"]).ok().json();
        wait_ended(&repo, text(&fork, "id").parse().unwrap());
        assert_eq!(was_in(&fork), workspace(&fork));
    });
}

#[test]
fn the_top_directory_is_used_when_asked_for_and_when_the_folder_is_not_there() {
    alone(|| {
        let repo = repo();
        let made = spawn_from(&repo, "docs", &["--root"]);
        assert_eq!((text(&made, "folder"), was_in(&made)), ("", workspace(&made)));
        let made = spawn_from(&repo, "", &[]);
        assert_eq!((text(&made, "folder"), was_in(&made)), ("", workspace(&made)));

        // Not in the commit it starts from, a link there, another repository.
        fs::create_dir(repo.dir().join("untracked")).unwrap();
        repo.git(["switch", "-q", "-c", "links"]);
        fs::remove_dir_all(repo.dir().join("docs")).unwrap();
        symlink("/tmp", repo.dir().join("docs")).unwrap();
        repo.git(["add", "-A"]);
        repo.git(["commit", "-q", "-m", "a link"]);
        repo.git(["switch", "-q", "main"]);
        for (folder, base, why) in [
            ("untracked", "main", "it is not there"),
            ("docs", "links", "it is a symbolic link"),
            ("packages/web app", "HEAD~2", "it is not there"),
        ] {
            let out = from(&repo, folder, &["spawn", "--json", "--base", base, "Try it"]);
            let out = out.ok().stderr_has(&format!("not in '{folder}': {why}"));
            let made = out.json();
            wait_ended(&repo, text(&made, "id").parse().unwrap());
            assert_eq!((text(&made, "folder"), was_in(&made)), ("", workspace(&made)));
        }
        // What .worktreeinclude brings is there in time.
        repo.commit(".gitignore", "cache\n");
        repo.commit(".worktreeinclude", "cache\n");
        repo.write("cache/x", "x");
        let made = spawn_from(&repo, "cache", &[]);
        assert_eq!(was_in(&made), workspace(&made).join("cache"));
        from(&repo, "docs", &["spawn", "-n", "Try it"]).ok().stdout_has("  folder    docs\n");
    });
}

#[test]
fn a_folder_that_went_away_is_told_of_and_a_record_cannot_lead_out() {
    alone(|| {
        let repo = repo();
        let made = spawn_from(&repo, "docs", &[]);
        let (id, path) = (text(&made, "id"), workspace(&made));
        assert_eq!(was_in(&made), path.join("docs"));
        fs::remove_dir_all(path.join("docs")).unwrap();
        repo.ao(["restore", "--fresh", id]).ok().stderr_has("not in 'docs': it is not there");
        wait_ended(&repo, id.parse().unwrap());
        assert_eq!(was_in(&made), path);
        symlink("/tmp", path.join("docs")).unwrap();
        repo.ao(["restore", "--fresh", id]).ok().stderr_has("not in 'docs': it is a symbolic link");
        wait_ended(&repo, id.parse().unwrap());
        assert_eq!(was_in(&made), path);
        assert_eq!(repo.ao(["exec", id, "pwd", "-P"]).ok().text(), path.to_str().unwrap());
        for bad in ["..", "/etc", "a/../..", "a/.git", "./a", "a//b", "a\u{7}b"] {
            repo.ao(["set", id, &format!("folder={bad}")]).code(1);
        }
        repo.ao(["set", id, "folder=packages"]).ok();
        assert_eq!(
            repo.ao(["exec", id, "pwd", "-P"]).ok().text(),
            path.join("packages").to_str().unwrap()
        );
    });
}

#[test]
fn a_queued_session_starts_in_its_folder() {
    alone(|| {
        let repo = repo();
        let queued =
            from(&repo, "docs", &["spawn", "--json", "--no-worktree", "Later"]).ok().json();
        assert_eq!(text(&queued, "folder"), "docs");
        let made = repo.ao(["start", "--json", text(&queued, "id")]).ok().json();
        wait_ended(&repo, text(&made, "id").parse().unwrap());
        assert_eq!(was_in(&made), workspace(&made).join("docs"));
    });
}
