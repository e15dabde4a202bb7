//! Store: lazy, whole, what a listing tells, and cleanup by age. `list --here` is in `claw_code`.

use git_ao::model::{Base, Handle, SessionId};
use git_ao::store::{Context, Shelf};

use crate::sessions::{ids, spawn};
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
        let base = full.base.insert(Base::default());
        (base.branch, base.commit) = (full.branch.clone(), Some(head));
        assert_eq!((full.tags.len(), &full.project_id), (1, &project("demo")));
        store(&repo).create(&full).unwrap();
        assert_eq!(store(&repo).snapshot().unwrap().session(id(1)).unwrap(), full);
    });
}

#[test]
fn cleanup_puts_old_sessions_into_the_archive() {
    let repo = Repo::new();
    for title in ["one", "two", "three"] {
        spawn(&repo, title);
    }
    repo.ao(["complete", &ids(&repo, &["list", "--json"])[0]]).ok();
    repo.ao(["complete", &ids(&repo, &["list", "--json", "--status", "idle"])[0]]).ok();
    let later = i64::MAX / 2_000_000;
    let clean = ["cleanup", "--older-than", "30d", "--json"];
    let cleaned = repo.ao_run(clean).at(later).run().ok().json();
    assert_eq!(cleaned["sessions"].as_array().unwrap().len(), 2, "{cleaned}");
    assert_eq!(ids(&repo, &["list", "--json", "--archived"]).len(), 2);
    assert_eq!(ids(&repo, &["list", "--json"]).len(), 1);
    let again = repo.ao_run(clean).at(later).run().ok().json();
    assert_eq!(again["sessions"], serde_json::json!([]));
}
