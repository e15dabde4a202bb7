//! Another import takes what is new, and nothing twice.

use std::fs::File;
use std::time::{Duration, UNIX_EPOCH};

use git_ao::store::{Shelf, Visibility};
use serde_json::json;

use super::world::{World, astrid, said, thulp};
use crate::support::tree_of;

const ID: &str = "7b100001-7000-4000-8000-000000000001";

fn user(text: &str) -> serde_json::Value {
    json!({"id": "e", "timestamp": 1, "entry_type": {"type": "user_message"}, "content": {"text": text}})
}

#[test]
fn a_plan_writes_nothing() {
    let world = World::new("thulp");
    world.file(&format!("{ID}.json"), thulp(ID, json!([user("one")])));
    let before = tree_of(world.repo.common_dir());
    let (report, status) = world.import(&["--dry-run"]);
    assert_eq!((status, &report["sessions"][0]["outcome"]), (0, &json!("new")));
    before.assert_same(&tree_of(world.repo.common_dir()));
}

#[test]
fn what_was_added_there_is_taken_and_what_was_changed_here_stays() {
    let world = World::new("thulp");
    let path = format!("{ID}.json");
    let outcome = |options: &[&str]| world.import(options).0["sessions"][0]["outcome"].clone();
    world.file(&path, thulp(ID, json!([user("one")])));
    assert_eq!(outcome(&["--public"]), "new");
    let refs = world.repo.git(["for-each-ref"]);
    assert_eq!(outcome(&[]), "unchanged");
    assert_eq!(world.repo.git(["for-each-ref"]), refs, "no event");
    assert_eq!(world.sessions(Shelf::Active)[0].location.visibility, Visibility::Public);

    let later =
        thulp(ID, json!([user("one"), user("two")])).replace("1770003612000", "1770003613000");
    world.file(&path, later.replace("A name", "Another name"));
    assert_eq!(outcome(&["--dry-run"]), "updated");
    assert_eq!(outcome(&[]), "updated");
    assert_eq!(world.session().title, "Another name");
    assert_eq!(said(&world.lines(&world.session())), ["user text: one", "user text: two"]);

    world.repo.ao(["set", ID, "title=Mine", "tags+=mine"]).ok();
    assert_eq!(outcome(&[]), "kept");
    assert_eq!((world.session().title.as_str(), world.session().tags.len()), ("Mine", 3));
    world.repo.ao(["archive", ID]).ok();
    assert_eq!(outcome(&[]), "kept");
    assert_eq!(world.sessions(Shelf::Active).len(), 0);
}

/// The time of a file's change counts where its content has none.
#[test]
fn the_same_content_is_the_same_session() {
    let world = World::new("astrid");
    let id = "a5710001-a500-4000-8000-000000000001";
    let path =
        world.file(&format!("{id}.json"), astrid(id, json!([{"role": "user", "content": "hi"}])));
    let change = |seconds: u64| {
        let time = UNIX_EPOCH + Duration::from_secs(seconds);
        File::options().write(true).open(&path).unwrap().set_modified(time).unwrap();
    };
    change(1_780_000_000);
    world.import(&[]);
    assert_eq!(world.session().updated_at.as_seconds(), 1_780_000_000);
    change(1_790_000_000);
    assert_eq!(world.import(&[]).0["sessions"][0]["outcome"], "unchanged");
    assert_eq!(world.lines(&world.session()).len(), 1);
}

#[test]
fn many_sessions_are_few_events() {
    let world = World::new("thulp");
    for n in 0..1100 {
        let id = format!("7b10{n:04}-7000-4000-8000-000000000000");
        world.file(&format!("{id}.json"), thulp(&id, json!([])));
    }
    let (report, _) = world.import(&["--public"]);
    assert_eq!(report["sessions"].as_array().unwrap().len(), 1100);
    assert_eq!(world.repo.git(["rev-list", "--count", "refs/ao/sessions"]).trim(), "3");
}

/// The directory in which a session worked is its place only if it is a worktree of this repository.
#[test]
fn a_worktree_of_this_repository_is_its_place() {
    let world = World::new("thulp");
    let other = ID.replace('1', "2");
    let dir = world.repo.dir().to_str().unwrap().to_owned();
    for (id, cwd) in [(ID, dir.as_str()), (&other, "/tmp")] {
        let text = thulp(id, json!([])).replace("\"limit\": 0.1", &format!("\"cwd\": \"{cwd}\""));
        world.file(&format!("{id}.json"), text);
    }
    world.import(&[]);
    let here = world.repo.ao(["list", "--here", "--json"]).ok().json();
    assert_eq!(here["sessions"].as_array().unwrap().len(), 1);
    assert_eq!(here["sessions"][0]["id"], ID);
    assert_eq!(world.import(&[]).0["sessions"][0]["outcome"], "unchanged");
    world.repo.ao(["cleanup"]).ok();
    assert!(world.repo.dir().join("README").exists());
}
