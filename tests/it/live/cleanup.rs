use std::fs;

use git_ao::model::SessionStatus;

use super::world::{World, until};
use crate::support::for_each_repo;

#[test]
fn what_ended_leaves_goes_and_the_rest_stays() {
    for_each_repo(|repo| {
        let world = World::of(repo.combo());
        let [done, open, dirty] =
            ["done", "open", "dirty"].map(|title| world.spawn(&["--no-agent", title]));
        for id in [&done, &dirty] {
            world.set_status(id, &SessionStatus::Done);
        }
        world.repo.within(world.worktree(&dirty)).write("untracked", "work");
        let before = world.events();
        let out = world.repo.ao(["cleanup", "--dry-run"]).ok();
        out.stdout_has(&format!("would clean up {}", &done[..8])).stdout_has("1 untracked");
        assert!(world.worktree(&done).exists());
        let out = world.repo.ao(["cleanup"]).ok().stdout_has(&format!("keep {}", &dirty[..8]));
        out.stdout_lacks(&open[..8]).stderr_has("--force");
        assert!(!world.worktree(&done).exists());
        assert!(world.worktree(&open).exists() && world.worktree(&dirty).exists());
        assert_eq!(world.placement(&done), None);
        assert!(world.placement(&dirty).is_some());
        assert_eq!(world.events(), before + 1);
        let branch = world.session(&done).branch.unwrap();
        world.repo.git(["rev-parse", "--verify", &branch]);
        world.repo.ao(["cleanup"]).ok().stdout_lacks("cleaned up");
        assert_eq!(world.events(), before + 1);
    });
}

#[test]
fn with_force_what_was_there_is_kept_in_a_backup() {
    let world = World::new();
    let id = world.spawn(&["--no-agent", "the task"]);
    let tree = world.repo.within(world.worktree(&id));
    let tip = tree.commit("only here", "only here");
    tree.write("untracked", "work");
    world.set_status(&id, &SessionStatus::Killed);
    world.repo.ao(["cleanup", "--branches"]).ok().stdout_has("keep ");
    let out = world.repo.ao(["cleanup", "--branches", "--force"]).ok();
    let backup = format!("refs/ao/backup/{id}");
    out.stdout_has(&format!("  backup    {backup}\n"));
    assert!(!tree.dir().exists());
    assert_eq!(world.repo.git(["show", &format!("{backup}:untracked")]), "work");
    world.repo.git(["merge-base", "--is-ancestor", &tip, &backup]);
    let branch = world.session(&id).branch.unwrap();
    world.repo.git_result(["rev-parse", "-q", "--verify", &branch]).code(1);
}

#[test]
fn branches_go_only_when_asked_for_and_nothing_is_lost() {
    let world = World::new();
    let [merged, unmerged] = ["merged", "unmerged"].map(|t| world.spawn(&["--no-agent", t]));
    let mine = world.spawn(&["--no-agent", "--branch", "mine", "x"]);
    world.repo.within(world.worktree(&unmerged)).commit("work", "work");
    for id in [&merged, &unmerged, &mine] {
        world.set_status(id, &SessionStatus::Done);
    }
    let branch = |id: &str| world.session(id).branch.unwrap();
    let out = world.repo.ao(["cleanup", "--branches"]).ok();
    out.stdout_has(&format!("keep {}", &unmerged[..8])).stdout_has("1 commit");
    let is_there =
        |name: &str| world.repo.git_result(["rev-parse", "-q", "--verify", name]).status == 0;
    assert!(!is_there(&branch(&merged)) && is_there(&branch(&unmerged)) && is_there("mine"));
    assert!(world.worktree(&unmerged).exists());
}

#[test]
fn an_agent_that_outlived_its_session_is_ended() {
    let world = World::new();
    let id = world.spawn(&["--runtime", "tmux", "the task"]);
    until("it works", || world.session(&id).status == SessionStatus::Working);
    world.set_status(&id, &SessionStatus::Merged);
    world.repo.ao(["cleanup"]).ok().stdout_has("agent     ended");
    world.tmux(&["has-session", "-t", &format!("=ao-{}", &id[..8])]).code(1);
    assert_eq!(world.session(&id).status, SessionStatus::Merged);
}

#[test]
fn what_cannot_be_seen_or_is_not_its_own_stays() {
    let world = World::new();
    let id = world.spawn(&["--runtime", "tmux", "the task"]);
    until("it works", || world.session(&id).status == SessionStatus::Working);
    world.set_status(&id, &SessionStatus::Done);
    let file = world.repo.write("no-socket", "");
    world.repo.git(["config", "ao.tmuxSocket", &format!("{}/y", file.display())]);
    world.repo.ao(["cleanup"]).ok().stdout_has("cannot tell whether its agent is alive");
    assert!(world.worktree(&id).exists());
    world.repo.git(["config", "--unset", "ao.tmuxSocket"]);
    // A worktree of the user's own, named by a record that somebody else wrote.
    let own = world.repo.env().path("own");
    world.repo.git(["worktree", "add", "-q", own.to_str().unwrap()]);
    let other = world.spawn(&["--no-agent", "other"]);
    fs::remove_dir_all(world.worktree(&other)).unwrap();
    world.repo.git(["worktree", "prune"]);
    world.change_placement(&other, |here| here.workspace = own.to_str().map(str::to_owned));
    world.set_status(&other, &SessionStatus::Done);
    world.repo.ao(["cleanup", "--force"]).ok();
    assert!(own.join("README").exists());
}

#[test]
fn nobody_removes_the_floor_under_his_feet() {
    let world = World::new();
    let id = world.spawn(&["--no-agent", "the task"]);
    world.set_status(&id, &SessionStatus::Done);
    let there = world.repo.within(world.worktree(&id));
    there.ao(["cleanup", "--force"]).ok().stdout_has("this is where you are");
    assert!(there.dir().exists());
}

#[test]
fn what_the_agent_left_in_the_git_directory_goes() {
    let world = World::new();
    let [cleaned, deleted] =
        ["cleaned", "deleted"].map(|title| world.spawn(&["--no-agent", title]));
    let alive = world.spawn(&["--runtime", "detached", "alive"]);
    until("it works", || world.session(&alive).status == SessionStatus::Working);
    let ao = world.repo.common_dir().join("ao");
    let talk = |id: &str| format!("33333333{}", &id[8..]);
    let files = |id: &str| {
        let names = [format!("log/{id}.log"), format!("agent/{id}.prompt")];
        let history = format!("agent/test-{}.history", talk(id));
        names.into_iter().chain([history]).map(|name| ao.join(name)).collect::<Vec<_>>()
    };
    fs::create_dir_all(ao.join("agent")).unwrap();
    for id in [&cleaned, &deleted, &alive] {
        world.change(id, |session| session.agent_session_id = Some(talk(id)));
        files(id).iter().for_each(|path| fs::write(path, "x").unwrap());
    }
    for id in [&cleaned, &deleted] {
        world.set_status(id, &SessionStatus::Done);
    }
    let there = |id: &str| files(id).iter().map(|path| path.exists()).collect::<Vec<_>>();
    world.repo.ao(["delete", &deleted]).ok();
    assert_eq!(there(&deleted), [false, false, false]);
    world.repo.ao(["cleanup"]).ok();
    assert_eq!(there(&cleaned), [false, false, true], "restoring it goes on with the conversation");
    let pid = world.live(&alive)["pid"].to_string();
    world.repo.ao(["delete", "--force", &alive]).ok();
    assert_eq!(there(&alive), [true, true, true]);
    world.repo.env().run(world.repo.dir(), "kill", ["-9", "--", &format!("-{pid}")]).run().ok();
}

#[test]
fn what_could_not_be_removed_is_a_failure() {
    let world = World::new();
    let id = world.spawn(&["--no-agent", "the task"]);
    world.set_status(&id, &SessionStatus::Done);
    // A folder is no file that could be removed.
    fs::create_dir_all(world.repo.common_dir().join(format!("ao/log/{id}.log/x"))).unwrap();
    let out = world.repo.ao(["cleanup"]).code(1);
    out.stdout_has(&format!("keep {}", &id[..8])).stdout_has("cannot remove");
}
