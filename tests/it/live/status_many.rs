//! `status` reads only what it may show: among many sessions, most have ended.

use std::fs;

use git_ao::model::{Placement, SessionStatus};
use serde_json::Value;

use super::world::{World, until};
use crate::support::sessions::{path, plant_record, session};

/// More than a store without an index has.
const MANY: usize = 90;

#[test]
fn what_is_not_read_would_not_be_shown() {
    let world = World::new();
    let store = world.store();
    let replica = store.replica().unwrap();
    let sessions = (0..MANY).map(|number| {
        let mut session = session(number as u64, &format!("task {number}"));
        if number % 9 != 0 {
            session.status = SessionStatus::Done;
        }
        if number % 2 == 0 {
            let name = if number % 4 == 0 { replica.as_str() } else { "laptop-9f2c" };
            session.placements.insert(name.to_owned(), Placement::in_workspace("~/nowhere"));
        }
        session
    });
    let sessions: Vec<_> = sessions.collect();
    store
        .transaction("test", |tx| sessions.iter().try_for_each(|it| tx.create(it.clone())))
        .unwrap();
    let private = world.spawn(&["--no-agent", "--private", "mine"]);
    world.repo.ao(["complete", &private]).ok();
    world.spawn(&["--no-agent", "--private", "mine, too"]);
    // An agent that lives after its session has ended; then without its placement, too.
    let alive = world.spawn(&["--runtime", "detached", "lives"]);
    until("it works", || world.session(&alive).status == SessionStatus::Working);
    world.set_status(&alive, &SessionStatus::Done);
    plant_record(&world.repo, &path(1), "not: a: record");
    let same = |what: &str| {
        let all: Value = world.repo.ao(["status", "--json"]).ok().json();
        let picked = ["status", "--json", "--filter", "not kind:nothing or status:corrupt"];
        let one_by_one: Value = world.repo.ao(picked).ok().json();
        assert_eq!(all, one_by_one, "{what}");
        all
    };
    // The first makes the index.
    world.repo.ao(["list", "-n", "1"]).ok();
    let all = same("placed");
    assert!(all["hidden"].as_u64().unwrap() > 70, "{}", all["hidden"]);
    assert!(all.to_string().contains(&alive));
    world.change(&alive, |session| session.placements.clear());
    assert!(same("without a placement").to_string().contains(&alive));
    fs::remove_file(world.repo.common_dir().join("ao/index")).unwrap();
    same("without the index");
    fs::write(world.repo.env().path("go"), "\n").unwrap();
    until("the agent has ended", || {
        !world.repo.ao(["status", "--json"]).ok().json().to_string().contains(&alive)
    });
}
