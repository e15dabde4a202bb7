use git_ao::model::{Fork, Handle};
use git_ao::store::{
    Context, History, PRIVATE_REF, SESSIONS_REF, Shelf, Store, StoreError, Visibility,
};

use super::{both, create_private, files, places, set_visibility};
use crate::support::sessions::{assert_whole, id, path, session, store};
use crate::support::{Repo, TestEnv, alone, matrix};

fn titles(store: &Store) -> Vec<String> {
    let listed = store.snapshot().unwrap().list(Shelf::Active).unwrap();
    listed.into_iter().map(|listed| listed.session.unwrap().title).collect()
}

#[test]
fn they_are_read_as_one_and_written_apart() {
    alone(|| {
        for combo in matrix() {
            let repo = TestEnv::new().repo(combo);
            assert!(both(&repo).is_unwritten().unwrap());
            create_private(&repo, &session(2, "Two"));
            assert_eq!(store(&repo).tip().unwrap(), None);
            store(&repo).create(&session(1, "One")).unwrap();
            assert_eq!(titles(&both(&repo)).len(), 2);
            assert_eq!(titles(&store(&repo)), ["One"]);

            let before = store(&repo).tip().unwrap();
            both(&repo).update(id(2), "set", |s| s.title = "Secret".to_owned()).unwrap();
            both(&repo).archive(id(2)).unwrap();
            assert_eq!(store(&repo).tip().unwrap(), before);
            assert_eq!(
                files(&repo, PRIVATE_REF),
                format!("archive/demo/{}version\n", {
                    let path = path(2);
                    path.trim_start_matches("sessions/demo/").to_owned() + "\n"
                })
            );
            let snapshot = both(&repo);
            let snapshot = snapshot.snapshot().unwrap();
            let handle = Handle::parse(&id(2).short());
            let entry = snapshot.resolve(&handle, &Context::default()).unwrap();
            let location = &entry.location;
            assert_eq!(
                (location.visibility, location.shelf),
                (Visibility::Private, Shelf::Archived)
            );
            let ops = snapshot.events(History::default().session(id(2)));
            let ops: Vec<_> = ops.map(|event| event.unwrap().message.op).collect();
            assert_eq!(ops.len(), 3);
            assert_eq!(snapshot.events(History::default()).count(), 4);

            both(&repo).delete(id(2)).unwrap();
            assert_eq!(places(&repo, 2), [false, false]);
            assert_whole(&repo);
        }
    });
}

#[test]
fn one_change_of_both_kinds_is_one_event_each() {
    let repo = Repo::new();
    store(&repo).create(&session(1, "One")).unwrap();
    create_private(&repo, &session(2, "Two"));
    let done = both(&repo).transaction("archive", |tx| {
        tx.describe("Two is put away");
        tx.archive(id(1))?;
        tx.archive(id(2))
    });
    let done = done.unwrap();
    let subject = |name| repo.git(["log", "-1", "--format=%s", name]);
    assert_eq!(subject(SESSIONS_REF), format!("archive {}\n", id(1).short()));
    assert_eq!(subject(PRIVATE_REF), format!("archive {}: Two is put away\n", id(2).short()));
    for (visibility, name) in
        [(Visibility::Public, SESSIONS_REF), (Visibility::Private, PRIVATE_REF)]
    {
        let tip = repo.git(["rev-parse", name]);
        assert_eq!(done.event_of(visibility).unwrap().as_str(), tip.trim());
    }
}

#[test]
fn a_store_that_was_opened_alone_knows_no_private_ones() {
    let repo = Repo::new();
    create_private(&repo, &session(1, "One"));
    let made = store(&repo)
        .transaction("spawn", |tx| tx.create_as(session(2, "Two"), Visibility::Private));
    assert!(matches!(made, Err(StoreError::NoPrivate(_))));
    let missing = store(&repo).update(id(1), "set", |_| ());
    assert!(matches!(missing, Err(StoreError::NotFound(_))));
    assert!(matches!(both(&repo).create(&session(1, "Again")), Err(StoreError::Exists(_))));
}

#[test]
fn a_public_event_has_no_private_parent() {
    let repo = Repo::new();
    store(&repo).create(&session(1, "One")).unwrap();
    create_private(&repo, &session(2, "Two"));
    let secret = both(&repo).private_tip().unwrap().unwrap();
    let open = store(&repo).tip().unwrap().unwrap();
    both(&repo).update(id(1), "set", |s| s.title = "Uno".to_owned()).unwrap();
    let fork = |n, of: u64, event: &git_ao::model::Oid| {
        let mut fork = session(n, "A fork");
        fork.fork = Some(Fork::new(id(of)).event(event.clone()));
        let made = both(&repo).transaction("fork", |tx| {
            tx.add_parent(event.clone());
            tx.create(fork.clone())
        });
        made.unwrap().event.unwrap()
    };
    let (of_secret, of_open) = (fork(3, 2, &secret), fork(4, 1, &open));
    let parents = |of: &git_ao::model::Oid| {
        repo.git(["log", "-1", "--format=%p", of.as_str()]).split_whitespace().count()
    };
    assert_eq!((parents(&of_secret), parents(&of_open)), (1, 2));

    both(&repo).transaction("set", set_visibility(2, Visibility::Public)).unwrap();
    let reachable = repo.git(["rev-list", SESSIONS_REF]);
    let private = repo.git(["rev-list", PRIVATE_REF]);
    assert!(private.lines().all(|event| !reachable.contains(event)));
}
