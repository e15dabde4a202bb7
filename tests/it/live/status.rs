use std::fs;

use git_ao::model::SessionStatus;
use serde_json::json;

use super::world::{World, until};
use crate::support::sessions::plant_record;
use crate::support::{for_each_format, tree_of};

#[test]
fn an_agent_is_alive_until_it_is_gone() {
    let world = World::new();
    for runtime in ["tmux", "detached"] {
        let id = world.spawn(&["--runtime", runtime, "the task"]);
        let live = world.live(&id);
        assert_eq!(live["agent"], "alive", "{live}");
        assert_eq!(live["workspace"]["condition"], "ready");
        world.repo.ao(["status"]).ok().stdout_has(" test   active ");
        world.murder(&id);
        world.repo.ao(["status"]).ok().stdout_has(" test   vanished ");
    }
}

#[test]
fn what_lives_elsewhere_is_not_probed() {
    let world = World::new();
    let id = world.spawn(&["--no-agent", "the task"]);
    assert_eq!(world.live(&id)["agent"], "not_started");
    let there = world.placement(&id).unwrap();
    world.change(&id, |session| {
        let mut there = there.clone();
        // This very process: whoever looked at it would find it alive.
        there.runtime = Some("detached".to_owned());
        there.handle = Some(git_ao::runtime::Process::current().unwrap().to_string());
        session.placements = [("laptop-9f2c".to_owned(), there)].into();
    });
    let live = world.live(&id);
    assert_eq!(
        (&live["agent"], &live["elsewhere"]),
        (&json!("elsewhere"), &json!(["laptop-9f2c"]))
    );
    assert!(live["workspace"].is_null() && live["path"].is_null(), "{live}");
    world.repo.ao(["status"]).ok().stdout_has(" on laptop-9f2c ");
}

#[test]
fn what_cannot_be_told_is_unknown_and_never_gone() {
    let world = World::new();
    let id = world.spawn(&["--runtime", "tmux", "the task"]);
    until("it works", || world.session(&id).status == SessionStatus::Working);
    world.forget_processes(&id);
    let socket = world.repo.write("no-socket/x", "");
    world.repo.config("ao.tmuxSocket", &format!("{}/y", socket.display()));
    let out = world.repo.ao(["status"]).ok().stdout_has(" test   unknown: ").stdout_lacks("gone");
    out.stderr_has(&format!(
        "warning: cannot determine whether the agent of {} is alive: ",
        &id[..8]
    ));
    let live = world.live(&id);
    assert_eq!(live["agent"], "unknown");
    assert!(live["agent_error"].as_str().unwrap().contains("socket"), "{live}");
    world.repo.git(["config", "--unset", "ao.tmuxSocket"]);

    let placement = world.placement(&id).unwrap();
    for (runtime, handle) in [("warp", "x"), ("detached", "/etc/passwd"), ("detached", "1@1")] {
        world.change_placement(&id, |here| {
            (here.runtime, here.handle) = (Some(runtime.to_owned()), Some(handle.to_owned()));
        });
        assert_eq!(world.live(&id)["agent"], "unknown", "{runtime} {handle}");
    }
    world.change_placement(&id, |here| *here = placement.clone());
}

#[test]
fn a_worktree_is_seen_as_it_is() {
    for_each_format(|repo| {
        let world = World::of(repo.combo());
        let id = world.spawn(&["--no-agent", "the task"]);
        let tree = world.repo.within(world.worktree(&id));
        tree.commit("one", "1");
        tree.commit("two", "2");
        tree.write("untracked", "");
        let live = world.live(&id);
        assert_eq!(
            (&live["base"]["ahead"], &live["base"]["behind"]),
            (&json!(2), &json!(0)),
            "{live}"
        );
        assert_eq!(live["workspace"]["changes"]["untracked"], 1);
        world.repo.ao(["status", "--changes"]).ok().stdout_has(" 1 untracked  +2 ");
        world.repo.ao(["status"]).ok().stdout_has(" ready ").stdout_lacks("untracked");

        tree.git(["checkout", "-q", "-b", "other"]);
        world.repo.ao(["status"]).ok().stdout_has(" ready, on 'other' ");
        let strange = tree.git(["commit-tree", "-m", "x", "HEAD^{tree}"]);
        tree.git(["checkout", "-q", "-B", "strange", strange.trim()]);
        world.repo.ao(["status"]).ok().stdout_has("on branch 'strange'");
        fs::remove_dir_all(tree.dir()).unwrap();
        world.repo.ao(["status"]).ok().stdout_has("missing, but still registered");
        assert_eq!(world.live(&id)["workspace"]["condition"], "prunable");
    });
}

#[test]
fn a_place_that_a_record_cannot_mean_is_not_looked_at() {
    let world = World::new();
    let id = world.spawn(&["--no-agent", "the task"]);
    for place in ["/", "~", "..", "-x", "/a/../etc"] {
        world.change_placement(&id, |here| here.workspace = Some(place.to_owned()));
        let live = world.live(&id);
        assert_eq!(live["workspace"]["condition"], "unreadable", "{place}");
        assert!(live["path"].is_null(), "{place}");
    }
}

#[test]
fn ended_ones_are_counted_unless_their_agent_lives() {
    let world = World::new();
    let ended = world.spawn(&["--no-agent", "ended"]);
    let open = world.spawn(&["--no-agent", "open"]);
    world.set_status(&ended, &SessionStatus::Done);
    let out = world.repo.ao(["status"]).ok().stdout_lacks(&ended[..8]).stdout_has(&open[..8]);
    out.stdout_has("1 ended session is hidden; to show it, use --all");
    world.repo.ao(["status", "--all"]).ok().stdout_has(&ended[..8]).stdout_lacks("not shown");
    world.repo.ao(["status", &ended]).ok().stdout_has(&ended[..8]);
    let json = world.repo.ao(["status", "--json"]).ok().json();
    assert_eq!((&json["version"], &json["hidden"]), (&json!(1), &json!(1)));
    world.repo.ao(["status", "--status", "done"]).ok().stdout_lacks(&open[..8]);

    let alive = world.spawn(&["--runtime", "detached", "alive"]);
    until("it works", || world.session(&alive).status == SessionStatus::Working);
    world.set_status(&alive, &SessionStatus::Merged);
    world.repo.ao(["status"]).ok().stdout_has(&alive[..8]).stdout_has("1 ended session");
}

#[test]
fn one_that_vanished_is_shown_until_somebody_puts_it_away() {
    let world = World::new();
    let (mut ids, ways) = (Vec::new(), ["kill", "cancel", "fail"]);
    for way in ways {
        let id = world.spawn(&["--runtime", "detached", way]);
        until("it works", || world.session(&id).status == SessionStatus::Working);
        world.murder(&id);
        ids.push(id);
    }
    until("they are seen to be gone", || {
        world.repo.ao(["reconcile"]).ok();
        ids.iter().all(|id| world.session(id).status == SessionStatus::Errored)
    });
    let out = world.repo.ao(["status"]).ok().stdout_has("3 vanished");
    out.stdout_has("to put one of them away: git ao kill <session>");
    for (id, way) in ids.iter().zip(ways) {
        world.repo.ao([way, id]).ok();
        world.repo.ao(["status"]).ok().stdout_lacks(&id[..8]);
        let status = if way == "fail" { SessionStatus::Errored } else { SessionStatus::Killed };
        assert_eq!(world.session(id).status, status, "{way}");
        let out = world.repo.ao([way, id]).ok();
        assert!(out.stdout.contains(" already "), "{}", out.stdout);
    }
    world.repo.ao(["restore", "--fresh", &ids[0]]).ok();
}

#[test]
fn a_corrupt_record_is_shown() {
    let world = World::new();
    let id = world.spawn(&["--no-agent", "the task"]);
    let other = world.spawn(&["--no-agent", "other"]);
    let path = format!("sessions/demo/{}/{id}.yaml", &id[..2]);
    plant_record(&world.repo, &path, "not: [a record");
    let out = world.repo.ao(["status"]).ok().stdout_has("corrupt").stdout_has(&id[..8]);
    out.stdout_has(&other[..8]);
    let json = world.repo.ao(["status", "--json"]).ok().json();
    assert_eq!(json["sessions"].as_array().unwrap().len(), 2);
}

#[test]
fn looking_writes_nothing() {
    let world = World::new();
    world.repo.ao(["status"]).ok().stdout_is("");
    world.spawn(&["--runtime", "tmux", "the task"]);
    let id = world.spawn(&["--no-agent", "the task"]);
    fs::remove_dir_all(world.worktree(&id)).unwrap();
    let git = world.repo.common_dir();
    // The agent writes too, once: when it works.
    until("the agent works", || world.repo.ao(["list"]).ok().stdout.contains("working"));
    let before = tree_of(&git);
    world.repo.ao(["status", "--all", "--changes"]).ok();
    before.assert_same(&tree_of(&git));
}

#[test]
fn watching_draws_until_a_key_is_pressed() {
    let world = World::new();
    world.repo.ao(["status", "--watch"]).code(129).stderr_has("needs a terminal");
    let id = world.spawn(&["--no-agent", "first"]);
    let program = env!("CARGO_BIN_EXE_git-ao");
    let done = world.repo.env().path("done");
    let script = format!("'{program}' status --watch --interval 1h; echo $? >'{}'", done.display());
    world.tmux(&["new-session", "-d", "-x", "100", "-y", "9", "-s", "watch", &script]).ok();
    let screen = || world.tmux(&["capture-pane", "-p", "-t", "=watch:"]).stdout;
    until("the session is drawn", || screen().contains(&id[..8]));
    let second = world.spawn(&["--no-agent", "second"]);
    until("a later one is drawn too", || screen().contains(&second[..8]));
    for n in 0..9 {
        world.spawn(&["--no-agent", &format!("more {n}")]);
    }
    until("what has no room is counted", || {
        let screen = screen();
        screen.contains("and 6 more")
            && screen.contains("\n11 sessions: 11 without an agent\nq: leave")
    });
    world.tmux(&["send-keys", "-t", "=watch:", "x", "q"]).ok();
    until("it ends", || fs::read_to_string(&done).is_ok_and(|code| code == "0\n"));
}
