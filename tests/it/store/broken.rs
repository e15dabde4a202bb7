//! Records and objects that are broken: named, kept, and in nobody's way.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use git_ao::model::Session;
use git_ao::store::{History, ListedSession, RecordProblem, SESSIONS_REF, Shelf, StoreError};

use crate::support::sessions::{
    assert_whole, id, increment, path, plant, plant_record, session, store,
};
use crate::support::{Repo, alone, for_each_format};

fn problem(listed: &[ListedSession], n: u64) -> &RecordProblem {
    let found = listed.iter().find(|listed| listed.location.id == id(n)).unwrap();
    found.session.as_ref().unwrap_err()
}

fn good(listed: &[ListedSession]) -> usize {
    listed.iter().filter(|listed| listed.session.is_ok()).count()
}

#[test]
fn a_corrupt_record_is_shown_as_corrupt_and_kept() {
    alone(|| {
        for_each_format(|repo| {
            let junk = b"id: [\xff\xfe\0 not a record\r\n";
            plant_record(repo, &path(1), junk);
            let store = store(repo);
            let blob = |shelf: &str| {
                repo.git([
                    "rev-parse",
                    &format!("{SESSIONS_REF}:{}", path(1).replace("sessions", shelf)),
                ])
            };
            let before = blob("sessions");
            store.create(&session(2, "Two")).unwrap();
            store.update(id(2), "set", increment).unwrap();
            assert_eq!(blob("sessions"), before);

            let snapshot = store.snapshot().unwrap();
            let listed = snapshot.list(Shelf::Active).unwrap();
            assert_eq!((listed.len(), good(&listed)), (2, 1));
            assert_eq!(snapshot.count(Shelf::Active).unwrap(), 2);
            assert!(listed[1].session.is_err(), "corrupt ones come last");
            assert!(problem(&listed, 1).to_string().starts_with("not valid YAML: "));
            assert!(snapshot.contains(id(1)).unwrap());
            let read = snapshot.session(id(1)).unwrap_err();
            assert!(matches!(read, StoreError::Corrupt { .. }), "{read}");
            let said = format!("the record of session '{}' is corrupt: not valid YAML", id(1));
            assert!(read.to_string().starts_with(&said), "{read}");
            assert_eq!(snapshot.raw(&snapshot.find(id(1)).unwrap().unwrap()).unwrap(), junk);

            let changed = store.update(id(1), "set", increment);
            assert!(matches!(changed, Err(StoreError::Corrupt { .. })));
            assert!(matches!(store.create(&session(1, "One")), Err(StoreError::Exists(_))));
            store.archive(id(1)).unwrap().unwrap();
            assert_eq!(blob("archive"), before);
            store.unarchive(id(1)).unwrap().unwrap();
            assert_eq!(blob("sessions"), before);
            store.delete(id(1)).unwrap().unwrap();
            assert_eq!(store.snapshot().unwrap().count(Shelf::Active).unwrap(), 1);
            assert_whole(repo);
        });
    });
}

/// The loose object that a path of the store's tree names.
fn object(repo: &Repo, spec: &str) -> (String, PathBuf) {
    let id = repo.git(["rev-parse", &format!("{SESSIONS_REF}{spec}")]).trim().to_owned();
    let path = repo.common_dir().join("objects").join(&id[..2]).join(&id[2..]);
    (id, path)
}

fn three(repo: &Repo) -> git_ao::store::Store {
    let store = store(repo);
    (1..4).for_each(|n| drop(store.create(&session(n, "Record")).unwrap()));
    store
}

#[test]
fn a_missing_record_is_named_and_the_rest_is_listed() {
    alone(|| {
        for_each_format(|repo| {
            let store = three(repo);
            let (blob, file) = object(repo, &format!(":{}", path(2)));
            fs::remove_file(file).unwrap();
            let snapshot = store.snapshot().unwrap();
            let listed = snapshot.list(Shelf::Active).unwrap();
            assert_eq!((listed.len(), good(&listed)), (3, 2));
            assert_eq!(problem(&listed, 2).to_string(), format!("object {blob} is missing"));
            let read = snapshot.session(id(2)).unwrap_err().to_string();
            assert!(read.contains(&blob), "{read}");
            assert_eq!(snapshot.events(History::default()).filter(Result::is_ok).count(), 3);
            // Writes that do not need it go on, and do not hide it.
            store.update(id(1), "set", increment).unwrap();
            assert_eq!(store.snapshot().unwrap().count(Shelf::Active).unwrap(), 3);
            store.delete(id(2)).unwrap();
        });
    });
}

/// An object that is on the move is waited for; many that are missing are not, one after the other.
#[test]
fn many_missing_records_are_not_waited_for_one_by_one() {
    alone(|| {
        let repo = Repo::new();
        let store = store(&repo);
        (1..41).for_each(|n| drop(store.create(&session(n, "Record")).unwrap()));
        for n in 1..40 {
            fs::remove_file(object(&repo, &format!(":{}", path(n))).1).unwrap();
        }
        let start = Instant::now();
        let listed = store.snapshot().unwrap().list(Shelf::Active).unwrap();
        assert_eq!((listed.len(), good(&listed)), (40, 1));
        // One wait is a quarter of a second.
        assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    });
}

/// A record that was fetched may name an event by the hash of another kind of repository.
#[test]
fn an_object_of_another_hash_is_missing() {
    alone(|| {
        for_each_format(|repo| {
            let foreign = match repo.git(["rev-parse", "--show-object-format"]).trim() {
                "sha1" => "ab".repeat(32),
                _ => "ab".repeat(20),
            };
            let record = format!("id: {}\nfork: {{session: {}, event: {foreign}}}\n", id(1), id(2));
            plant_record(repo, &path(1), &record);
            let store = store(repo);
            let snapshot = store.snapshot().unwrap();
            let event = snapshot.session(id(1)).unwrap().fork.unwrap().event.unwrap();
            let said = snapshot.event(&event).unwrap_err().to_string();
            assert_eq!(said, format!("object {foreign} is missing"));
            assert!(store.snapshot_at(&event).is_err());
            // The line of the fork's ancestors ends there, as where the event is in another clone.
            repo.ao(["log", &id(1).to_string()]).ok().stderr_is("");
            repo.ao(["log", "--graph", &id(1).to_string()]).stderr_lacks("panicked");
            repo.ao(["show", &id(1).to_string()]).ok();
            repo.ao(["log", "-p"]).stderr_lacks("panicked");
        });
    });
}

#[test]
fn a_truncated_record_is_named_and_the_rest_is_listed() {
    alone(|| {
        let repo = Repo::new();
        let store = three(&repo);
        let (blob, file) = object(&repo, &format!(":{}", path(2)));
        let whole = fs::read(&file).unwrap();
        for length in [0, 1, 10, whole.len() / 2] {
            fs::remove_file(&file).unwrap();
            fs::write(&file, &whole[..length]).unwrap();
            let snapshot = store.snapshot().unwrap();
            let listed = snapshot.list(Shelf::Active).unwrap();
            assert_eq!(good(&listed), 2, "{length}");
            let said = problem(&listed, 2).to_string();
            assert!(said.contains(&blob), "{length}: {said}");
        }
        fs::write(&file, &whole).unwrap();
        assert_eq!(good(&store.snapshot().unwrap().list(Shelf::Active).unwrap()), 3);
    });
}

#[test]
fn a_missing_folder_is_named_and_the_rest_is_listed() {
    alone(|| {
        let repo = Repo::new();
        let store = three(&repo);
        let folder = path(2).rsplit_once('/').unwrap().0.to_owned();
        let (tree, file) = object(&repo, &format!(":{folder}"));
        fs::remove_file(file).unwrap();
        let said = format!("object {tree} is missing");
        assert_eq!(store.update(id(2), "set", increment).unwrap_err().to_string(), said);
        // The one that wrote it may still know it.
        let store = crate::support::sessions::store(&repo);
        let snapshot = store.snapshot().unwrap();
        assert_eq!(snapshot.list(Shelf::Active).unwrap_err().to_string(), said);
        let listing = snapshot.listing(Shelf::Active);
        assert_eq!(good(&listing.sessions), 2);
        let unreadable: Vec<_> = listing.unreadable.iter().map(|s| (&s.path, &s.why)).collect();
        assert_eq!(unreadable, [(&folder, &said)]);
        assert_eq!(snapshot.session(id(2)).unwrap_err().to_string(), said);
        assert_eq!(snapshot.session(id(1)).unwrap().title, "Record");
        store.update(id(1), "set", increment).unwrap();
        assert_eq!(store.update(id(2), "set", increment).unwrap_err().to_string(), said);
    });
}

#[test]
fn a_missing_top_or_tip_is_named() {
    alone(|| {
        for spec in ["^{tree}", ""] {
            let repo = Repo::new();
            let store = three(&repo);
            let (tip, (object, file)) = (store.tip().unwrap(), object(&repo, spec));
            fs::remove_file(file).unwrap();
            let said = format!("object {object} is missing");
            assert_eq!(store.create(&session(9, "New")).unwrap_err().to_string(), said);
            // The one that wrote it may still know it.
            let store = crate::support::sessions::store(&repo);
            assert_eq!(store.snapshot().unwrap_err().to_string(), said);
            assert_eq!(store.tip().unwrap(), tip);
        }
    });
}

#[test]
fn what_does_not_belong_is_reported_never_followed_never_deleted() {
    alone(|| {
        for_each_format(|repo| {
            let place = path(1);
            let (folder, file) = place.rsplit_once('/').unwrap();
            let wrong = format!(
                "sessions/demo/{}/{file}",
                if folder.ends_with("00") { "01" } else { "00" }
            );
            let commit = repo.git(["rev-parse", "main"]);
            let strays = [
                ("160000", path(7), commit.trim()),
                ("120000", format!("{folder}/link.yaml"), "../../../version"),
                ("120000", path(5), "/etc/passwd"),
                ("100755", path(6), "id: x"),
                ("100644", wrong, "id: x"),
                ("100644", format!("{folder}/notes.txt"), "x"),
                ("100644", format!("{folder}/deep/er/x.yaml"), "x"),
                ("100644", "sessions/demo/readme".to_owned(), "x"),
                ("100644", "sessions/-x/aa/y".to_owned(), "x"),
                ("100644", "sessions/a.lock/aa/y".to_owned(), "x"),
                ("100644", "extra/y".to_owned(), "x"),
            ];
            plant_record(repo, &path(3), "id: nobody");
            let files: Vec<_> = strays
                .iter()
                .map(|(mode, path, content)| (*mode, path.as_str(), *content))
                .collect();
            plant(repo, &files);

            let store = store(repo);
            store.create(&session(1, "One")).unwrap();
            let snapshot = store.snapshot().unwrap();
            let listed = snapshot.list(Shelf::Active).unwrap();
            assert_eq!((listed.len(), good(&listed)), (2, 1));
            assert_eq!(snapshot.count(Shelf::Active).unwrap(), 2);
            assert!(snapshot.find(id(5)).unwrap().is_none());
            assert!(snapshot.find(id(6)).unwrap().is_none());
            assert!(snapshot.find(id(7)).unwrap().is_none());
            let reported = snapshot.unexpected();
            for (_, path, _) in &strays {
                let told = |stray: &git_ao::store::Unexpected| path.starts_with(&stray.path);
                assert!(reported.iter().any(told), "{path} in {reported:?}");
            }
            let tree = repo.git(["ls-tree", "-r", "--name-only", SESSIONS_REF]);
            for (_, path, _) in &strays {
                assert!(tree.lines().any(|line| line == path), "{path} in {tree}");
            }
        });
    });
}

#[test]
fn a_record_under_the_name_of_another_is_corrupt() {
    alone(|| {
        let repo = Repo::new();
        let store = store(&repo);
        store.create(&session(1, "One")).unwrap();
        let record = repo.git(["show", &format!("{SESSIONS_REF}:{}", path(1))]);
        let other = path(1).replace("/demo/", "/other/");
        plant(&repo, &[("100644", &path(2), &record), ("100644", &other, &record)]);
        let snapshot = store.snapshot().unwrap();
        let listed: Vec<Result<Session, RecordProblem>> =
            snapshot.list(Shelf::Active).unwrap().into_iter().map(|l| l.session).collect();
        let said: Vec<_> =
            listed.iter().filter_map(|l| l.as_ref().err()).map(ToString::to_string).collect();
        assert_eq!(said.len(), 2);
        assert!(said.contains(&format!("says '{}', but its path says '{}'", id(1), id(2))));
        assert!(said.contains(&"says 'demo', but its path says 'other'".to_owned()));
    });
}
