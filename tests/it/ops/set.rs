use git_ao::model::{Guard, RuleError, SessionStatus};
use git_ao::ops::{EditError, Engine, SetError, SetRequest, UpdateTime};
use git_ao::store::{Key, Store, Visibility};

use crate::support::Repo;
use crate::support::sessions::{id, session, store, with};

fn filled(repo: &Repo) -> (Store, Key) {
    let store = store(repo).with_private();
    store.transaction("spawn", |tx| tx.create(session(1, "one"))).unwrap();
    (store, Key::from(id(1)))
}

fn request(changes: &[&str]) -> SetRequest {
    SetRequest::new(changes.iter().map(|change| change.parse().unwrap()))
}

#[test]
fn fixed_fields_and_the_table_of_statuses_are_kept() {
    let repo = Repo::new();
    let (store, key) = filled(&repo);
    let (tip, before) = (store.tip().unwrap(), session(1, "one"));
    let fixed = ["title=two", "created_at=2020-01-01T00:00:00Z"];
    let refused = Engine::new(store.clone()).set(&key, &request(&fixed), Guard::Off);
    let error = refused.unwrap_err();
    assert!(matches!(error, SetError::Rule(RuleError::Fixed("created_at"))), "{error:?}");
    let refused =
        Engine::new(store.clone()).set(&key, &request(&["title=two", "status=dnoe"]), Guard::Table);
    assert!(matches!(refused.unwrap_err(), SetError::Rule(_)));
    let after = with(&before, |it| it.id = id(2));
    let refused = Engine::new(store.clone()).edit(&key, (&before, &after), Guard::Off);
    assert!(matches!(refused.unwrap_err(), EditError::Rule(_)));
    assert_eq!(store.tip().unwrap(), tip);

    let request = request(&["title=two", "status=done"])
        .visibility(Visibility::Private)
        .updated_at(UpdateTime::Now);
    let done = Engine::new(store.clone()).set(&key, &request, Guard::Table).unwrap();
    assert_eq!(done.value.fields, ["title", "status", "updated_at", "visibility: private"]);
    let entry = store.snapshot().unwrap().get(key.clone()).unwrap();
    assert_eq!(entry.location.visibility, Visibility::Private);
    let now = store.snapshot().unwrap().session(key).unwrap();
    assert_eq!((now.title.as_str(), now.status), ("two", SessionStatus::Done));
}

#[test]
fn an_edit_is_merged_with_later_changes_or_refused() {
    let repo = Repo::new();
    let (store, key) = filled(&repo);
    let before = store.snapshot().unwrap().session(key.clone()).unwrap();
    Engine::new(store.clone()).set(&key, &request(&["agent=codex"]), Guard::Table).unwrap();
    let after = with(&before, |it| it.title = "two".to_owned());
    let done = Engine::new(store.clone()).edit(&key, (&before, &after), Guard::Table).unwrap();
    assert_eq!(done.value.fields, ["title"]);
    let now = store.snapshot().unwrap().session(key.clone()).unwrap();
    assert_eq!((now.title.as_str(), now.agent.as_deref()), ("two", Some("codex")));

    let after = with(&before, |it| it.agent = Some("claude".to_owned()));
    let error = Engine::new(store.clone()).edit(&key, (&before, &after), Guard::Table).unwrap_err();
    assert!(matches!(&error, EditError::Conflict(fields) if fields == &["agent"]), "{error}");
    Engine::new(store.clone()).set(&key, &request(&["status=done"]), Guard::Table).unwrap();
    let after = with(&before, |it| it.status = SessionStatus::Working);
    let error = Engine::new(store.clone()).edit(&key, (&before, &after), Guard::Table).unwrap_err();
    assert!(matches!(error, EditError::Conflict(_) | EditError::Rule(_)), "{error}");
    assert!(store.snapshot().unwrap().session(key).unwrap().status.is_terminal());
}
