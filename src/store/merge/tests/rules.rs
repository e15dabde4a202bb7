use super::super::super::{ChangeKind, Histories, MergeMode, MergeOutcome, Shelf};
use super::world::*;
use crate::model::{SessionStatus, Value};

/// Two replicas that part after session 1 was made.
fn parted() -> (World, super::super::super::Store, super::super::super::Store) {
    let world = World::new();
    let a = world.replica("a", 0);
    create(&a, 1);
    let b = world.copy(&a, "b");
    (world, a, b)
}

#[test]
fn one_that_has_everything_is_followed_and_one_that_has_nothing_new_is_not() {
    let (_world, a, b) = parted();
    title(&a, 1, "new");
    let report = pull(&b, &a);
    assert_eq!((report.outcome, &report.tip), (MergeOutcome::Adopted, &tip(&a)));
    assert_eq!(report.changes[0].kind(), ChangeKind::Changed);
    assert_eq!(b.changed_fields(&report.changes[0]), ["title", "updated_at"]);
    assert_eq!(pull(&b, &a).outcome, MergeOutcome::Unchanged);
    title(&b, 1, "newer");
    assert_eq!(pull(&b, &a).outcome, MergeOutcome::Unchanged);
}

#[test]
fn a_first_pull_takes_all() {
    let (world, a, _) = parted();
    let fresh = world.replica("fresh", 0);
    let report = pull(&fresh, &a);
    assert_eq!(report.outcome, MergeOutcome::Adopted);
    assert_eq!(report.changes[0].kind(), ChangeKind::New);
    assert_eq!(tip(&fresh), tip(&a));
}

#[test]
fn fields_of_both_sides_come_together() {
    let (world, a, b) = parted();
    edit(&a, 1, |s| {
        s.add_tag("ours");
        s.context.insert("a", 1);
        s.extra.insert("future", "kept");
    });
    edit(&b, 1, |s| {
        s.add_tag("theirs");
        s.context.insert("b", 2);
        s.status = SessionStatus::Done;
    });
    let both = merged(&world, &a, &b);
    let session = session(&a, &both, 1).unwrap();
    assert_eq!(session.tags, ["ours", "theirs"]);
    assert_eq!(session.context.len(), 2);
    assert_eq!(session.extra.get("future").and_then(Value::as_str), Some("kept"));
    assert_eq!(session.status, SessionStatus::Done);
    assert!(!world.git(&["log", "-1", "--format=%B", both.as_str()]).contains("Ao-Conflict"));
}

#[test]
fn a_lost_value_is_named_and_stays_in_history() {
    let (world, a, _) = parted();
    let late = world.copy(&a, "late").with_clock(world.replica("x", YEAR).clock().clone());
    title(&a, 1, "early");
    title(&late, 1, "late");
    let both = merged(&world, &a, &late);
    assert_eq!(session(&a, &both, 1).unwrap().title, "late");
    let message = world.git(&["log", "-1", "--format=%B", both.as_str()]);
    assert!(message.ends_with(&format!("Ao-Op: merge\nAo-Conflict: {} title", id(1))), "{message}");
    let log = world.git(&["log", "-p", "--format=", "-m", both.as_str()]);
    assert!(log.contains("+title: early"));
}

#[test]
fn who_and_when_are_those_of_the_later_parent() {
    let (world, a, _) = parted();
    let late = world.copy(&a, "late").with_clock(world.replica("x", YEAR).clock().clone());
    title(&a, 1, "early");
    title(&late, 1, "late");
    let both = merged(&world, &a, &late);
    let people = |at: &str| world.git(&["log", "-1", "--format=%an %ae %at %cn %ce %ct", at]);
    assert_eq!(people(both.as_str()), people(tip(&late).as_str()));
    let parents = world.git(&["log", "-1", "--format=%P", both.as_str()]);
    let mut sorted = [tip(&a), tip(&late)].map(|tip| tip.to_string());
    sorted.sort();
    assert_eq!(parents, sorted.join(" "));
}

#[test]
fn changes_win_over_removals_and_the_archive_keeps_what_it_has() {
    let on = |shelf| move |found: Option<(Shelf, _)>| found.map(|(at, _)| at) == Some(shelf);
    let gone = |found: Option<(Shelf, _)>| found.is_none();
    type Act = fn(&super::super::super::Store);
    let nothing: Act = |s| create(s, 9);
    let change: Act = |s| title(s, 1, "changed");
    let archive: Act = |s| drop(s.archive(id(1)).unwrap());
    let delete: Act = |s| drop(s.delete(id(1)).unwrap());
    let change_and_archive: Act = |s| {
        title(s, 1, "changed");
        s.archive(id(1)).unwrap();
    };
    type Wish<'w> = &'w dyn Fn(Option<(Shelf, crate::model::Oid)>) -> bool;
    let cases: [(&str, Act, Act, Wish<'_>); 9] = [
        ("one deleted", delete, nothing, &gone),
        ("both deleted", delete, delete, &gone),
        ("one archived", archive, nothing, &on(Shelf::Archived)),
        ("both archived", archive, archive, &on(Shelf::Archived)),
        ("archived and changed", archive, change, &on(Shelf::Archived)),
        ("deleted and changed", delete, change, &on(Shelf::Active)),
        ("deleted and archived", delete, archive, &on(Shelf::Archived)),
        ("deleted, and changed and archived", delete, change_and_archive, &on(Shelf::Archived)),
        ("archived, and changed and archived", archive, change_and_archive, &on(Shelf::Archived)),
    ];
    for (name, left, right, wish) in cases {
        let (world, a, b) = parted();
        left(&a);
        right(&b);
        if tip(&a) == tip(&b) {
            continue;
        }
        let both = merged(&world, &a, &b);
        assert!(wish(found(&a, &both, 1)), "{name}: {:?}", found(&a, &both, 1));
        let kept =
            session(&a, &both, 1).is_none_or(|s| s.title == "changed" || !name.contains("changed"));
        assert!(kept, "{name}: the change is there");
    }
}

#[test]
fn coming_back_from_the_archive_is_a_change_like_any_other() {
    let (world, a, _) = parted();
    a.archive(id(1)).unwrap();
    let b = world.copy(&a, "b2");
    a.unarchive(id(1)).unwrap();
    create(&b, 2);
    let both = merged(&world, &a, &b);
    assert_eq!(found(&a, &both, 1).unwrap().0, Shelf::Active);
}

#[test]
fn a_record_that_cannot_be_read_gives_way_to_one_that_can() {
    let (world, a, b) = parted();
    put(&a, &place(Shelf::Active, 1), Some(b"\tnot yaml"));
    title(&b, 1, "good");
    let both = merged(&world, &a, &b);
    assert_eq!(session(&a, &both, 1).unwrap().title, "good");
    let message = world.git(&["log", "-1", "--format=%B", both.as_str()]);
    assert!(message.contains(&format!("Ao-Conflict: {} *", id(1))));
}

#[test]
fn of_two_records_that_cannot_be_read_the_smaller_id_stays() {
    let (world, a, b) = parted();
    let bad: [&[u8]; 2] = [b"\tone", b"\ttwo"];
    put(&a, &place(Shelf::Active, 1), Some(bad[0]));
    put(&b, &place(Shelf::Active, 1), Some(bad[1]));
    let both = merged(&world, &a, &b);
    let smaller = bad.map(|bytes| blob(&a, bytes)).into_iter().min();
    assert_eq!(found(&a, &both, 1).map(|(_, blob)| blob), smaller);
}

#[test]
fn a_new_record_that_cannot_be_read_is_carried_byte_for_byte() {
    let (world, a, b) = parted();
    put(&a, &place(Shelf::Active, 7), Some(b"schema: 99\nid: x\n"));
    create(&b, 2);
    let both = merged(&world, &a, &b);
    let expected = blob(&a, b"schema: 99\nid: x\n");
    assert_eq!(found(&a, &both, 7).map(|(_, blob)| blob), Some(expected));
}

#[test]
fn unrelated_stores_come_together() {
    let world = World::new();
    let (a, b) = (world.replica("a", 0), world.replica("b", -YEAR));
    create(&a, 1);
    create(&a, 3);
    create(&b, 2);
    create(&b, 3);
    title(&b, 3, "the same id, made twice");
    let both = merged(&world, &a, &b);
    assert!((1..=3).all(|n| session(&a, &both, n).is_some()));
    assert_eq!(session(&a, &both, 3).unwrap().title, "the same id, made twice");
}

#[test]
fn a_fork_on_one_side_keeps_its_two_parents() {
    let (world, a, b) = parted();
    let event = tip(&a);
    title(&a, 1, "goes on");
    let forked = a.transaction("fork", |tx| {
        tx.add_parent(event.clone());
        tx.create(crate::model::Session::new(id(2), demo(), tx.now()))
    });
    let fork = forked.unwrap().event.unwrap();
    title(&b, 1, "elsewhere");
    let both = merged(&world, &a, &b);
    assert!(session(&a, &both, 2).is_some());
    let parents = world.git(&["log", "-1", "--format=%P", fork.as_str()]);
    assert!(parents.ends_with(event.as_str()));
    assert!(a.contains_event(&both, &fork).unwrap());
}

#[test]
fn crossed_merges_are_merged_from_their_merged_bases() {
    let (world, a, b) = parted();
    title(&a, 1, "from a");
    edit(&b, 1, |s| s.add_tag("from b"));
    let (crossed_a, crossed_b) = (world.copy(&a, "ca"), world.copy(&b, "cb"));
    crossed_a.merge_tip(&tip(&b), MergeMode::FastForward, Histories::Any).unwrap();
    crossed_b.merge_tip(&tip(&a), MergeMode::FastForward, Histories::Any).unwrap();
    // The same merge has the same name: to cross, each side must first go on by itself.
    let (left, right) = (world.copy(&a, "l"), world.copy(&b, "r"));
    create(&left, 2);
    create(&right, 3);
    left.merge_tip(&tip(&b), MergeMode::FastForward, Histories::Any).unwrap();
    right.merge_tip(&tip(&a), MergeMode::FastForward, Histories::Any).unwrap();
    edit(&left, 1, |s| s.tags.clear());
    edit(&right, 1, |s| s.status = SessionStatus::Done);
    let bases = world.git(&["merge-base", "--all", tip(&left).as_str(), tip(&right).as_str()]);
    assert_eq!(bases.lines().count(), 2, "the statuses are two merge bases");
    let both = merged(&world, &left, &right);
    let session = session(&a, &both, 1).unwrap();
    assert_eq!(session.title, "from a");
    assert_eq!(session.tags, [""; 0], "the tag was there on both sides before one took it out");
    assert_eq!(session.status, SessionStatus::Done);
}

#[test]
fn a_ring_makes_no_merge_commits_for_ever() {
    let (world, a, b) = parted();
    let c = world.copy(&a, "c");
    create(&a, 2);
    create(&b, 3);
    create(&c, 4);
    let ring = [&a, &b, &c];
    for round in 0..6 {
        for at in 0..3 {
            pull(ring[at], ring[(at + 1) % 3]);
        }
        if round > 2 {
            assert_eq!(tip(&a), tip(&b));
            assert_eq!(tip(&b), tip(&c));
        }
    }
    let merges = world.git(&["rev-list", "--merges", "--count", tip(&a).as_str()]);
    assert!(merges.parse::<u32>().unwrap() <= 4, "{merges}");
}

#[test]
fn a_push_needs_their_tip_in_our_past() {
    let (world, a, b) = parted();
    let c = world.copy(&a, "c");
    for (store, n) in [(&a, 2), (&b, 3), (&c, 4)] {
        create(store, n);
    }
    let (x, y) = (world.copy(&a, "x"), world.copy(&c, "y"));
    pull(&x, &b);
    pull(&x, &c);
    pull(&y, &b);
    pull(&y, &a);
    let (one, other) = if tip(&x) < tip(&y) { (x, y) } else { (y, x) };
    assert_eq!(pull(&one, &other).outcome, MergeOutcome::Unchanged, "the smaller one stays");
    let report = one.merge_tip(&tip(&other), MergeMode::FastForward, Histories::Any).unwrap();
    assert_eq!(report.outcome, MergeOutcome::Merged);
    assert!(one.contains_event(&report.tip, &tip(&other)).unwrap());
    assert_eq!(pull(&other, &one).outcome, MergeOutcome::Adopted);
}
