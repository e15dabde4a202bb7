//! What has happened since a reader looked last: nothing is missing, and in order.

use std::collections::HashSet;
use std::sync::atomic::{AtomicI64, Ordering};

use git_ao::ledger::Clock;
use git_ao::model::{Session, SessionId, SessionStatus, Timestamp};
use git_ao::store::{
    ChangeSet, Histories, ListedSession, MergeMode, SESSIONS_REF, Shelf, Tips, Visibility,
};

use crate::support::Repo;
use crate::support::sessions::{id, session, store};

fn ops(changes: &ChangeSet) -> Vec<&str> {
    changes.events.iter().map(|event| event.message.op.as_str()).collect()
}

/// Each session that differs: its id, and before and after its status and shelf.
fn sessions(changes: &ChangeSet) -> Vec<(SessionId, Option<String>, Option<String>)> {
    let told = |listed: &Option<ListedSession>| {
        listed.as_ref().map(|listed| {
            let status = listed.session.as_ref().map_or("corrupt", |it| it.status.as_str());
            format!("{status} {:?} {:?}", listed.location.shelf, listed.location.visibility)
        })
    };
    let mut all: Vec<_> = changes
        .sessions
        .iter()
        .map(|change| (change.key().id, told(&change.before), told(&change.after)))
        .collect();
    all.sort();
    all
}

fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn done(session: &mut Session) {
    session.status = SessionStatus::Done;
}

/// Each event comes after those of its parents that are among them.
fn assert_in_order(changes: &ChangeSet) {
    let all: HashSet<_> = changes.events.iter().map(|event| &event.id).collect();
    let mut seen = HashSet::new();
    for event in &changes.events {
        let are_told = event.parents.iter().all(|it| !all.contains(it) || seen.contains(it));
        assert!(are_told, "{event:?}");
        seen.insert(&event.id);
    }
    assert_eq!(all.len(), changes.events.len(), "each once");
}

#[test]
fn events_and_the_sessions_they_changed() {
    let repo = Repo::new();
    let store = store(&repo);
    let nothing = store.changes(Tips::default()).unwrap();
    assert_eq!((ops(&nothing).len(), nothing.sessions.len(), nothing.is_rewritten), (0, 0, false));
    (1..=4).for_each(|n| drop(store.create(&session(n, "One")).unwrap()));
    let since = store.newest().unwrap();
    store.update(id(1), "end", done).unwrap();
    store.archive(id(2)).unwrap();
    store.delete(id(3)).unwrap();
    store.create(&session(5, "Five")).unwrap();
    store.update(id(4), "title", |it| it.title = "Other".into()).unwrap();
    let event = store.update(id(4), "title", |it| it.title = "One".into()).unwrap().event.unwrap();

    let changes = store.changes(&since).unwrap();
    assert_eq!(ops(&changes), ["end", "archive", "delete", "spawn", "title", "title"]);
    let active = "spawning Active Public";
    let told = [
        (id(1), text(active), text("done Active Public")),
        (id(2), text(active), text("spawning Archived Public")),
        (id(3), text(active), None),
        (id(4), text(active), text(active)),
        (id(5), None, text(active)),
    ];
    let mut told = told.to_vec();
    told.sort();
    assert_eq!(sessions(&changes), told);
    assert_in_order(&changes);
    assert!(!changes.is_rewritten);
    assert_eq!(changes.tips, store.newest().unwrap());

    // From one event, and from text.
    assert_eq!(ops(&store.changes(&event).unwrap()), [""; 0]);
    let json = serde_json::to_string(&since).unwrap();
    let again: Tips = serde_json::from_str(&json).unwrap();
    assert_eq!(ops(&store.changes(again).unwrap()).len(), 6);
    assert_eq!(ops(&store.changes(Tips::default()).unwrap()).len(), 10);
}

#[test]
fn a_merge_brings_all_that_the_other_side_did() {
    let repo = Repo::new();
    let (ours, theirs) = (store(&repo), store(&repo).at_ref("refs/ao/other"));
    (1..=2).for_each(|n| drop(ours.create(&session(n, "One")).unwrap()));
    repo.git(["update-ref", "refs/ao/other", SESSIONS_REF]);
    let start = ours.newest().unwrap();
    // The other side's events are older than what we have seen.
    theirs.update(id(2), "theirs", done).unwrap();
    theirs.create(&session(3, "Three")).unwrap();
    ours.update(id(1), "ours", done).unwrap();
    let seen = ours.newest().unwrap();
    ours.merge_tip(&theirs.tip().unwrap().unwrap(), MergeMode::Converge, Histories::Related)
        .unwrap();

    let changes = ours.changes(&seen).unwrap();
    let mut told = ops(&changes);
    assert_eq!(told.pop(), Some("merge"));
    assert_eq!(told, ["theirs", "spawn"]);
    let ids: HashSet<_> = changes.sessions.iter().map(|it| it.key().id).collect();
    assert_eq!(ids, HashSet::from([id(2), id(3)]));
    assert!(!changes.is_rewritten);
    let all = ours.changes(&start).unwrap();
    assert_eq!((all.events.len(), all.sessions.len()), (4, 3));
    assert_in_order(&all);
    // The other side takes the merge over.
    let behind = theirs.newest().unwrap();
    theirs
        .merge_tip(&ours.tip().unwrap().unwrap(), MergeMode::Converge, Histories::Related)
        .unwrap();
    let changes = theirs.changes(&behind).unwrap();
    assert_eq!((changes.events.len(), changes.is_rewritten), (2, false));
}

#[test]
fn merges_of_the_same_events_replace_each_other_and_nothing_is_lost() {
    let repo = Repo::new();
    let (ours, theirs) = (store(&repo), store(&repo).at_ref("refs/ao/other"));
    ours.create(&session(1, "One")).unwrap();
    repo.git(["update-ref", "refs/ao/other", SESSIONS_REF]);
    ours.update(id(1), "ours", |it| it.add_tag("a")).unwrap();
    theirs.update(id(1), "theirs", |it| it.add_tag("b")).unwrap();
    // Merge commits that differ: made by hand from the same two tips.
    let (a, b) = (ours.tip().unwrap().unwrap(), theirs.tip().unwrap().unwrap());
    ours.merge_tip(&b, MergeMode::Converge, Histories::Related).unwrap();
    let merged = ours.tip().unwrap().unwrap();
    let tree = format!("{merged}^{{tree}}");
    let message = repo.git(["log", "-1", "--format=%B", merged.as_str()]);
    let parents = ["commit-tree", "-p", b.as_str(), "-p", a.as_str(), "-m", message.trim(), &tree];
    let other = repo.git(parents).trim().to_owned();
    repo.git(["update-ref", SESSIONS_REF, &other]);
    let changes = ours.changes(&merged).unwrap();
    assert!(!changes.is_rewritten);
    assert_eq!((changes.events.len(), changes.sessions.len()), (1, 0));
}

#[test]
fn private_sessions_are_told_of_only_where_they_are_asked_for() {
    let repo = Repo::new();
    let public = store(&repo);
    let both = store(&repo).with_private();
    public.create(&session(1, "One")).unwrap();
    let since = both.newest().unwrap();
    both.transaction("spawn", |tx| tx.create_as(session(2, "Secret"), Visibility::Private))
        .unwrap();
    both.update(id(1), "end", done).unwrap();
    assert_eq!(ops(&public.changes(&since).unwrap()), ["end"]);
    let changes = both.changes(&since).unwrap();
    assert_in_order(&changes);
    assert_eq!((changes.events.len(), changes.sessions.len()), (2, 2));

    let since = both.newest().unwrap();
    both.transaction("set", |tx| tx.set_visibility(id(2), Visibility::Public)).unwrap();
    let changes = both.changes(&since).unwrap();
    let (before, after) = ("spawning Active Private", "spawning Active Public");
    assert_eq!(sessions(&changes), [(id(2), text(before), text(after))]);
    assert_eq!(ops(&changes), ["set", "set"]);
}

#[test]
fn a_reset_ref_is_said_to_be_one() {
    let repo = Repo::new();
    let store = store(&repo);
    store.create(&session(1, "One")).unwrap();
    let first = store.newest().unwrap();
    store.create(&session(2, "Two")).unwrap();
    let second = store.newest().unwrap();
    repo.git(["update-ref", SESSIONS_REF, first.public.as_ref().unwrap().as_str()]);
    let changes = store.changes(&second).unwrap();
    assert!(changes.is_rewritten && changes.events.is_empty());
    assert_eq!(sessions(&changes), [(id(2), text("spawning Active Public"), None)]);
    // It is deleted, and made again with a history of its own.
    repo.git(["update-ref", "-d", SESSIONS_REF]);
    let gone = store.changes(&second).unwrap();
    assert!(gone.is_rewritten && gone.events.is_empty());
    assert_eq!((gone.sessions.len(), &gone.tips), (2, &Tips::default()));
    store.create(&session(3, "Three")).unwrap();
    let new = store.changes(&gone.tips).unwrap();
    assert_eq!((new.is_rewritten, new.events.len(), new.sessions.len()), (false, 1, 1));
    let all = store.changes(&second).unwrap();
    assert_eq!((all.is_rewritten, all.events.len(), all.sessions.len()), (true, 1, 3));
    // An event that never was.
    let unknown: git_ao::model::Oid = "1".repeat(40).parse().unwrap();
    assert!(store.changes(&unknown).is_err());
}

#[test]
fn a_corrupt_record_is_told_of_as_one() {
    let repo = Repo::new();
    let store = store(&repo);
    store.create(&session(1, "One")).unwrap();
    let since = store.newest().unwrap();
    let path = crate::support::sessions::path(2);
    crate::support::sessions::plant(&repo, &[("100644", &path, "nothing: [")]);
    let changes = store.changes(&since).unwrap();
    assert_eq!(sessions(&changes), [(id(2), None, text("corrupt Active Public"))]);
}

#[test]
fn a_clock_that_goes_back_changes_no_order_and_no_time_backwards() {
    static NOW: AtomicI64 = AtomicI64::new(0);
    const DAY: i64 = 86_400_000;
    let start = 1_767_225_600_000 + DAY;
    let clock = Clock::new(|| Timestamp::from_millis(NOW.load(Ordering::SeqCst)));
    let repo = Repo::new();
    let store = store(&repo).with_clock(clock);
    let mut updated = Timestamp::EPOCH;
    // A minute back is within what clocks may differ; a day is not.
    for (n, now) in [start, start - 60_000, start - DAY, start - DAY + 1, start].iter().enumerate()
    {
        NOW.store(*now, Ordering::SeqCst);
        if n == 0 {
            store.create(&session(1, "One")).unwrap();
        }
        store.update(id(1), &format!("step{n}"), |it| it.title = format!("{n}")).unwrap();
        let session = store.snapshot().unwrap().session(id(1)).unwrap();
        if *now != start - DAY {
            assert!(session.updated_at > updated, "step {n}");
        }
        updated = session.updated_at;
    }
    let changes = store.changes(Tips::default()).unwrap();
    assert_eq!(ops(&changes), ["spawn", "step0", "step1", "step2", "step3", "step4"]);
    assert_in_order(&changes);
    // Who was created in the past is still the first of the queue.
    let mut waiting = session(2, "Two");
    waiting.status = SessionStatus::Idle;
    NOW.store(start - DAY, Ordering::SeqCst);
    store.create(&waiting).unwrap();
    let taken = store.take(git_ao::model::Filter::All, "one").unwrap().unwrap();
    assert_eq!(taken.id, id(1), "it was created first");
    assert_eq!(store.snapshot().unwrap().count(Shelf::Active).unwrap(), 2);
}
