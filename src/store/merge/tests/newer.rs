//! Records of a schema that this program does not know.

use super::super::super::{Shelf, Store};
use super::world::*;
use crate::model::Session;

/// What each side wrote, and which of the two stays.
fn stays(ours: &[u8], theirs: &[u8]) -> Vec<u8> {
    let world = World::new();
    let a = world.replica("a", 0);
    create(&a, 1);
    let b = world.copy(&a, "b");
    put(&a, &place(Shelf::Active, 1), Some(ours));
    put(&b, &place(Shelf::Active, 1), Some(theirs));
    let both = merged(&world, &a, &b);
    let message = world.git(&["log", "-1", "--format=%B", both.as_str()]);
    assert!(message.contains(&format!("Ao-Conflict: {} *", id(1))), "the loser is named");
    assert_eq!(world.git(&["log", "-1", "--format=%P", both.as_str()]).split(' ').count(), 2);
    let (_, kept) = found(&a, &both, 1).unwrap();
    a.repository().read_blob(crate::git::gix_id(&kept)).unwrap()
}

#[test]
fn a_newer_record_wins_over_an_older_one_whole() {
    let world = World::new();
    let a = world.replica("a", 0);
    create(&a, 1);
    let late = world.copy(&a, "late").with_clock(world.replica("x", YEAR).clock().clone());
    let newer = b"schema: 2\nid: 01010101-0101-0101-0101-010101010101\nfuture: [kept]\n";
    put(&a, &place(Shelf::Active, 1), Some(newer));
    title(&late, 1, "of an older program, and later");
    let both = merged(&world, &a, &late);
    assert_eq!(found(&a, &both, 1), Some((Shelf::Active, blob(&a, newer))));
    // What the older program does next does not take it away either.
    let older = world.at(&both, "older");
    create(&older, 2);
    older.archive(id(1)).unwrap();
    assert!(older.update(id(1), "set", |s: &mut Session| s.title.clear()).is_err());
    assert_eq!(found(&a, &tip(&older), 1), Some((Shelf::Archived, blob(&a, newer))));
}

#[test]
fn a_newer_record_that_one_side_alone_changed_is_taken_as_it_is() {
    let world = World::new();
    let a = world.replica("a", 0);
    put_first(&a, b"schema: 2\nv: 1\n");
    let b = world.copy(&a, "b");
    put(&a, &place(Shelf::Active, 1), Some(b"schema: 2\nv: 2\n"));
    create(&b, 2);
    let both = merged(&world, &a, &b);
    assert_eq!(found(&a, &both, 1), Some((Shelf::Active, blob(&a, b"schema: 2\nv: 2\n"))));
    assert!(!world.git(&["log", "-1", "--format=%B", both.as_str()]).contains("Ao-Conflict"));
}

fn put_first(store: &Store, bytes: &[u8]) {
    create(store, 9);
    put(store, &place(Shelf::Active, 1), Some(bytes));
}

#[test]
fn of_two_newer_ones_the_rule_needs_no_understanding() {
    let early: &[u8] = b"schema: 2\nupdated_at: 2026-11-20T17:20:32.253Z\nfuture: 1\n";
    let late: &[u8] = b"schema: 2\nupdated_at: 2026-11-20T17:20:32.254Z\nfuture: 2\n";
    let timeless: &[u8] = b"schema: 2\nupdated_at: [soon]\n";
    let newest: &[u8] = b"schema: 3\n";
    assert_eq!(stays(early, late), late);
    assert_eq!(stays(late, early), late);
    assert_eq!(stays(timeless, early), early);
    assert_eq!(stays(late, newest), newest);
    assert_eq!(stays(b"\tno yaml", timeless), timeless);
    let twins = [&b"schema: 2\na: 1\n"[..], &b"schema: 2\na: 2\n"[..]];
    assert_eq!(stays(twins[0], twins[1]), stays(twins[1], twins[0]));
}
