//! Store: round trips, the archive, prefixes, issues, remaps. Restoring is in `ao_core_restore`.

use git_ao::model::{Handle, SessionStatus};
use git_ao::store::{Context, ResolveError, Shelf, StoreError};

use crate::sessions::{ids, spawn};
use crate::support::sessions::{id, plant, project, session, store};
use crate::support::{Repo, alone, for_each_repo, tree_of};

#[test]
fn save_and_list_round_trip_in_two_projects() {
    alone(|| {
        for_each_repo(|repo| {
            let store = store(repo);
            let mut saved: Vec<_> = (1..4).map(|n| session(n, &format!("Session {n}"))).collect();
            saved[2].project_id = project("other");
            saved.iter().for_each(|s| drop(store.create(s).unwrap()));
            saved.reverse();
            let snapshot = store.snapshot().unwrap();
            let listed = snapshot.list(Shelf::Active).unwrap();
            let sessions: Vec<_> = listed.into_iter().map(|l| l.session.unwrap()).collect();
            assert_eq!(sessions, saved, "newest first");
            assert_eq!(
                snapshot.projects(Shelf::Active).unwrap(),
                [project("demo"), project("other")]
            );
        });
    });
}

#[test]
fn a_store_that_does_not_exist_yet_is_empty() {
    alone(|| {
        for_each_repo(|repo| {
            let before = tree_of(repo.common_dir());
            let store = store(repo);
            assert_eq!(store.tip().unwrap(), None);
            for shelf in [Shelf::Active, Shelf::Archived] {
                assert!(store.snapshot().unwrap().list(shelf).unwrap().is_empty());
            }
            before.assert_same(&tree_of(repo.common_dir()));
        });
    });
}

#[test]
fn deleting_what_is_gone_is_no_error() {
    alone(|| {
        let repo = Repo::new();
        let store = store(&repo);
        store.create(&session(1, "One")).unwrap();
        assert!(store.delete(id(1)).unwrap().is_some());
        assert!(store.delete(id(1)).unwrap().is_none());
    });
}

#[test]
fn ambiguous_prefixes_name_three_candidates() {
    alone(|| {
        let repo = Repo::new();
        let store = store(&repo);
        for n in 1..4_u8 {
            let mut twin = session(n.into(), &format!("Twin {n}"));
            twin.id = format!("abcd000{n}-0000-4000-8000-000000000000").parse().unwrap();
            store.create(&twin).unwrap();
        }
        let snapshot = store.snapshot().unwrap();
        let resolve = |text| snapshot.resolve(&Handle::parse(text), &Context::default());
        assert_eq!(resolve("abcd0002").unwrap().location.id.short(), "abcd0002");
        for unknown in ["abce", ""] {
            let error = resolve(unknown).unwrap_err();
            assert!(matches!(error, StoreError::Resolve(ResolveError::Nothing { .. })), "{error}");
        }
        let error = resolve("abcd").unwrap_err();
        assert_eq!(error.to_string(), "'abcd' is ambiguous: 3 matches");
        let StoreError::Resolve(ResolveError::Ambiguous { candidates, .. }) = error else {
            panic!()
        };
        let titles: Vec<_> = candidates.iter().map(|(_, title)| title.as_str()).collect();
        assert_eq!(titles, ["Twin 1", "Twin 2", "Twin 3"]);
    });
}

#[test]
fn archive_moves_between_the_lists() {
    alone(|| {
        for_each_repo(|repo| {
            let store = store(repo);
            store.create(&session(1, "One")).unwrap();
            assert!(store.snapshot().unwrap().projects(Shelf::Archived).unwrap().is_empty());
            store.archive(id(1)).unwrap();
            let count = |shelf| store.snapshot().unwrap().count(shelf).unwrap();
            assert_eq!((count(Shelf::Active), count(Shelf::Archived)), (0, 1));
            assert_eq!(store.archive(id(1)).unwrap(), None);
        });
    });
}

#[test]
fn one_corrupt_record_does_not_break_the_list() {
    alone(|| {
        let repo = Repo::new();
        let store = store(&repo);
        (1..5).for_each(|n| drop(store.create(&session(n, "Good")).unwrap()));
        plant(&repo, &[("100644", &crate::support::sessions::path(9), "][")]);
        let listed = store.snapshot().unwrap().list(Shelf::Active).unwrap();
        assert_eq!(
            listed.iter().map(|l| l.session.is_ok()).collect::<Vec<_>>(),
            [true, true, true, true, false]
        );
    });
}

#[test]
fn the_status_table() {
    assert!(SessionStatus::Merged.is_terminal() && !SessionStatus::Merged.is_restorable());
    assert!(!SessionStatus::MergeFailed.is_terminal());
    assert!(SessionStatus::Killed.is_restorable());
    assert!(SessionStatus::ALL.iter().all(|s| !s.as_str().contains(char::is_uppercase)));
}

#[test]
fn an_issue_is_found_among_active_sessions() {
    let repo = Repo::new();
    let by_issue = |issue: &str| ids(&repo, &["list", "--json", "--issue", issue]);
    let id = repo.ao(["spawn", "--no-agent", "--json", "--issue", "42", "x"]).ok().json();
    let id = id["session"]["id"].as_str().unwrap().to_owned();
    assert_eq!(by_issue("42"), [id.as_str()]);
    assert_eq!(by_issue("4"), [""; 0], "no other issue's");
    repo.ao(["show", "issue:42"]).ok().stdout_has(&id);
    repo.ao(["spawn", "--no-agent", "--issue", "42", "y"]).code(1).stderr_has("already works on");
    repo.ao(["archive", &id]).ok();
    assert_eq!(by_issue("42"), [""; 0]);
    repo.ao(["spawn", "--no-agent", "--issue", "42", "y"]).ok();
}

#[test]
fn a_worktree_that_moved_is_remapped_and_the_rest_is_not() {
    let repo = Repo::new();
    let (id, there) = spawn(&repo, "x");
    let placement = || {
        let shown = repo.ao(["show", "--json", &id]).ok().json();
        let placements = shown["session"]["placements"].as_object().unwrap().clone();
        placements.into_iter().next().unwrap().1
    };
    let before = placement();
    let events = || repo.git(["rev-list", "--count", "refs/ao/sessions"]);
    let count = events();
    repo.ao(["reconcile"]).ok();
    assert_eq!((placement(), events()), (before.clone(), count), "nothing to remap");
    let moved = repo.env().path("moved");
    let from = there.dir().to_str().unwrap();
    repo.git(["worktree", "move", from, moved.to_str().unwrap()]);
    repo.ao(["reconcile"]).ok();
    let after = placement();
    assert!(after["workspace"].as_str().unwrap().ends_with("moved"), "{after}");
    assert_eq!(after["runtime"], before["runtime"]);
    assert_eq!(after["handle"], before["handle"]);
}
