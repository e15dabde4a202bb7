//! An event says where it was made and whether a person asked for it, and what a clone notes by
//! itself is no update of the session.

use git_ao::model::{Event, Origin, Placement};
use git_ao::store::{History, Shelf, StoreError};

use crate::support::Repo;
use crate::support::agents::{agent, spawn};
use crate::support::sessions::{id, session, store};

fn events(repo: &Repo) -> Vec<Event> {
    let store = store(repo);
    let snapshot = store.snapshot().unwrap();
    snapshot.events(History::default()).map(|event| event.unwrap()).collect()
}

#[test]
fn what_the_runner_writes_is_automatic_and_what_a_person_types_is_not() {
    let repo = Repo::new();
    agent(&repo, "mine", "exit 0");
    let id = spawn(&repo, &["--agent", "mine", "--runtime", "foreground", "x"]);
    repo.ao(["set", &id.short(), "title=Mine"]).ok();
    let name = repo.git(["config", "ao.replica"]).trim().to_owned();
    for event in events(&repo) {
        let message = &event.message;
        let expected = match message.op.as_str() {
            "status" | "place" => Origin::Automatic,
            _ => Origin::Person,
        };
        assert_eq!(message.origin, expected, "{message:?}");
        assert_eq!(message.replica.as_ref(), Some(&name), "{message:?}");
    }
    let ops: Vec<_> = events(&repo).into_iter().map(|event| event.message.op).collect();
    assert!(ops.contains(&"status".to_owned()), "{ops:?}");
    let json = repo.ao(["log", "--json", "--op", "status", "-n", "1"]).ok().json();
    assert_eq!(json["events"][0]["automatic"], true);
    assert_eq!(json["events"][0]["replica"], name.as_str());
}

#[test]
fn what_a_hook_writes_is_automatic() {
    let repo = Repo::new();
    repo.ao(["hooks", "install", "post-checkout", "post-commit"]).ok();
    let made = repo.ao(["spawn", "--no-agent", "--json", "Work"]).ok().json();
    let there = repo.within(made["workspace"].as_str().unwrap());
    let updated = &made["session"]["updated_at"];
    there.commit("new", "text");
    let after = repo.ao(["show", "--json", "latest"]).ok().json();
    assert_ne!(after["session"]["head"], made["session"]["head"]);
    assert_eq!(&after["session"]["updated_at"], updated, "a head is no update");
    there.git(["switch", "-q", "-c", "mine"]);
    let all = events(&repo);
    for op in ["head", "checkout"] {
        let event = all.iter().find(|event| event.message.op == op).expect(op);
        assert_eq!(event.message.origin, Origin::Automatic);
    }
}

#[test]
fn facts_of_one_clone_do_not_update_a_session() {
    let repo = Repo::new();
    let store = store(&repo);
    let (first, second) = (session(1, "One"), session(2, "Two"));
    store.create(&first).unwrap();
    store.create(&second).unwrap();
    let before = store.snapshot().unwrap().session(id(1)).unwrap().updated_at;
    let event = store.transaction("place", |tx| {
        tx.set_origin(Origin::Automatic);
        tx.update(id(1), |session| {
            session.placements.insert("a-0000".into(), Placement::default());
            session.head = Some("a".repeat(40).parse().unwrap());
            session.extra.insert("usage", "later");
            Ok::<_, StoreError>(())
        })
    });
    assert!(event.unwrap().event.is_some(), "it is written");
    let placed = store.snapshot().unwrap().session(id(1)).unwrap();
    assert_eq!((placed.placements.len(), placed.updated_at), (1, before));
    let changed = store.update(id(1), "set", |session| session.title = "Other".into());
    assert!(changed.unwrap().event.is_some());
    let listed = store.snapshot().unwrap().list(Shelf::Active).unwrap();
    assert!(listed[0].session.as_ref().unwrap().updated_at > before);
    assert_eq!(listed[0].location.id, id(1));
}
