//! The rules of `git ao set` hold for programs too; what was written without them is found.

use git_ao::model::{Fork, Guard, Kind, RuleError, Session, SessionStatus, Timestamp};
use git_ao::store::{Shelf, Store, StoreError};

use crate::support::Repo;
use crate::support::sessions::{id, project, session, store};

/// A change that breaks one rule: the status before it, the change, the field, and what is said.
type Broken = (SessionStatus, fn(&mut Session), &'static str, &'static str);

fn merged() -> SessionStatus {
    SessionStatus::Merged
}

const WORKING: SessionStatus = SessionStatus::Working;

fn cases() -> Vec<Broken> {
    let done = SessionStatus::Done;
    vec![
        (merged(), |s| s.status = WORKING, "status", "cannot go from 'merged' to 'working'"),
        (merged(), |s| s.status = SessionStatus::Done, "status", "from 'merged' to 'done'"),
        (done, |s| s.status = WORKING, "status", "cannot go from 'done' to 'working'"),
        (WORKING, |s| s.status = "foo bar\n".into(), "status", "must be a single word"),
        (WORKING, |s| s.status = "".into(), "status", "must be a single word"),
        (WORKING, |s| s.status = "wroking".into(), "status", "unknown status 'wroking'"),
        (WORKING, |s| s.title = "one\ntwo".into(), "title", "a title must be a single line"),
        (WORKING, |s| s.title = "one\rtwo".into(), "title", "a title must be a single line"),
        (WORKING, |s| s.kind = Kind::from("a\u{1b}[2J"), "kind", "control characters"),
        (WORKING, |s| s.agent = Some("a\nb".into()), "agent", "control characters"),
        (WORKING, |s| s.issue_id = Some("4\u{7}2".into()), "issue_id", "control characters"),
        (WORKING, |s| s.add_tag("a\nb"), "tags", "control characters"),
        (WORKING, |s| s.cost = Some(cost(-1.0)), "cost.cost_usd", "cannot be negative"),
        (WORKING, |s| s.created_at = Timestamp::EPOCH, "created_at", "cannot be changed"),
        (WORKING, |s| s.updated_at = Timestamp::EPOCH, "updated_at", "cannot be changed"),
        (WORKING, |s| s.schema = 0, "schema", "cannot be changed"),
        (WORKING, |s| s.fork = Some(fork()), "fork", "cannot be changed"),
    ]
}

fn cost(cost_usd: f64) -> git_ao::model::Cost {
    let mut cost = git_ao::model::Cost::default();
    cost.cost_usd = Some(cost_usd);
    cost
}

fn fork() -> Fork {
    Fork::new(id(9))
}

/// A store with one session of this status.
fn with(status: SessionStatus) -> (Repo, Store) {
    let repo = Repo::new();
    let store = store(&repo);
    let mut one = session(1, "One");
    one.status = status;
    store.create(&one).unwrap();
    (repo, store)
}

#[track_caller]
fn rule(error: StoreError) -> RuleError {
    match error {
        StoreError::Rule { source, .. } => source,
        StoreError::Transition { source, .. } => source.into(),
        error => panic!("another error: {error}"),
    }
}

#[test]
fn each_rule_is_kept_by_update_and_found_where_it_was_not() {
    for (status, change, field, says) in cases() {
        let (repo, store) = with(status);
        let tip = store.tip().unwrap();
        let error = store.update(id(1), "set", change).unwrap_err();
        let message = error.to_string();
        assert!(message.contains(says), "{field}: {message}");
        assert_eq!(error.recovery(), git_ao::model::Recovery::FixInput);
        let broken = rule(error);
        assert_eq!(broken.field(), field, "{message}");
        assert!(!broken.hint().is_empty());
        assert_eq!(store.tip().unwrap(), tip, "{field}: nothing was written");
        assert_eq!(store.check_all().unwrap(), []);

        store.update_unchecked(id(1), "import", change).unwrap();
        let mut wrong = store.snapshot().unwrap().session(id(1)).unwrap();
        let findings = store.check_all().unwrap();
        let [finding] = &findings[..] else { panic!("{field}: {findings:?}") };
        assert!(finding.problem.contains(says), "{field}: {}", finding.problem);
        assert!(finding.place.ends_with(&format!("{}.yaml", id(1))), "{}", finding.place);

        // The other fields can still be changed, and that repairs nothing.
        store.update(id(1), "set", |s| s.branch = Some("topic".into())).unwrap();
        if field != "updated_at" {
            assert_eq!(store.check_all().unwrap(), findings, "{field}");
        }
        wrong.branch = Some("topic".into());
        let now = store.snapshot().unwrap().session(id(1)).unwrap();
        wrong.updated_at = now.updated_at;
        assert_eq!(now, wrong, "{field}");

        // The command in the finding corrects it.
        if field != "updated_at" {
            let (_, command) = finding.problem.split_once("to correct it: ").unwrap();
            repo.env().shell(repo.dir(), command).run().ok();
            assert_eq!(store.check_all().unwrap(), [], "{field}: {command}");
        }
    }
}

#[test]
fn a_new_session_keeps_the_rules_too() {
    let later = |s: &mut Session| s.created_at = "9999-01-01T00:00:00Z".parse().unwrap();
    let later: (fn(&mut Session), _) = (later, "created_at");
    let values = cases().into_iter().filter(|(_, _, field, says)| {
        *says != "cannot be changed" && !(*field == "status" && says.contains("from"))
    });
    for (n, (change, field)) in values.map(|case| (case.1, case.2)).chain([later]).enumerate() {
        let repo = Repo::new();
        let store = store(&repo);
        let mut new = session(n as u64, "New");
        change(&mut new);
        assert_eq!(rule(store.create(&new).unwrap_err()).field(), field);
        assert_eq!(store.tip().unwrap(), None);

        store.create_unchecked(&new).unwrap();
        assert_eq!(store.snapshot().unwrap().session(new.id).unwrap(), new);
        let findings = store.check_all().unwrap();
        let [finding] = &findings[..] else { panic!("{field}: {findings:?}") };
        store.archive(new.id).unwrap();
        let findings = store.check_all().unwrap();
        let (_, command) = findings[0].problem.split_once("to correct it: ").unwrap();
        assert_ne!(finding.place, findings[0].place);
        repo.env().shell(repo.dir(), command).run().ok();
        assert_eq!(store.check_all().unwrap(), [], "{field}: {command}");
    }
}

#[test]
fn the_place_of_a_record_cannot_be_changed_at_all() {
    let changes: [(fn(&mut Session), _); 2] =
        [(|s| s.id = id(2), "id"), (|s| s.project_id = project("other"), "project_id")];
    for (change, field) in changes {
        let (_repo, store) = with(WORKING);
        for error in [
            store.update(id(1), "set", change).unwrap_err(),
            store.update_unchecked(id(1), "import", change).unwrap_err(),
        ] {
            assert_eq!(rule(error), RuleError::Fixed(field));
        }
        assert_eq!(store.snapshot().unwrap().list(Shelf::Active).unwrap().len(), 1);
    }
}

#[test]
fn what_keeps_the_rules_is_an_ordinary_write() {
    let (repo, store) = with(WORKING);
    store.update_unchecked(id(1), "import", |s| s.title = "Two".into()).unwrap();
    let mut two = session(2, "Two");
    two.status = SessionStatus::Done;
    store.create_unchecked(&two).unwrap();
    let messages = repo.git(["log", "--format=%B", "refs/ao/sessions"]);
    assert!(!messages.contains("Ao-Unchecked"), "{messages}");
    assert!(
        store.snapshot().unwrap().session(id(1)).unwrap().updated_at > session(1, "").updated_at
    );
}

#[test]
fn a_record_that_could_not_be_read_again_is_never_written() {
    let (_repo, store) = with(WORKING);
    let tip = store.tip().unwrap();
    let changes: [fn(&mut Session); 4] = [
        |s| s.branch = Some("-x".into()),
        |s| s.pr_url = Some("javascript:alert(1)".into()),
        |s| s.cost = Some(cost(f64::NAN)),
        |s| drop(s.extra.insert("title", "twice")),
    ];
    for change in changes {
        for error in [
            store.update(id(1), "set", change).unwrap_err(),
            store.update_unchecked(id(1), "import", change).unwrap_err(),
        ] {
            assert!(matches!(error, StoreError::Invalid { .. }), "{error}");
        }
    }
    assert_eq!(store.tip().unwrap(), tip);
}

#[test]
fn without_the_guard_a_final_status_can_be_left() {
    let (_repo, store) = with(merged());
    store
        .transaction("revive", |tx| {
            tx.update_with(id(1), Guard::Off, |s| {
                s.status = "levitating".into();
                Ok::<_, StoreError>(())
            })
        })
        .unwrap();
    let refused = store.transaction("revive", |tx| {
        tx.update_with(id(1), Guard::Off, |s| {
            s.status = "two words".into();
            Ok::<_, StoreError>(())
        })
    });
    assert!(matches!(rule(refused.unwrap_err()), RuleError::NotAWord(_)));
    // That is a person's decision, and nothing is wrong with it.
    assert_eq!(store.check_all().unwrap(), []);
}

#[test]
fn several_broken_rules_are_all_found_and_each_once() {
    let (_repo, store) = with(merged());
    for n in 0..2 {
        store
            .update_unchecked(id(1), "import", |s| {
                s.status = "on hold".into();
                s.title = format!("one\ntwo {n}");
                s.cost = Some(cost(-2.0));
                s.created_at = Timestamp::EPOCH;
            })
            .unwrap();
    }
    let problems: Vec<_> = store.check_all().unwrap().into_iter().map(|it| it.problem).collect();
    assert_eq!(problems.len(), 4, "{problems:?}");
}
