//! What a person may type for a session.

use git_ao::model::{Handle, SessionId};
use git_ao::store::{Context, ResolveError, Store, StoreError};

use crate::support::sessions::{chain, path, plant, project, session, store};
use crate::support::{Repo, alone};

const A: &str = "7b6d11f9-5a0e-4f0c-9d0e-5a7f1c2b3d4e";
const B: &str = "7b6d22f9-5a0e-4f0c-9d0e-5a7f1c2b3d4e";
const C: &str = "c0ffee00-5a0e-4f0c-9d0e-5a7f1c2b3d4e";

fn resolve_in(store: &Store, text: &str, context: &Context) -> Result<String, StoreError> {
    let snapshot = store.snapshot()?;
    Ok(snapshot.resolve(&Handle::parse(text), context)?.location.id.to_string())
}

fn resolve(store: &Store, text: &str) -> Result<String, StoreError> {
    resolve_in(store, text, &Context::default())
}

/// A with everything, B a near twin, C in the archive.
fn filled(repo: &Repo) -> Store {
    let store = store(repo);
    let made = store.transaction("import", |tx| {
        for (n, id) in [A, B, C].into_iter().enumerate() {
            let mut new = session(n as u64, &format!("Session number {n}"));
            new.id = id.parse().unwrap();
            new.branch = Some(format!("ao/work-{n}"));
            new.issue_id = Some((40 + n).to_string());
            new.pr_number = Some(50 + n as u64);
            new.issue_url = Some(format!("https://example.org/issues/{}", 40 + n));
            new.pr_url = Some(format!("https://example.org/pulls/{}", 50 + n));
            tx.create(new)?;
        }
        Ok::<_, StoreError>(())
    });
    made.unwrap();
    store.archive(C.parse::<SessionId>().unwrap()).unwrap();
    store
}

#[test]
fn every_form_finds_its_session() {
    alone(|| {
        let repo = Repo::new();
        let store = filled(&repo);
        for (text, id) in [
            (A, A),
            (&A.to_uppercase(), A),
            (&format!("session:{A}"), A),
            (&format!("demo/{A}"), A),
            ("7b6d1", A),
            ("7B6D2", B),
            ("demo/7b6d11f9", A),
            ("7b6d11f9-5a0e", A),
            ("ao/work-0", A),
            ("refs/heads/ao/work-1", B),
            ("issue:40", A),
            ("#41", B),
            ("#50", A),
            ("pr:51", B),
            ("https://example.org/issues/40", A),
            ("https://example.org/pulls/51", B),
            ("latest", B),
            ("LAST", B),
            ("recent", B),
            // An archived one is found too.
            (C, C),
            ("c0ff", C),
            ("ao/work-2", C),
            ("issue:42", C),
        ] {
            assert_eq!(resolve(&store, text).ok().as_deref(), Some(id), "{text}");
        }
    });
}

#[test]
fn here_and_latest_know_where_the_user_stands() {
    alone(|| {
        let repo = Repo::new();
        let store = filled(&repo);
        let here = Context::default().here(B.parse::<git_ao::model::SessionId>().unwrap());
        assert_eq!(resolve_in(&store, "@", &here).unwrap(), B);
        assert_eq!(resolve_in(&store, "latest", &here).unwrap(), A);
        let nowhere = resolve(&store, "@").unwrap_err();
        assert!(matches!(nowhere, StoreError::Resolve(ResolveError::NotInSession)));
        let elsewhere = Context::default().project(project("other"));
        let none = resolve_in(&store, "latest", &elsewhere).unwrap_err();
        assert_eq!(none.to_string(), "no sessions in 'refs/ao/sessions' yet");
    });
}

#[test]
fn nothing_and_too_many_say_so() {
    alone(|| {
        let repo = Repo::new();
        let store = filled(&repo);
        for (text, message) in [
            (
                "7b6d3",
                "no session matches '7b6d3' (searched ids and branches in 'refs/ao/sessions')",
            ),
            ("", "no session matches '' (searched branches in 'refs/ao/sessions')"),
            ("7b6", "no session matches '7b6' (searched branches in 'refs/ao/sessions')"),
            (
                "#99",
                "no session matches '#99' (searched issues and pull requests in 'refs/ao/sessions')",
            ),
            (
                "../../etc/passwd",
                "no session matches '../../etc/passwd' (searched branches in 'refs/ao/sessions')",
            ),
            (
                "other/7b6d1",
                "no session matches 'other/7b6d1' (searched ids and branches in 'refs/ao/sessions')",
            ),
            ("7b6d", "'7b6d' is ambiguous: 2 matches"),
        ] {
            assert_eq!(chain(&resolve(&store, text).unwrap_err()), message);
        }
        let error = resolve(&store, "7b6d").unwrap_err();
        let StoreError::Resolve(ResolveError::Ambiguous { candidates, .. }) = error else {
            panic!("{error:?}")
        };
        let candidates: Vec<_> = candidates.iter().map(|(key, t)| format!("{key} {t}")).collect();
        assert_eq!(candidates, [format!("{A} Session number 0"), format!("{B} Session number 1")]);
    });
}

#[test]
fn a_branch_decides_where_a_prefix_does_not() {
    alone(|| {
        let repo = Repo::new();
        let store = filled(&repo);
        let id: SessionId = B.parse().unwrap();
        store.update(id, "set", |s| s.branch = Some("7b6d".to_owned())).unwrap();
        assert_eq!(resolve(&store, "7b6d").unwrap(), B);
        // A session that is named beats a branch that looks like it.
        store.update(id, "set", |s| s.branch = Some("7b6d11f9".to_owned())).unwrap();
        assert_eq!(resolve(&store, "7b6d11f9").unwrap(), A);
        store.update(id, "set", |s| s.branch = Some("c0ffee01".to_owned())).unwrap();
        assert_eq!(resolve(&store, "c0ffee01").unwrap(), B);
    });
}

#[test]
fn one_id_in_two_projects_is_told_apart_by_the_project() {
    alone(|| {
        let repo = Repo::new();
        let store = store(&repo);
        store.create(&session(1, "One")).unwrap();
        let record = repo.git(["show", &format!("refs/ao/sessions:{}", path(1))]);
        let elsewhere = path(1).replace("/demo/", "/other/");
        plant(&repo, &[("100644", &elsewhere, record.replace("_id: demo", "_id: other"))]);
        let id = crate::support::sessions::id(1);
        let snapshot = store.snapshot().unwrap();
        let ours = snapshot.resolve(&Handle::parse(&id.to_string()), &Context::default()).unwrap();
        assert_eq!(ours.location.project, project("demo"), "as the repository");
        assert_eq!(snapshot.namesakes(&ours.location).unwrap().len(), 1);
        repo.config("ao.project", "third");
        let store = crate::support::sessions::store(&repo);
        let error = resolve(&store, &id.to_string()).unwrap_err();
        assert_eq!(error.to_string(), format!("'{id}' is ambiguous: 2 matches"));
        for name in ["demo", "other"] {
            let handle = Handle::parse(&format!("{name}/{id}"));
            let found = store.snapshot().unwrap().resolve(&handle, &Context::default()).unwrap();
            assert_eq!(found.location.project, project(name));
            let here = Context::default().project(project(name));
            let found = store.snapshot().unwrap().resolve(&Handle::parse(&id.to_string()), &here);
            assert_eq!(found.unwrap().location.project, project(name));
        }
    });
}

#[test]
fn a_corrupt_record_has_a_handle_too() {
    alone(|| {
        let repo = Repo::new();
        let store = store(&repo);
        store.create(&session(1, "One")).unwrap();
        plant(&repo, &[("100644", &path(2), "{")]);
        let id = crate::support::sessions::id(2);
        assert_eq!(resolve(&store, &id.to_string()).unwrap(), id.to_string());
        assert_eq!(resolve(&store, &id.short()).unwrap(), id.to_string());
        assert_eq!(resolve(&store, "latest").unwrap(), session(1, "").id.to_string());
    });
}
