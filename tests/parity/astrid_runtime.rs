//! Store: lazy, whole, and what a listing tells. Cleanup by age and `--here` come with the program.

use git_ao::model::{Base, Handle, SessionId};
use git_ao::store::{Context, Shelf};

use crate::support::sessions::{id, increment, leftovers, project, session, store};
use crate::support::{Repo, alone};

#[test]
fn nothing_is_created_before_the_first_save() {
    alone(|| {
        let repo = Repo::new();
        assert!(store(&repo).snapshot().unwrap().list(Shelf::Active).unwrap().is_empty());
        assert!(!repo.common_dir().join("ao").exists());
    });
}

#[test]
fn save_load_delete() {
    alone(|| {
        let repo = Repo::new();
        let store = store(&repo);
        assert!(store.snapshot().unwrap().find(id(1)).unwrap().is_none());
        store.create(&session(1, "One")).unwrap();
        assert_eq!(store.snapshot().unwrap().session(id(1)).unwrap(), session(1, "One"));
        store.delete(id(1)).unwrap();
        assert!(store.snapshot().unwrap().find(id(1)).unwrap().is_none());
        assert_eq!("x".parse::<SessionId>().unwrap_err().to_string(), "'x' is not a session id");
        assert_eq!(leftovers(&repo), [""; 0]);
    });
}

#[test]
fn the_most_recent_is_the_last_updated() {
    alone(|| {
        let repo = Repo::new();
        let store = store(&repo);
        (1..4).for_each(|n| drop(store.create(&session(n, "One")).unwrap()));
        store.update(id(1), "set", increment).unwrap();
        let snapshot = store.snapshot().unwrap();
        let latest = snapshot.resolve(&Handle::parse("latest"), &Context::default()).unwrap();
        assert_eq!(latest.location.id, id(1));
        assert_eq!(snapshot.list(Shelf::Active).unwrap()[0].location.id, id(1));
    });
}

#[test]
fn title_tags_values_model_and_git_state_round_trip() {
    alone(|| {
        let repo = Repo::new();
        let head = repo.git(["rev-parse", "HEAD"]).trim().parse().unwrap();
        let mut full = session(1, "");
        assert_eq!(full.display_title(), format!("Session {}", id(1).short()));
        full.title = "A title".to_owned();
        full.add_tag("one");
        full.add_tag("one");
        full.context.insert("key", "value");
        full.agent_config.insert("model", "large");
        full.branch = Some("main".to_owned());
        full.base =
            Some(Base { branch: full.branch.clone(), commit: Some(head), ..Base::default() });
        assert_eq!((full.tags.len(), &full.project_id), (1, &project("demo")));
        store(&repo).create(&full).unwrap();
        assert_eq!(store(&repo).snapshot().unwrap().session(id(1)).unwrap(), full);
    });
}
