//! Store: one for all worktrees, references, versions. `fork` itself comes with the program.

use git_ao::model::Handle;
use git_ao::store::{Context, Shelf, StoreError};

use crate::support::sessions::{id, plant_record, session, store, store_in};
use crate::support::{Combo, Repo, TestEnv, alone};

#[test]
fn one_store_for_all_worktrees_links_and_folders() {
    alone(|| {
        let repo = TestEnv::new().repo(Combo::LINKED);
        store(&repo).create(&session(1, "One")).unwrap();
        let link = repo.env().path("link");
        std::os::unix::fs::symlink(repo.env().path("demo"), &link).unwrap();
        std::fs::create_dir(link.join("sub")).unwrap();
        for dir in [&link, &link.join("sub"), &repo.env().path("demo"), repo.dir()] {
            let snapshot = store_in(dir);
            assert_eq!(snapshot.snapshot().unwrap().session(id(1)).unwrap().title, "One");
        }
    });
}

#[test]
fn references_in_any_case_and_a_clear_error_without_sessions() {
    alone(|| {
        let repo = Repo::new();
        let store = store(&repo);
        let resolve = |text: &str| {
            let snapshot = store.snapshot().unwrap();
            let found = snapshot.resolve(&Handle::parse(text), &Context::default());
            found.map(|entry| entry.location.id).map_err(|error| error.to_string())
        };
        assert_eq!(
            resolve("latest"),
            Err("there are no sessions yet in 'refs/ao/sessions'".into())
        );
        store.create(&session(1, "One")).unwrap();
        for word in ["latest", "last", "recent", "Latest", "RECENT"] {
            assert_eq!(resolve(word), Ok(id(1)));
        }
        assert_eq!(resolve(&id(1).to_string()), Ok(id(1)));
    });
}

#[test]
fn an_unknown_version_is_refused_and_unknown_keys_are_kept() {
    alone(|| {
        let repo = Repo::new();
        let record = format!("id: {}\nschema: 1\nkind: of-tomorrow\nmore: 1\n", id(1));
        plant_record(&repo, &crate::support::sessions::path(1), record);
        let store = store(&repo);
        store.update(id(1), "set", |s| s.title = "Kept".into()).unwrap();
        let listed = store.snapshot().unwrap().list(Shelf::Active).unwrap();
        let kept = listed[0].session.as_ref().unwrap();
        assert_eq!((kept.kind.as_str(), kept.extra.len()), ("of-tomorrow", 1));
        crate::support::sessions::plant(&repo, &[("100644", "version", "9\n")]);
        assert!(matches!(store.snapshot(), Err(StoreError::Newer(9))));
    });
}
