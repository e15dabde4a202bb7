//! What a session goes through, in every kind of repository.

use git_ao::model::{Fork, SessionStatus};
use git_ao::store::{SESSIONS_REF, Shelf, StoreError};

use crate::support::sessions::{
    assert_whole, count, id, increment, leftovers, path, session, store,
};
use crate::support::{Repo, alone, for_each_format, for_each_repo};

fn commits(repo: &Repo) -> usize {
    repo.git(["rev-list", "--count", SESSIONS_REF]).trim().parse().unwrap()
}

#[test]
fn create_read_update_archive_unarchive_delete() {
    alone(|| {
        for_each_repo(|repo| {
            let store = store(repo);
            let new = session(1, "Fix the flaky test");
            store.create(&new).unwrap();
            assert_eq!(store.snapshot().unwrap().session(id(1)).unwrap(), new);

            store.update(id(1), "set", |s| s.branch = Some("ao/fix".to_owned())).unwrap();
            let changed = store.snapshot().unwrap().session(id(1)).unwrap();
            assert_eq!(changed.branch.as_deref(), Some("ao/fix"));
            assert!(changed.updated_at > new.updated_at && changed.created_at == new.created_at);

            let blob = |store: &git_ao::store::Store| {
                store.snapshot().unwrap().find(id(1)).unwrap().map(|e| (e.location.shelf, e.blob))
            };
            let (_, before) = blob(&store).unwrap();
            assert!(store.archive(id(1)).unwrap().is_some());
            assert_eq!(blob(&store), Some((Shelf::Archived, before.clone())));
            let archived = store.update(id(1), "set", increment);
            assert!(matches!(archived, Err(StoreError::Archived(_))), "{archived:?}");
            assert!(store.unarchive(id(1)).unwrap().is_some());
            assert_eq!(blob(&store), Some((Shelf::Active, before)));

            assert!(store.delete(id(1)).unwrap().is_some());
            assert_eq!(blob(&store), None);
            assert_eq!(commits(repo), 5);
            assert_whole(repo);
            assert_eq!(leftovers(repo), [""; 0]);
        });
    });
}

#[test]
fn what_changes_nothing_makes_no_commit() {
    alone(|| {
        for_each_format(|repo| {
            let store = store(repo);
            store.create(&session(1, "One")).unwrap();
            let tip = store.tip().unwrap();
            assert_eq!(store.update(id(1), "set", |_| ()).unwrap().event, None);
            let same = |s: &mut git_ao::model::Session| s.title = "One".to_owned();
            assert_eq!(store.update(id(1), "set", same).unwrap().event, None);
            assert_eq!(store.unarchive(id(1)).unwrap(), None);
            assert_eq!(store.delete(id(2)).unwrap(), None);
            let both = store.transaction("archive", |tx| {
                tx.archive(id(1))?;
                tx.unarchive(id(1))
            });
            assert_eq!(both.unwrap().event, None);
            assert_eq!(store.tip().unwrap(), tip);
            store.archive(id(1)).unwrap();
            assert_eq!(store.archive(id(1)).unwrap(), None);
            assert_eq!(commits(repo), 2);
        });
    });
}

#[test]
fn many_sessions_are_one_commit() {
    alone(|| {
        for_each_format(|repo| {
            let store = store(repo);
            let made = store.transaction("import", |tx| {
                (0..40).try_for_each(|n| tx.create(session(n, "Many")))
            });
            let event = made.unwrap().event.unwrap();
            let mixed = store.transaction("tidy", |tx| {
                tx.describe("a bit of everything");
                tx.change_status(id(0), &SessionStatus::Done, None)?;
                tx.archive(id(0))?;
                tx.archive(id(1))?;
                tx.delete(id(2))?;
                tx.create(session(40, "More"))
            });
            mixed.unwrap();
            let snapshot = store.snapshot().unwrap();
            assert_eq!(snapshot.count(Shelf::Active).unwrap(), 38);
            assert_eq!(snapshot.count(Shelf::Archived).unwrap(), 2);
            assert_eq!(snapshot.session(id(0)).unwrap().status, SessionStatus::Done);
            assert!(!snapshot.contains(id(2)).unwrap());
            assert_eq!(snapshot.event(&event).unwrap().message.sessions.len(), 40);
            assert_eq!(commits(repo), 2);
            assert_whole(repo);
        });
    });
}

#[test]
fn plain_git_reads_it_all() {
    alone(|| {
        for_each_format(|repo| {
            let store = store(repo);
            store.create(&session(1, "Fix the flaky test")).unwrap();
            store
                .transaction("status", |tx| tx.change_status(id(1), &SessionStatus::Working, None))
                .map_err(|error: StoreError| error)
                .unwrap();

            let record = repo.git(["show", &format!("{SESSIONS_REF}:{}", path(1))]);
            let start = format!("schema: 1\nid: {}\nproject_id: demo\nkind: task\n", id(1));
            assert!(record.starts_with(&start), "{record}");
            assert!(record.contains("title: Fix the flaky test\nstatus: working\n"), "{record}");
            assert!(record.contains("created_at: 2026-01-01T00:00:01.000Z\n"), "{record}");

            let short = id(1).short();
            let log = repo.git(["log", "--format=%B--", SESSIONS_REF]);
            let name = store.known_replica().unwrap();
            let event = |subject: String, op| {
                let trailers = format!("Ao-Session: {}\nAo-Op: {op}\nAo-Replica: {name}", id(1));
                format!("{subject}\n\n{trailers}\n--\n")
            };
            let wanted = event(format!("status {short}: spawning -> working"), "status")
                + &event(format!("spawn {short}: Fix the flaky test"), "spawn");
            assert_eq!(log, wanted);
            let trailers = "--format=%(trailers:key=Ao-Session,valueonly,separator=%x2C)";
            assert_eq!(repo.git(["log", "-1", trailers, SESSIONS_REF]).trim(), id(1).to_string());
            let who = repo.git(["log", "-1", "--format=%an %ae %cn %ce", SESSIONS_REF]);
            assert_eq!(who.trim(), "Ann Author ann@example.com Col Committer col@example.com");

            let reflog = repo.git(["reflog", "show", "--format=%gs", SESSIONS_REF]);
            assert_eq!(
                reflog.lines().collect::<Vec<_>>(),
                [
                    format!("ao: status {short}: spawning -> working"),
                    format!("ao: spawn {short}: Fix the flaky test")
                ]
            );
            let undone = format!("{SESSIONS_REF}@{{1}}:{}", path(1));
            assert!(repo.git(["show", &undone]).contains("status: spawning\n"));
            assert_eq!(repo.git(["show", &format!("{SESSIONS_REF}:version")]), "1\n");
        });
    });
}

#[test]
fn a_fork_has_its_parents_event_as_second_parent() {
    alone(|| {
        for_each_format(|repo| {
            let store = store(repo);
            let first = store.create(&session(1, "Parent")).unwrap();
            let other = store.create(&session(2, "Other")).unwrap();
            let made = store.transaction("fork", |tx| {
                let event = tx.snapshot().last_event(id(1))?;
                let mut child = session(3, "Child");
                child.fork = event.clone().map(|event| Fork::new(id(1)).event(event));
                tx.create(child)?;
                event.into_iter().for_each(|event| tx.add_parent(event));
                Ok::<_, StoreError>(())
            });
            made.unwrap();
            let parents = repo.git(["log", "-1", "--format=%P", SESSIONS_REF]);
            assert_eq!(parents.trim(), format!("{other} {first}"));

            let delete = store.delete(id(1)).unwrap();
            let snapshot = store.snapshot().unwrap();
            let child = snapshot.session(id(3)).unwrap();
            let lineage = snapshot.lineage(&child).unwrap();
            let [(fork, None)] = &lineage.ancestors[..] else { panic!("{lineage:?}") };
            assert_eq!((fork.session, &fork.event), (id(1), &Some(first)));
            assert_eq!(snapshot.last_event(id(1)).unwrap(), delete);
            let children = snapshot.children(id(1)).unwrap();
            assert_eq!(children.iter().map(|s| s.id).collect::<Vec<_>>(), [id(3)]);
            assert_whole(repo);
        });
    });
}

#[test]
fn packing_in_between_changes_nothing() {
    alone(|| {
        for_each_format(|repo| {
            let store = store(repo);
            store.create(&session(0, "Count")).unwrap();
            let chores: [&[&str]; 4] = [
                &["pack-refs", "--all"],
                &["gc", "--prune=now", "-q"],
                &["repack", "-adq"],
                &["pack-refs", "--all", "--prune"],
            ];
            for (n, chore) in (1..).zip(chores) {
                store.update(id(0), "set", increment).unwrap();
                repo.git(chore.iter().copied());
                // Twice in a row, with a store that had the ref open before it was packed.
                store.create(&session(n, "More")).unwrap();
                assert_eq!(count(&store.snapshot().unwrap().session(id(0)).unwrap()), n);
                assert_eq!(store.snapshot().unwrap().count(Shelf::Active).unwrap(), 1 + n as usize);
            }
            assert_eq!(commits(repo), 9);
            assert_eq!(repo.git(["reflog", "show", SESSIONS_REF]).lines().count(), 9);
            assert_whole(repo);
        });
    });
}

#[test]
fn the_time_of_a_record_never_goes_back() {
    alone(|| {
        let repo = Repo::new();
        let late = git_ao::model::Timestamp::from_millis(1_900_000_000_000);
        let early = git_ao::model::Timestamp::from_millis(1_899_999_940_000);
        let clock = |time| git_ao::ledger::Clock::new(move || time);
        store(&repo).create(&session(1, "One")).unwrap();
        store(&repo).with_clock(clock(late)).update(id(1), "set", increment).unwrap();
        let before = store(&repo).with_clock(clock(early));
        before.update(id(1), "set", increment).unwrap();
        let session = before.snapshot().unwrap().session(id(1)).unwrap();
        assert_eq!(session.updated_at.as_millis(), late.as_millis() + 1);
        assert_eq!(count(&session), 2);
    });
}
