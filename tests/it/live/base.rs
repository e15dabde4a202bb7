//! How a session's branch stands to its base: also where that is gone, and where nothing was done.

use serde_json::{Value, json};

use super::world::World;
use crate::support::{Combo, Objects, Refs, Repo};

fn for_both_ref_stores(test: impl Fn(&World)) {
    test(&World::new());
    if Refs::can_be_chosen() {
        let combo = Combo { refs: Refs::Reftable, objects: Objects::Sha256, ..Combo::PLAIN };
        test(&World::of(combo));
    }
}

fn start(world: &World, args: &[&str]) -> (String, Repo) {
    let id = world.spawn(&[&["--no-agent"], args].concat());
    let tree = world.repo.within(world.live(&id)["path"].as_str().unwrap());
    (id, tree)
}

/// The column BASE and `base` of `--json`.
#[track_caller]
fn assert_base(world: &World, id: &str, column: &str, base: &Value) {
    let found = world.live(id)["base"].clone();
    let picked: Value = match base.as_object() {
        Some(base) => base.keys().map(|key| (key.clone(), found[key].clone())).collect(),
        None => found.clone(),
    };
    assert_eq!(picked, *base, "{found}");
    let out = world.repo.ao(["status", id]).ok();
    let (head, row) = (out.lines()[0].to_owned(), out.lines()[1].to_owned());
    let (from, to) = (head.find("BASE").unwrap(), head.find("TITLE").unwrap());
    assert_eq!(row[from..to].trim(), column, "{out}");
}

fn on_main(ahead: u64, behind: u64, merged: bool) -> Value {
    json!({
        "ahead": ahead, "behind": behind, "merged": merged,
        "ref": "refs/heads/main", "commit": null, "replaced": false,
    })
}

#[test]
fn nothing_done_is_not_merged() {
    for_both_ref_stores(|world| {
        let (id, tree) = start(world, &["idle"]);
        assert_base(world, &id, "=", &on_main(0, 0, false));
        // It catches up, in each way that git has, and has still done nothing.
        for (nth, verb) in ["merge", "rebase", "reset --hard", "pull -q --ff ."].iter().enumerate()
        {
            world.repo.commit(&format!("more {nth}"), "");
            assert_base(world, &id, "-1", &on_main(0, 1, false));
            tree.git(verb.split(' ').chain(["main"]));
            assert_base(world, &id, "=", &on_main(0, 0, false));
        }
        // What it did is thrown away.
        tree.commit("work", "");
        assert_base(world, &id, "+1", &on_main(1, 0, false));
        tree.git(["reset", "-q", "--hard", "main"]);
        world.repo.commit("and more", "");
        assert_base(world, &id, "-1", &on_main(0, 1, false));
    });
}

#[test]
fn merged_is_said_in_each_way_to_merge() {
    for_both_ref_stores(|world| {
        let (id, tree) = start(world, &["work"]);
        let branch = world.session(&id).branch.unwrap();
        tree.commit("one", "");
        tree.git(["commit", "-q", "--amend", "-m", "better"]);
        world.repo.git(["merge", "-q", "--ff-only", &branch]);
        assert_base(world, &id, "merged", &on_main(0, 0, true));
        world.repo.commit("later", "");
        assert_base(world, &id, "merged", &on_main(0, 1, true));
        // It moves on to what its base has now, and then does more.
        tree.git(["merge", "-q", "--ff-only", "main"]);
        assert_base(world, &id, "merged", &on_main(0, 0, true));
        tree.commit("two", "");
        assert_base(world, &id, "+1", &on_main(1, 0, false));
        world.repo.commit("beside", "");
        tree.git(["rebase", "-q", "main"]);
        world.repo.git(["merge", "-q", "--no-ff", "-m", "merge", &branch]);
        assert_base(world, &id, "merged", &on_main(0, 1, true));
        // Nobody has written down how it moved: as git says.
        world.repo.git(["reflog", "expire", "--expire=all", &format!("refs/heads/{branch}")]);
        assert_base(world, &id, "merged", &on_main(0, 1, true));
    });
}

#[test]
fn a_base_that_was_renamed_is_followed() {
    for_both_ref_stores(|world| {
        let (id, tree) = start(world, &["work"]);
        tree.commit("one", "");
        world.repo.git(["branch", "-m", "main", "between"]);
        world.repo.git(["branch", "-m", "between", "trunk"]);
        world.repo.commit("later", "");
        let renamed = |ahead, behind, merged| {
            json!({
                "ahead": ahead, "behind": behind, "merged": merged,
                "ref": "refs/heads/trunk", "replaced": true,
            })
        };
        assert_base(world, &id, "+1 -1 (trunk)", &renamed(1, 1, false));
        world.repo.git(["merge", "-q", "--no-edit", &world.session(&id).branch.unwrap()]);
        assert_base(world, &id, "merged (trunk)", &renamed(0, 2, true));
    });
}

/// The base of a fork is its parent's branch, which is merged and removed before the fork is.
#[test]
fn a_base_that_was_merged_is_found_where_it_went() {
    let world = World::new();
    // The parent's own base, which is not the default branch.
    world.repo.git(["switch", "-q", "-c", "next"]);
    let (parent, there) = start(&world, &["parent"]);
    let parents = world.session(&parent).branch.unwrap();
    there.commit("parents", "");
    let forked = world.repo.ao(["fork", "--json", "--no-agent", &parent, "child"]).ok().json();
    let child = forked["session"]["id"].as_str().unwrap().to_owned();
    let tree = world.repo.within(world.worktree(&child));
    let began = tree.git(["rev-parse", "HEAD"]).trim().to_owned();
    tree.commit("childs", "");
    let on_parent = json!({"ahead": 1, "behind": 0, "ref": format!("refs/heads/{parents}")});
    assert_base(&world, &child, "+1", &on_parent);
    world.repo.git(["merge", "-q", "--no-ff", "-m", "merge", &parents]);
    world.repo.ao(["complete", &parent]).ok();
    world.repo.ao(["cleanup", "--branches"]).ok();
    world.repo.git(["switch", "-q", "main"]);
    let on_next = json!({"ahead": 1, "behind": 1, "ref": "refs/heads/next", "replaced": true});
    assert_base(&world, &child, "+1 -1 (next)", &on_next);

    // That is gone too, and nobody has merged it: what is left is where it began.
    world.repo.git(["branch", "-q", "-D", "next"]);
    let at = json!({"ahead": 1, "behind": 0, "commit": began, "ref": null, "merged": false});
    assert_base(&world, &child, &format!("+1 ({})", &began[..7]), &at);
    // Then the default branch has it.
    world.repo.git(["merge", "-q", "--no-ff", "-m", "merge", &began]);
    let on_main = json!({"ahead": 1, "behind": 1, "ref": "refs/heads/main", "replaced": true});
    assert_base(&world, &child, "+1 -1 (main)", &on_main);
}

#[test]
fn a_base_that_only_a_remote_has_is_taken_from_there() {
    let world = World::new();
    world.repo.git(["branch", "topic"]);
    let hub = world.repo.clone_as("hub");
    hub.git(["branch", "topic", "origin/topic"]);
    world.repo.git(["remote", "add", "origin", hub.dir().to_str().unwrap()]);
    world.repo.git(["fetch", "-q", "origin"]);
    let (id, tree) = start(&world, &["--base", "topic", "work"]);
    tree.commit("one", "");
    world.repo.git(["branch", "-q", "-D", "topic"]);
    let there = json!({"ahead": 1, "behind": 0, "ref": "refs/remotes/origin/topic"});
    assert_base(&world, &id, "+1 (origin/topic)", &there);
}

/// The session's own branch is no base, though it has all that the base had.
#[test]
fn a_base_that_went_nowhere_leaves_the_commit() {
    let world = World::new();
    let (id, tree) = start(&world, &["work"]);
    let began = tree.git(["rev-parse", "HEAD"]).trim().to_owned();
    tree.commit("one", "");
    let own = world.session(&id).branch.unwrap();
    world.change(&id, |session| session.base.as_mut().unwrap().branch = Some("gone".into()));
    tree.git(["switch", "-q", "--detach"]);
    world.repo.git(["switch", "-q", &own]);
    world.repo.git(["branch", "-q", "-D", "main"]);
    let at = json!({"ahead": 1, "behind": 0, "commit": began, "replaced": true});
    assert_base(&world, &id, &format!("+1 ({})", &began[..7]), &at);
    world.change(&id, |session| {
        session.base.as_mut().unwrap().commit = "1".repeat(40).parse().ok();
    });
    assert_base(&world, &id, "-", &Value::Null);
}

/// Its commit is gone, or another branch is damaged: status says what it can of the others.
#[test]
fn a_damaged_branch_does_not_hide_the_sessions() {
    let world = World::new();
    world.repo.git(["branch", "topic"]);
    let (id, tree) = start(&world, &["--base", "topic", "work"]);
    let (other, _) = start(&world, &["other"]);
    tree.commit("one", "");
    let damage = |name: &str| {
        let file = world.repo.common_dir().join("refs/heads").join(name);
        std::fs::write(file, format!("{}\n", "1".repeat(40))).unwrap();
    };
    damage("topic");
    assert_base(&world, &id, "-", &Value::Null);
    assert_base(&world, &other, "=", &on_main(0, 0, false));
    world.repo.git(["update-ref", "-d", "refs/heads/topic"]);
    damage("unrelated");
    let on_main = json!({"ahead": 1, "behind": 0, "replaced": true, "ref": "refs/heads/main"});
    assert_base(&world, &id, "+1 (main)", &on_main);
    world.repo.git(["branch", "-m", "main", "trunk"]);
    let on_trunk = json!({"ahead": 0, "behind": 0, "replaced": true, "ref": "refs/heads/trunk"});
    assert_base(&world, &other, "= (trunk)", &on_trunk);
}
