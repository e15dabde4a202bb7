//! What an undo does to a history, whatever that is.

use proptest::prelude::*;

use super::super::super::{Overlap, Store, StoreError, UndoError, Undone};
use super::world::{World, demo, id, merged, pull, tip};
use crate::model::{
    Extent, Map, Oid, Origin, Placement, Session, SessionStatus, own_changes, undo,
};

#[derive(Debug, Clone)]
enum Step {
    Create(u8),
    Title(u8, u8),
    Tag(u8, u8),
    Context(u8, u8, u8),
    Finish(u8),
    Place(u8, u8),
    Archive(u8),
    Unarchive(u8),
    Delete(u8),
    /// Several in one event.
    DeleteAll,
}

fn step() -> impl Strategy<Value = Step> {
    let n = || 1u8..4;
    prop_oneof![
        3 => n().prop_map(Step::Create),
        3 => (n(), 0u8..3).prop_map(|(n, k)| Step::Title(n, k)),
        2 => (n(), 0u8..3).prop_map(|(n, k)| Step::Tag(n, k)),
        3 => (n(), 0u8..2, 0u8..3).prop_map(|(n, key, k)| Step::Context(n, key, k)),
        1 => n().prop_map(Step::Finish),
        1 => (n(), 0u8..2).prop_map(|(n, k)| Step::Place(n, k)),
        1 => n().prop_map(Step::Archive),
        1 => n().prop_map(Step::Unarchive),
        1 => n().prop_map(Step::Delete),
        1 => Just(Step::DeleteAll),
    ]
}

/// None where nothing changed.
fn play(store: &Store, step: &Step) -> Option<Oid> {
    let update = |n: u8, change: &dyn Fn(&mut Session)| {
        store.update(id(n), "set", |session| change(session)).ok()?.event
    };
    match *step {
        Step::Create(n) => store.create(&Session::new(id(n), demo(), store.clock().now())).ok(),
        Step::Title(n, k) => update(n, &|session| session.title = format!("title {k}")),
        Step::Tag(n, k) => update(n, &|session| session.add_tag(&format!("tag {k}"))),
        Step::Context(n, key, k) => update(n, &|session| {
            session.context.insert(format!("key {key}"), u64::from(k));
        }),
        Step::Finish(n) => update(n, &|session| session.status = SessionStatus::Done),
        Step::Place(n, k) => update(n, &|session| {
            let place = Placement { handle: Some(k.to_string()), ..Placement::default() };
            session.placements.insert("here-0000".into(), place);
        }),
        Step::Archive(n) => store.archive(id(n)).ok()?,
        Step::Unarchive(n) => store.unarchive(id(n)).ok()?,
        Step::Delete(n) => store.delete(id(n)).ok()?,
        Step::DeleteAll => {
            let deleted = store
                .transaction("delete", |tx| (1..4).try_for_each(|n| tx.delete(id(n)).map(drop)));
            deleted.map_err(|error: StoreError| error).ok()?.event
        }
    }
}

fn undo_event(store: &Store, event: &Oid, overlap: Overlap) -> Result<Vec<Undone>, UndoError> {
    let event = store.snapshot()?.event(event)?;
    Ok(store.transaction("undo", |tx| tx.undo(&event, None, overlap))?.value)
}

fn tree(world: &World, at: &str) -> String {
    world.git(&["ls-tree", "-r", at])
}

fn records(store: &Store) -> Vec<Option<Map>> {
    let snapshot = store.snapshot().unwrap();
    (1..4).map(|n| snapshot.session(id(n)).ok().map(|session| session.to_record())).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..Default::default() })]

    #[test]
    fn the_last_event_is_undone_and_done_again(steps in prop::collection::vec(step(), 2..16)) {
        let world = World::new();
        let store = world.replica("a", 0);
        let events: Vec<_> = steps.iter().filter_map(|step| play(&store, step)).collect();
        if events.len() < 2 {
            return Ok(());
        }
        let last = tip(&store);
        let (before, after) = (tree(&world, &format!("{last}^")), tree(&world, last.as_str()));
        undo_event(&store, &last, Overlap::Refuse).unwrap();
        prop_assert_eq!(tree(&world, tip(&store).as_str()), before);
        undo_event(&store, &tip(&store), Overlap::Refuse).unwrap();
        prop_assert_eq!(tree(&world, tip(&store).as_str()), after);
        prop_assert_eq!(store.check(&tip(&store)).unwrap(), vec![]);
    }

    #[test]
    fn what_was_changed_later_stays(steps in prop::collection::vec(step(), 2..16), at in 0usize..16) {
        let world = World::new();
        let store = world.replica("a", 0);
        let events: Vec<_> = steps.iter().filter_map(|step| play(&store, step)).collect();
        let Some(event) = events.get(at) else { return Ok(()) };
        let what = store.snapshot().unwrap().event(event).unwrap();
        let parent = what.parents.first();
        let changes = store.compare(parent, event).unwrap();
        let then = records(&store);
        let tip_before = tip(&store);
        match undo_event(&store, event, Overlap::Refuse) {
            Err(UndoError::Conflicts { .. }) => {
                prop_assert_eq!(tip(&store), tip_before, "a refusal changes nothing");
                undo_event(&store, event, Overlap::Override).unwrap();
            }
            undone => {
                let undone = undone.unwrap();
                let now = records(&store);
                for n in 1..4u8 {
                    let is_named = undone.iter().any(|record| record.key.id == id(n));
                    let (then, now) = (&then[usize::from(n) - 1], &now[usize::from(n) - 1]);
                    if !is_named {
                        prop_assert_eq!(then, now);
                    }
                    let change = changes.iter().find(|change| change.location().id == id(n));
                    if let (Some(then), Some(now), Some(change)) = (then, now, change) {
                        let fields = store.changed_fields(change);
                        for field in own_changes(then, now) {
                            prop_assert!(fields.contains(&field), "{} was not of the event", field);
                        }
                    }
                }
            }
        }
        prop_assert_eq!(store.check(&tip(&store)).unwrap(), vec![]);
    }

    #[test]
    fn a_record_that_was_not_changed_since_is_what_it_was(
        titles in prop::collection::vec(0u8..4, 2..4),
    ) {
        let record = |title: u8| -> Map {
            [("title".into(), format!("{title}").into())].into_iter().collect()
        };
        let (before, after) = (record(titles[0]), record(titles[1]));
        let undone = undo(&before, &after, &after, Extent::Everything);
        prop_assert_eq!((undone.record, undone.conflicts), (before, Vec::<String>::new()));
    }
}

#[test]
fn merges_are_not_undone_and_the_events_in_them_are() {
    let world = World::new();
    let a = world.replica("a", 0);
    play(&a, &Step::Create(1));
    let b = world.copy(&a, "b");
    play(&a, &Step::Title(1, 0));
    let tagged = play(&b, &Step::Tag(1, 0)).unwrap();
    let both = merged(&world, &a, &b);
    pull(&a, &b);
    assert!(matches!(undo_event(&a, &both, Overlap::Refuse), Err(UndoError::Merge(_))));
    undo_event(&a, &tagged, Overlap::Refuse).unwrap();
    let session = a.snapshot().unwrap().session(id(1)).unwrap();
    assert_eq!((session.title.as_str(), session.tags), ("title 0", Vec::<String>::new()));
    let foreign = play(&world.replica("other", 0), &Step::Create(2)).unwrap();
    assert!(matches!(undo_event(&a, &foreign, Overlap::Refuse), Err(UndoError::Unknown(_))));
}

#[test]
fn what_was_noted_of_the_world_stays() {
    let world = World::new();
    let a = world.replica("a", 0);
    play(&a, &Step::Create(1));
    let event = a.transaction("status", |tx| {
        tx.set_origin(Origin::Automatic);
        tx.update(id(1), |session| {
            session.status = SessionStatus::Done;
            session.branch = Some("renamed".into());
            Ok::<_, StoreError>(())
        })
    });
    undo_event(&a, &event.unwrap().event.unwrap(), Overlap::Refuse).unwrap();
    let session = a.snapshot().unwrap().session(id(1)).unwrap();
    assert_eq!((session.status, session.branch), (SessionStatus::Done, None));
}

#[test]
fn a_mass_deletion_by_somebody_else_comes_back_whole() {
    let world = World::new();
    let a = world.replica("a", 0);
    for n in 1..4 {
        play(&a, &Step::Create(n));
    }
    play(&a, &Step::Archive(2));
    let before = tree(&world, tip(&a).as_str());
    let b = world.copy(&a, "b");
    let event = play(&b, &Step::DeleteAll).unwrap();
    pull(&a, &b);
    assert_eq!(undo_event(&a, &event, Overlap::Refuse).unwrap().len(), 3);
    assert_eq!(tree(&world, tip(&a).as_str()), before);
    assert!(undo_event(&a, &event, Overlap::Refuse).unwrap().is_empty(), "there is nothing left");
}
