use std::fs;

use git_ao::model::SessionStatus;

use super::world::{World, until};
use crate::support::agents::agent;
use crate::support::{for_each_format, race};

#[test]
fn what_ended_leaves_goes_and_the_rest_stays() {
    for_each_format(|repo| {
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
        let out = world.repo.ao(["cleanup"]).code(1).stdout_has(&format!("keep {}", &dirty[..8]));
        out.stdout_lacks(&open[..8]).stderr_has("--force");
        assert!(!world.worktree(&done).exists());
        assert!(world.worktree(&open).exists() && world.worktree(&dirty).exists());
        assert_eq!(world.placement(&done), None);
        assert!(world.placement(&dirty).is_some());
        assert_eq!(world.events(), before + 1);
        let branch = world.session(&done).branch.unwrap();
        world.repo.git(["rev-parse", "--verify", &branch]);
        world.repo.ao(["cleanup"]).code(1).stdout_lacks("cleaned up");
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
    world.repo.ao(["cleanup", "--branches"]).code(1).stdout_has("keep ");
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
fn what_was_backed_up_is_taken_back_as_restore_says() {
    let world = World::new();
    agent(&world.repo, "mine", "exit 0");
    let id = world.spawn(&["--no-agent", "--agent", "mine", "the task"]);
    let tree = world.repo.within(world.worktree(&id));
    tree.write("kept", "first");
    let restore = ["restore", "--fresh", "--agent", "mine", "--runtime", "detached", &id];
    for (round, content) in ["first", "second"].into_iter().enumerate() {
        assert_eq!(fs::read_to_string(tree.dir().join("kept")).unwrap(), content);
        world.set_status(&id, &SessionStatus::Killed);
        world.repo.ao(["cleanup", "--force"]).ok().stdout_has("  backup    refs/ao/backup/");
        let out = world.repo.ao(restore).ok();
        let backup = match round {
            0 => format!("refs/ao/backup/{id}"),
            _ => format!("refs/ao/backup/{id}-2"),
        };
        let hint = format!("git restore --source={backup} .");
        let out = out.stderr_has(&hint);
        assert_eq!(out.stderr.matches("refs/ao/backup/").count(), 2 + round, "{out}");
        until("it ended", || world.session(&id).status == SessionStatus::Done);
        tree.env().run(tree.dir(), "sh", ["-c", &hint]).run().ok();
        assert_eq!(fs::read_to_string(tree.dir().join("kept")).unwrap(), content);
        tree.write("kept", "second");
    }
    // What is there needs no taking back.
    world.set_status(&id, &SessionStatus::Killed);
    world.repo.ao(restore).ok().stderr_lacks("backup");
    until("it ended", || world.session(&id).status == SessionStatus::Done);
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
    let out = world.repo.ao(["cleanup", "--branches"]).code(1);
    out.stdout_has(&format!("keep {}", &unmerged[..8])).stdout_has("1 commit");
    let is_there =
        |name: &str| world.repo.git_result(["rev-parse", "-q", "--verify", name]).status == 0;
    assert!(!is_there(&branch(&merged)) && is_there(&branch(&unmerged)) && is_there("mine"));
    assert!(world.worktree(&unmerged).exists());
}

#[test]
fn an_agent_that_outlived_its_session_is_not_ended() {
    let world = World::new();
    let id = world.spawn(&["--runtime", "tmux", "the task"]);
    until("it works", || world.session(&id).status == SessionStatus::Working);
    world.set_status(&id, &SessionStatus::Merged);
    for args in [&["cleanup"][..], &["cleanup", "--force", "--branches"]] {
        world
            .repo
            .ao(args)
            .code(1)
            .stdout_has(&format!("is still running; to stop it: git ao kill {}", &id[..8]));
        world.tmux(&["has-session", "-t", &format!("=ao-{}", &id[..8])]).ok();
        assert!(world.worktree(&id).exists());
    }
    world.repo.ao(["kill", &id]).ok().stdout_has("its agent was stopped");
    world.repo.ao(["cleanup"]).ok().stdout_has("cleaned up");
    world.tmux(&["has-session", "-t", &format!("=ao-{}", &id[..8])]).code(1);
    assert_eq!(world.session(&id).status, SessionStatus::Merged);
}

#[test]
fn what_cannot_be_seen_or_is_not_its_own_stays() {
    let world = World::new();
    let id = world.spawn(&["--runtime", "tmux", "the task"]);
    until("it works", || world.session(&id).status == SessionStatus::Working);
    world.set_status(&id, &SessionStatus::Done);
    world.forget_processes(&id);
    let file = world.repo.write("no-socket", "");
    world.repo.config("ao.tmuxSocket", &format!("{}/y", file.display()));
    world.repo.ao(["cleanup"]).code(1).stdout_has("cannot determine whether its agent is alive");
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
    world.repo.ao(["cleanup", "--force"]).code(1);
    assert!(own.join("README").exists());
}

#[test]
fn nobody_removes_the_floor_under_his_feet() {
    let world = World::new();
    let id = world.spawn(&["--no-agent", "the task"]);
    world.set_status(&id, &SessionStatus::Done);
    let there = world.repo.within(world.worktree(&id));
    there.ao(["cleanup", "--force"]).code(1).stdout_has("it is the current directory");
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

#[test]
fn what_git_still_knows_of_a_folder_that_is_gone_goes_too() {
    for_each_format(|repo| {
        let world = World::of(repo.combo());
        let [gone, staged, locked, open] =
            ["gone", "staged", "locked", "open"].map(|title| world.spawn(&["--no-agent", title]));
        let user = world.repo.env().path("user");
        world.repo.git(["worktree", "add", "-q", "--detach", user.to_str().unwrap()]);
        let tree = world.repo.within(world.worktree(&staged));
        tree.write("work", "only in the index");
        tree.git(["add", "work"]);
        world.repo.git(["worktree", "lock", world.worktree(&locked).to_str().unwrap()]);
        for id in [&gone, &staged, &locked, &open] {
            fs::remove_dir_all(world.worktree(id)).unwrap();
        }
        fs::remove_dir_all(&user).unwrap();
        for id in [&gone, &staged, &locked] {
            world.set_status(id, &SessionStatus::Done);
        }
        let listed = || world.repo.git(["worktree", "list"]);
        let kept = |id: &str| format!("keep {}", &id[..8]);
        let out = world.repo.ao(["cleanup"]).code(1).stdout_has(&kept(&staged));
        out.stdout_has(&kept(&locked)).stdout_has("is locked").stdout_lacks(&open[..8]);
        for (name, is_there) in
            [(&gone[..8], false), (&staged[..8], true), (&open[..8], true), ("user", true)]
        {
            assert_eq!(listed().contains(name), is_there, "{name} {}", listed());
        }
        assert_eq!(world.placement(&gone), None);
        let out = world.repo.ao(["cleanup", "--force"]).code(1).stdout_has(&kept(&locked));
        out.stderr_lacks("--force");
        let out = world.repo.ao(["cleanup"]).code(1).stdout_has(&kept(&locked));
        out.stderr_lacks("--force");
        assert!(!listed().contains(&staged[..8]) && listed().contains(&locked[..8]));
        let work = format!("refs/ao/backup/{staged}:work");
        assert_eq!(world.repo.git(["show", &work]), "only in the index");
    });
}

#[test]
fn two_at_once_clean_up_everything_once() {
    let world = World::new();
    let ids: Vec<_> = (0..6).map(|n| world.spawn(&["--no-agent", &n.to_string()])).collect();
    ids.iter().for_each(|id| world.set_status(id, &SessionStatus::Done));
    let ends = race(3, |_| world.repo.ao_run(["cleanup", "--branches"]));
    for end in ends {
        end.ok();
    }
    // Whoever came second in one case may have been first in another: nothing is left for a third.
    assert_eq!(world.repo.git(["worktree", "list"]).lines().count(), 1);
    assert_eq!(world.repo.git(["branch", "--list", "ao/*"]), "");
    assert_eq!(world.repo.git(["for-each-ref", "refs/ao/backup"]), "");
    assert!(ids.iter().all(|id| world.placement(id).is_none()));
    world.repo.ao(["cleanup"]).ok().stdout_is("nothing to clean up\n");
}

/// Whichever comes first, the other one waits or sees it: it is back with its worktree and its agent.
#[test]
fn a_restore_beside_it_is_not_undone() {
    let world = World::new();
    for turn in 0..10 {
        let id = world.spawn(&["--runtime", "detached", "the task"]);
        until("it works", || world.session(&id).status == SessionStatus::Working);
        let work = world.repo.within(world.worktree(&id)).commit("work", "work");
        world.repo.ao(["kill", &id]).ok();
        let verbs = [vec!["restore", "--fresh", &id], vec!["cleanup", "--force", "--branches"]];
        let ends = race(2, |n| world.repo.ao_run(&verbs[(n + turn) % 2]));
        // A cleanup that meets the agent of the restored one keeps it, and says so.
        let is_well = |end: &crate::support::Out| {
            end.status == 0 || end.stdout.contains("its agent is still running")
        };
        assert!(ends.iter().all(is_well), "{ends:#?}");
        until("it works again", || world.session(&id).status == SessionStatus::Working);
        assert_eq!(world.live(&id)["agent"], "alive", "{ends:#?}");
        let tree = world.repo.within(world.worktree(&id));
        assert_eq!(tree.git(["rev-parse", "HEAD"]).trim(), work, "{ends:#?}");
        let branch = tree.git(["symbolic-ref", "--short", "HEAD"]);
        assert_eq!(Some(branch.trim()), world.session(&id).branch.as_deref(), "{ends:#?}");
        world.repo.ao(["kill", &id]).ok();
        world.repo.ao(["cleanup", "--force", "--branches"]).ok();
    }
}
