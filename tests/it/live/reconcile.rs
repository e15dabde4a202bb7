use std::fs;

use git_ao::model::{Oid, SessionStatus};

use super::world::{World, until};
use crate::support::for_each_format;

#[test]
fn nothing_to_do_is_no_event() {
    let world = World::new();
    world.repo.ao(["reconcile"]).ok().stdout_is("nothing to do\n");
    let id = world.spawn(&["--runtime", "tmux", "the task"]);
    until("it works", || world.session(&id).status == SessionStatus::Working);
    let before = world.events();
    world.repo.ao(["reconcile"]).ok().stdout_is("nothing to do\n");
    assert_eq!(world.events(), before);
}

#[test]
fn what_is_wrong_is_put_right_in_one_event() {
    for_each_format(|repo| {
        let world = World::of(repo.combo());
        let moved = world.spawn(&["--no-agent", "moved"]);
        let gone = world.spawn(&["--no-agent", "gone"]);
        let right = world.spawn(&["--no-agent", "right"]);
        let place = world.repo.env().path("elsewhere");
        let from = world.worktree(&moved);
        world.repo.git(["worktree", "move", from.to_str().unwrap(), place.to_str().unwrap()]);
        let tree = world.repo.within(&place);
        tree.git(["checkout", "-q", "-b", "other"]);
        let tip = tree.commit("more", "more");
        fs::remove_dir_all(world.worktree(&gone)).unwrap();
        let (before, untouched) = (world.events(), world.session(&right));

        let out = world.repo.ao(["reconcile", "--dry-run"]).ok();
        out.stdout_has("would be on branch other").stdout_has("worktree missing");
        assert_eq!(world.events(), before);
        let done = world.repo.ao(["reconcile", "--json"]).ok().json();
        assert_eq!(done["sessions"].as_array().unwrap().len(), 2, "{done}");
        assert_eq!(world.events(), before + 1);

        let session = world.session(&moved);
        assert_eq!(session.branch.as_deref(), Some("other"));
        assert_eq!(session.head.unwrap().as_str(), tip);
        assert_eq!(world.placement(&moved).unwrap().workspace.as_deref(), place.to_str());
        assert_eq!(world.placement(&gone).unwrap().workspace, None);
        assert_eq!(world.session(&right), untouched);
        world.repo.ao(["reconcile"]).ok().stdout_is("nothing to do\n");
        assert_eq!(world.events(), before + 1);
    });
}

#[test]
fn an_agent_that_is_gone_without_a_word_is_written_down() {
    let world = World::new();
    let id = world.spawn(&["--runtime", "detached", "the task"]);
    until("it works", || world.session(&id).status == SessionStatus::Working);
    world.murder(&id);
    world.repo.ao(["reconcile"]).ok().stdout_has("working -> errored");
    let session = world.session(&id);
    assert_eq!(session.status, SessionStatus::Errored);
    assert_eq!(session.status_reason.as_deref(), Some("agent_gone"));
}

#[test]
fn an_agent_that_cannot_be_seen_is_not_gone() {
    let world = World::new();
    let id = world.spawn(&["--runtime", "tmux", "the task"]);
    until("it works", || world.session(&id).status == SessionStatus::Working);
    world.forget_processes(&id);
    let before = world.events();
    let file = world.repo.write("no-socket", "");
    world.repo.config("ao.tmuxSocket", &format!("{}/y", file.display()));
    let out = world.repo.ao(["reconcile"]).ok().stdout_is("nothing to do\n");
    out.stderr_has("cannot determine whether the agent");
    assert_eq!(world.events(), before);
    world.repo.git(["config", "--unset", "ao.tmuxSocket"]);
    // Nor is one that lives in another clone.
    world.change(&id, |session| {
        let placement = session.placements.values().next().unwrap().clone();
        session.placements = [("laptop-9f2c".to_owned(), placement)].into();
    });
    world.repo.ao(["reconcile"]).ok().stdout_is("nothing to do\n");
}

#[test]
fn a_session_that_lives_nowhere_follows_its_branch() {
    for_each_format(|repo| {
        let world = World::of(repo.combo());
        let [one, two, still, away] = ["one", "two", "still", "away"]
            .map(|title| world.spawn(&["--no-worktree", "--branch", title, title]));
        let commit = |branch: &str| {
            let tree = format!("{branch}^{{tree}}");
            let tip = world.repo.git(["commit-tree", "-m", "more", "-p", branch, &tree]);
            let tip = tip.trim().to_owned();
            world.repo.git(["update-ref", &format!("refs/heads/{branch}"), &tip]);
            tip
        };
        let tips = [&one, &two].map(|id| commit(&world.session(id).branch.unwrap()));
        commit("away");
        world.change(&away, |session| {
            session.placements = [("laptop-9f2c".to_owned(), Default::default())].into();
        });
        let (before, untouched) = (world.events(), [&still, &away].map(|id| world.session(id)));
        let out = world.repo.ao(["reconcile", "--dry-run"]).ok();
        out.stdout_has(&format!("would be head at {}", &tips[0][..7]));
        assert_eq!(world.events(), before);
        let done = world.repo.ao(["reconcile", "--json"]).ok().json();
        assert_eq!(done["sessions"].as_array().unwrap().len(), 2, "{done}");
        assert_eq!(world.events(), before + 1);
        for (id, tip) in [&one, &two].into_iter().zip(&tips) {
            assert_eq!(world.session(id).head.unwrap().as_str(), tip);
        }
        assert_eq!([&still, &away].map(|id| world.session(id)), untouched);
        world.repo.ao(["reconcile"]).ok().stdout_is("nothing to do\n");
        assert_eq!(world.events(), before + 1);

        // A teammate was further, or somewhere that is not known here: that stays.
        world.repo.git(["update-ref", "refs/heads/one", "one^"]);
        let nowhere: Oid = "1".repeat(tips[0].len()).parse().unwrap();
        world.change(&two, |session| session.head = Some(nowhere.clone()));
        world.repo.git(["branch", "-D", "still"]);
        world.repo.ao(["reconcile"]).ok().stdout_is("nothing to do\n");
        // What was made anew is the branch.
        let anew = world.repo.git(["commit-tree", "-m", "anew", "one^{tree}"]);
        world.repo.git(["update-ref", "refs/heads/one", anew.trim()]);
        world.repo.ao(["reconcile"]).ok().stdout_has("head at");
        assert_eq!(world.session(&one).head.unwrap().as_str(), anew.trim());
    });
}
