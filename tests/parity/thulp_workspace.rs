//! Store: kinds, filters, parents, and the verbs that change a status.

use git_ao::model::{Field, Filter, Fork, Kind, Moment, Session, SessionStatus, Subject};
use git_ao::store::{Shelf, Store};

use crate::sessions::spawn;
use crate::support::sessions::{id, session, store, with};
use crate::support::{Repo, alone};

fn titles(store: &Store, filter: &Filter) -> Vec<String> {
    let listed = store.snapshot().unwrap().list(Shelf::Active).unwrap();
    let sessions: Vec<Session> = listed.into_iter().map(|l| l.session.unwrap()).collect();
    let wanted = |s: &&Session| filter.matches(Subject { session: s, shelf: Shelf::Active });
    sessions.iter().filter(wanted).map(|s| s.title.clone()).collect()
}

#[test]
fn create_with_a_name_and_a_kind() {
    alone(|| {
        let repo = Repo::new();
        let store = store(&repo);
        let kinds =
            [Kind::Conversation, Kind::Task, Kind::Evaluation, Kind::Refinement, Kind::Demo];
        for (n, kind) in (0..).zip(kinds) {
            let made = with(&session(n, kind.as_str()), |it| it.kind = kind.clone());
            store.create(&made).unwrap();
            assert_eq!(store.snapshot().unwrap().session(id(n)).unwrap().kind, kind);
        }
    });
}

#[test]
fn filters_find_what_they_name() {
    alone(|| {
        let repo = Repo::new();
        let store = store(&repo);
        let mut all = [session(1, "alpha"), session(2, "beta"), session(3, "gamma")];
        all[0].status = SessionStatus::Done;
        all[1].tags = vec!["red".to_owned()];
        all[1].kind = Kind::Demo;
        all[2].fork = Some(Fork::new(id(1)));
        all.iter().for_each(|s| drop(store.create(s).unwrap()));
        let is = |field, text: &str| Filter::Is(field, text.to_owned());
        let second = all[1].created_at;
        for (filter, wanted) in [
            (Filter::All, "gamma beta alpha"),
            (is(Field::Status, "done"), "alpha"),
            (is(Field::Kind, "demo"), "beta"),
            (is(Field::Tag, "red"), "beta"),
            (Filter::After(Moment::Created, second), "gamma"),
            (Filter::Before(Moment::Updated, second), "alpha"),
            (Filter::Contains(Field::Title, "AMM".into()), "gamma"),
            (Filter::HasParent, "gamma"),
            (is(Field::Parent, &id(1).to_string()), "gamma"),
            (Filter::root(), "beta alpha"),
            (Filter::Ended.or(Filter::HasParent), "gamma alpha"),
            (Filter::root().and(!Filter::Ended), "beta"),
        ] {
            assert_eq!(titles(&store, &filter).join(" "), wanted, "{filter:?}");
        }
    });
}

#[test]
fn exists_and_count_are_looked_up_each_time() {
    alone(|| {
        let repo = Repo::new();
        let (one, other) = (store(&repo), store(&repo));
        one.create(&session(1, "One")).unwrap();
        assert!(other.snapshot().unwrap().contains(id(1)).unwrap());
        assert_eq!(other.snapshot().unwrap().count(Shelf::Active).unwrap(), 1);
        other.delete(id(1)).unwrap();
        assert!(!one.snapshot().unwrap().contains(id(1)).unwrap());
    });
}

#[test]
fn parents_and_values() {
    alone(|| {
        let repo = Repo::new();
        let store = store(&repo);
        store.create(&session(1, "Parent")).unwrap();
        let child = with(&session(2, "Child"), |it| it.spawned_by = Some(id(1)));
        store.create(&child).unwrap();
        store.update(id(2), "set", |s| s.context.insert("k", "v")).unwrap();
        let snapshot = store.snapshot().unwrap();
        let children = snapshot.children(id(1)).unwrap();
        assert_eq!(children.iter().map(|s| s.id).collect::<Vec<_>>(), [id(2)]);
        assert_eq!(children[0].context.get("k").and_then(|v| v.as_str()), Some("v"));
    });
}

#[test]
fn sessions_are_completed_failed_cancelled_paused_and_resumed() {
    let repo = Repo::new();
    for (verbs, status, reason) in [
        (&["complete"][..], "done", None),
        (&["fail", "-m", "no luck"], "errored", Some("no luck")),
        (&["cancel"], "killed", Some("cancelled")),
        (&["pause", "-m", "lunch"], "paused", Some("lunch")),
    ] {
        let (id, _) = spawn(&repo, "x");
        repo.ao(verbs.iter().chain(&[id.as_str()])).ok();
        let shown = repo.ao(["show", "--json", &id]).ok().json();
        let told = (&shown["session"]["status"], shown["session"]["status_reason"].as_str());
        assert_eq!(told, (&status.into(), reason), "{verbs:?}");
        let resumed = repo.ao(["resume", &id]);
        if status == "paused" {
            resumed.ok().stdout_has("paused -> idle");
        } else {
            resumed.code(1).stderr_has(status);
        }
    }
}
