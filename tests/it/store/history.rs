//! The events of the store and of one session.

use git_ao::model::{Oid, SessionStatus};
use git_ao::store::{History, SESSIONS_REF, Store, StoreError};

use crate::support::sessions::{id, increment, session, store};
use crate::support::{Repo, alone, for_each_format};

fn subjects(store: &Store, history: History) -> Vec<String> {
    let snapshot = store.snapshot().unwrap();
    snapshot.events(history).map(|event| event.unwrap().message.subject).collect()
}

fn of(n: u64) -> History {
    History::default().session(id(n))
}

#[test]
fn the_store_and_each_session_tell_their_story() {
    alone(|| {
        for_each_format(|repo| {
            let store = store(repo);
            assert_eq!(subjects(&store, History::default()), [""; 0]);
            let first = store.create(&session(1, "One")).unwrap();
            store.create(&session(2, "Two")).unwrap();
            let event = store
                .transaction("status", |tx| tx.change_status(id(1), &SessionStatus::Working, None));
            let event = event.unwrap().event.unwrap();
            let both = store.transaction("archive", |tx| {
                tx.archive(id(1))?;
                tx.archive(id(2))
            });
            both.unwrap();
            let (one, two) = (id(1).short(), id(2).short());
            let story = [
                "archive 2 sessions".to_owned(),
                format!("status {one}: spawning -> working"),
                format!("spawn {two}: Two"),
                format!("spawn {one}: One"),
            ];
            let only = |keep: [usize; 2]| keep.map(|n| story[n].clone());
            assert_eq!(subjects(&store, History::default()), story);
            assert_eq!(subjects(&store, of(2)), only([0, 2]));
            assert_eq!(subjects(&store, of(1))[1..], only([1, 3]));
            let from = History::default().from(event.clone());
            assert_eq!(subjects(&store, from), story[1..]);

            let snapshot = store.snapshot().unwrap();
            assert_eq!(snapshot.last_event(id(2)).unwrap().as_ref(), snapshot.tip());
            assert_eq!(snapshot.last_event(id(3)).unwrap(), None);
            let event = snapshot.event(&event).unwrap();
            assert_eq!(
                (event.author.name.as_str(), event.message.op.as_str()),
                ("Ann Author", "status")
            );
            assert_eq!(event.parents.len(), 1);
            assert_eq!(snapshot.event(&first).unwrap().parents, []);
        });
    });
}

#[test]
fn a_snapshot_does_not_see_what_comes_later() {
    alone(|| {
        let repo = Repo::new();
        let store = store(&repo);
        store.create(&session(1, "One")).unwrap();
        let before = store.snapshot().unwrap();
        store.update(id(1), "set", increment).unwrap();
        store.delete(id(1)).unwrap();
        assert_eq!(before.session(id(1)).unwrap().title, "One");
        assert_eq!(before.events(of(1)).count(), 1);
        assert!(matches!(store.snapshot().unwrap().session(id(1)), Err(StoreError::NotFound(_))));
        assert_eq!(store.snapshot().unwrap().events(of(1)).count(), 3);
    });
}

#[test]
fn a_session_made_again_after_its_deletion_has_its_new_story() {
    alone(|| {
        let repo = Repo::new();
        let store = store(&repo);
        store.create(&session(1, "First")).unwrap();
        store.delete(id(1)).unwrap();
        store.create(&session(1, "Second")).unwrap();
        assert_eq!(subjects(&store, of(1)), [format!("spawn {}: Second", id(1).short())]);
        assert_eq!(subjects(&store, History::default()).len(), 3);
    });
}

#[test]
fn a_missing_event_is_an_error_that_names_it() {
    alone(|| {
        let repo = Repo::new();
        let store = store(&repo);
        let ids: Vec<Oid> = (1..5).map(|n| store.create(&session(n, "One")).unwrap()).collect();
        let (folder, file) = ids[1].as_str().split_at(2);
        std::fs::remove_file(repo.common_dir().join("objects").join(folder).join(file)).unwrap();
        // The one that wrote it may still know it.
        let store = crate::support::sessions::store(&repo);
        let snapshot = store.snapshot().unwrap();
        let events = snapshot.events(History::default());
        let told = events.map(|event| event.map_or_else(|e| e.to_string(), |e| e.id.to_string()));
        let mut told: Vec<_> = told.collect();
        let missing = format!("object {} is missing", ids[1]);
        told.sort_by_key(|told| told == &missing);
        assert_eq!(told, [ids[3].to_string(), ids[2].to_string(), missing]);
        // The records do not need it.
        assert_eq!(snapshot.session(id(1)).unwrap().title, "One");
        store.update(id(1), "set", increment).unwrap();
    });
}

#[test]
fn messages_of_other_programs_do_not_stop_the_walk() {
    alone(|| {
        let repo = Repo::new();
        let store = store(&repo);
        store.create_unchecked(&session(1, "One\nAo-Session: forged")).unwrap();
        let tree = format!("{SESSIONS_REF}^{{tree}}");
        let commit =
            ["commit-tree", "-p", SESSIONS_REF, "-m", "by hand", "-m", "no trailers", &tree];
        let commit = repo.git(commit);
        repo.git(["update-ref", SESSIONS_REF, commit.trim()]);
        store.update(id(1), "set", increment).unwrap();
        assert_eq!(subjects(&store, History::default()).len(), 3);
        assert_eq!(subjects(&store, of(1)).len(), 2);
    });
}
