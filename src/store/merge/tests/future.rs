//! A clock that was a year ahead.

use super::world::{NOW, World, YEAR, create, edit, merged, pull, session, tip, title};
use crate::model::Timestamp;

fn now() -> Timestamp {
    Timestamp::from_millis(NOW)
}

#[test]
fn what_was_written_in_the_future_is_corrected_by_the_next_write() {
    let world = World::new();
    let ahead = world.replica("ahead", YEAR);
    create(&ahead, 1);
    title(&ahead, 1, "ahead");
    let right = world.copy(&ahead, "right");
    title(&right, 1, "right");
    let corrected = session(&right, &tip(&right), 1).unwrap();
    assert_eq!(corrected.updated_at, now());
    let times = world.git(&["log", "-2", "--format=%ct", tip(&right).as_str()]);
    let year = [NOW, NOW + YEAR].map(|millis| (millis / 1000).to_string());
    assert_eq!(times.lines().collect::<Vec<_>>(), year);
}

#[test]
fn an_event_is_not_before_its_parents_unless_they_are_in_the_future() {
    let world = World::new();
    let ahead = world.replica("ahead", Timestamp::SKEW);
    create(&ahead, 1);
    let right = world.copy(&ahead, "right");
    title(&right, 1, "right");
    let times = world.git(&["log", "--format=%ct", tip(&right).as_str()]);
    let times: Vec<_> = times.lines().collect();
    assert_eq!(times[0], times[1]);
}

#[test]
fn a_record_of_a_wrong_clock_loses_once_its_clock_is_right() {
    let world = World::new();
    let a = world.replica("a", 0);
    create(&a, 1);
    create(&a, 2);
    let ahead = world.copy(&a, "ahead").with_clock(world.replica("x", YEAR).clock().clone());
    title(&ahead, 1, "ahead");
    // Its clock is corrected, and it goes on with something else.
    let corrected = world.copy(&ahead, "corrected");
    title(&corrected, 2, "later");
    let later = world.copy(&a, "later").with_clock(world.replica("x", 1000).clock().clone());
    title(&later, 1, "right");
    let both = merged(&world, &later, &corrected);
    let record = session(&a, &both, 1).unwrap();
    assert_eq!(
        (record.title.as_str(), record.updated_at),
        ("right", session(&later, &tip(&later), 1).unwrap().updated_at)
    );
    assert_eq!(session(&a, &both, 2).unwrap().title, "later");
}

#[test]
fn a_clone_that_was_away_for_a_year_is_not_taken_for_one_that_is_ahead() {
    let world = World::new();
    let old = world.replica("old", -YEAR);
    create(&old, 1);
    let today = world.copy(&old, "today");
    title(&old, 1, "a year ago");
    title(&today, 1, "today");
    let both = merged(&world, &old, &today);
    assert_eq!(session(&old, &both, 1).unwrap().title, "today");
}

#[test]
fn what_happened_last_is_found_behind_an_event_of_the_future() {
    let world = World::new();
    let a = world.replica("a", 0);
    create(&a, 1);
    create(&a, 2);
    let ahead = world.copy(&a, "ahead").with_clock(world.replica("x", YEAR).clock().clone());
    edit(&ahead, 1, |session| session.title = "ahead".into());
    let early = world.copy(&ahead, "early");
    title(&early, 2, "early");
    let late = world.copy(&ahead, "late").with_clock(world.replica("x", 60_000).clock().clone());
    title(&late, 1, "late");
    let last = tip(&late);
    pull(&late, &early);
    let snapshot = late.snapshot().unwrap();
    assert_eq!(snapshot.last_event(super::world::id(1)).unwrap(), Some(last));
}
