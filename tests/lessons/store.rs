use std::collections::HashSet;
use std::fs;
use std::path::Path;

use git_ao::model::{Handle, Project, Session, SessionId, SessionStatus};
use git_ao::store::{Context, History, SESSIONS_REF, Shelf, Store, StoreError};

use crate::support::sessions::{count, id, increment, path, plant, session, store, store_in};
use crate::support::{Combo, Repo, TestEnv, alone, employ, for_each_repo, race, worker};

fn one(repo: &Repo) -> Store {
    let store = store(repo);
    store.create(&session(1, "One")).unwrap();
    store
}

fn resolve(store: &Store, text: &str) -> Result<SessionId, StoreError> {
    let snapshot = store.snapshot()?;
    Ok(snapshot.resolve(&Handle::parse(text), &Context::default())?.location.id)
}

#[test]
fn save_after_archive_is_rejected_not_resurrected() {
    alone(|| {
        for_each_repo(|repo| {
            let store = one(repo);
            store.archive(id(1)).unwrap();
            let save = |store: &Store| store.update(id(1), "set", increment);
            assert!(matches!(save(&store), Err(StoreError::Archived(_))));
            assert!(matches!(store.create(&session(1, "One")), Err(StoreError::Exists(_))));
            store.delete(id(1)).unwrap();
            assert!(matches!(save(&store), Err(StoreError::NotFound(_))));
            let snapshot = store.snapshot().unwrap();
            assert_eq!(snapshot.count(Shelf::Active).unwrap(), 0);
            assert_eq!(snapshot.count(Shelf::Archived).unwrap(), 0);
        });
    });
}

#[test]
fn lookup_by_id_does_not_scan() {
    alone(|| {
        let repo = Repo::new();
        let store = store(&repo);
        (0..9).for_each(|n| drop(store.create(&session(n, "One")).unwrap()));
        // With every other record gone from the disk, this one is still found.
        for n in 1..9 {
            let blob = repo.git(["rev-parse", &format!("{SESSIONS_REF}:{}", path(n))]);
            let (folder, file) = blob.trim().split_at(2);
            fs::remove_file(repo.common_dir().join("objects").join(folder).join(file)).unwrap();
            let shard = path(n).rsplit_once('/').unwrap().0.to_owned();
            let tree = repo.git(["rev-parse", &format!("{SESSIONS_REF}:{shard}")]);
            let (folder, file) = tree.trim().split_at(2);
            fs::remove_file(repo.common_dir().join("objects").join(folder).join(file)).unwrap();
        }
        assert_eq!(store.snapshot().unwrap().session(id(0)).unwrap().title, "One");
        assert_eq!(resolve(&store, &id(0).short()).unwrap(), id(0));
        store.update(id(0), "set", increment).unwrap();
    });
}

#[test]
fn corrupt_record_is_listed_as_corrupt() {
    alone(|| {
        let repo = Repo::new();
        let store = one(&repo);
        plant(&repo, &[("100644", &path(2), "}")]);
        let listed = store.snapshot().unwrap().list(Shelf::Active).unwrap();
        let told: Vec<_> = listed.iter().map(|l| (l.location.id, l.session.is_ok())).collect();
        assert_eq!(told, [(id(1), true), (id(2), false)]);
    });
}

#[test]
fn three_views_agree_on_corruption() {
    alone(|| {
        let repo = Repo::new();
        let store = one(&repo);
        plant(&repo, &[("100644", &path(2), "}")]);
        let snapshot = store.snapshot().unwrap();
        assert_eq!(snapshot.list(Shelf::Active).unwrap().len(), 2);
        assert_eq!(snapshot.listing(Shelf::Active).sessions.len(), 2);
        assert_eq!(snapshot.entries(Shelf::Active).unwrap().len(), 2);
        assert_eq!(snapshot.count(Shelf::Active).unwrap(), 2);
        assert_eq!(resolve(&store, "latest").unwrap(), id(1));
    });
}

#[test]
fn rejects_ids_that_are_not_ref_safe() {
    let long = "x".repeat(300);
    for bad in ["..", ".", "/", "a/b", "a\0b", "-x", "x.lock", "", &long, "größe", "修复", "a\nb"]
    {
        assert!(bad.parse::<SessionId>().is_err(), "{bad:?}");
        assert!(bad.parse::<Project>().is_err(), "{bad:?}");
    }
}

#[test]
fn exact_id_wins_over_prefix() {
    alone(|| {
        let repo = Repo::new();
        let store = one(&repo);
        // Another session's branch is this one's id.
        store.create(&session(2, "Two")).unwrap();
        store.update(id(2), "set", |s| s.branch = Some(id(1).to_string())).unwrap();
        assert_eq!(resolve(&store, &id(1).to_string()).unwrap(), id(1));
    });
}

#[test]
fn project_qualified_lookup() {
    alone(|| {
        let repo = Repo::new();
        // Neither is this repository's own.
        repo.config("ao.project", "third");
        let store = one(&repo);
        let record = repo.git(["show", &format!("{SESSIONS_REF}:{}", path(1))]);
        let other = record.replace("project_id: demo", "project_id: other");
        plant(&repo, &[("100644", &path(1).replace("/demo/", "/other/"), other)]);
        assert!(matches!(store.update(id(1), "set", increment), Err(StoreError::InTwoProjects(_))));
        let snapshot = store.snapshot().unwrap();
        let context = Context::default();
        let handle = Handle::parse(&format!("other/{}", id(1)));
        let entry = snapshot.resolve(&handle, &context).unwrap();
        store.update(git_ao::store::Key::from(&entry.location), "set", increment).unwrap();
        let counts: Vec<_> = store.snapshot().unwrap().list(Shelf::Active).unwrap();
        let counts = counts
            .iter()
            .map(|l| (l.location.project.as_str(), count(l.session.as_ref().unwrap())));
        assert_eq!(counts.collect::<HashSet<_>>(), HashSet::from([("demo", 0), ("other", 1)]));
    });
}

#[test]
fn rearchive_keeps_both_in_history() {
    alone(|| {
        let repo = Repo::new();
        let store = one(&repo);
        let first = store.archive(id(1)).unwrap().unwrap();
        store.unarchive(id(1)).unwrap();
        store.update(id(1), "set", |s| s.title = "Changed".into()).unwrap();
        store.archive(id(1)).unwrap();
        let place = path(1).replace("sessions/", "archive/");
        let title =
            |at: &str| repo.git(["show", &format!("{at}:{place}")]).contains("title: One\n");
        assert!(title(first.as_str()) && !title(SESSIONS_REF));
        let snapshot = store.snapshot().unwrap();
        let history = History::default().session(id(1));
        let ops: Vec<_> = snapshot.events(history).map(|e| e.unwrap().message.op).collect();
        assert_eq!(ops.iter().filter(|op| *op == "archive").count(), 2);
    });
}

#[test]
fn archive_reports_when_nothing_was_archived() {
    alone(|| {
        let repo = Repo::new();
        let store = one(&repo);
        assert!(matches!(store.archive(id(2)), Err(StoreError::NotFound(_))));
        assert!(store.archive(id(1)).unwrap().is_some());
        assert!(store.archive(id(1)).unwrap().is_none());
    });
}

#[test]
fn worker_deletes() {
    worker(|_| drop(store_in(Path::new(".")).delete(id(1)).unwrap()));
}

#[test]
fn concurrent_delete_is_idempotent() {
    alone(|| {
        let repo = Repo::new();
        let store = one(&repo);
        let ends = race(8, |_| employ(repo.env(), repo.dir(), worker_deletes, &[]));
        ends.into_iter().for_each(|end| drop(end.ok()));
        assert_eq!(repo.git(["rev-list", "--count", SESSIONS_REF]).trim(), "2");
        assert!(!store.snapshot().unwrap().contains(id(1)).unwrap());
    });
}

/// A21
#[test]
fn cost_totals_derive_from_history() {
    const STEPS: u64 = 40;
    alone(|| {
        let repo = Repo::new();
        one(&repo);
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    let store = store_in(repo.dir());
                    for step in 1..=STEPS {
                        let spend = |session: &mut Session| {
                            let cost = session.cost.get_or_insert_default();
                            cost.input_tokens += step;
                            cost.cost_usd = Some(cost.cost_usd.unwrap_or_default() + 0.25);
                        };
                        store.update(id(1), "cost", spend).unwrap();
                    }
                });
            }
        });
        let total = STEPS * (STEPS + 1);
        let store = store(&repo);
        let cost = |commit: &str| {
            let yaml = repo.git(["show", &format!("{commit}:{}", path(1))]);
            let line = yaml.lines().find_map(|line| line.trim().strip_prefix("input_tokens: "));
            line.map_or(0, |number| number.parse::<u64>().unwrap())
        };
        let session = store.snapshot().unwrap().session(id(1)).unwrap();
        let spent = session.cost.unwrap();
        assert_eq!((spent.input_tokens, spent.cost_usd), (total, Some(STEPS as f64 / 2.0)));
        // Each step is an event of its own: what was spent when can be told from history alone.
        let commits = repo.git(["rev-list", "--reverse", SESSIONS_REF]);
        let course: Vec<u64> = commits.lines().map(cost).collect();
        assert_eq!(course.len() as u64, 1 + 2 * STEPS);
        let mut steps: Vec<u64> = course.windows(2).map(|two| two[1] - two[0]).collect();
        steps.sort_unstable();
        assert!(steps.chunks(2).zip(1..).all(|(two, step)| two == [step, step]), "{steps:?}");

        // A record that cannot be read is not begun afresh.
        plant(&repo, &[("100644", &path(1), "cost: {input_tokens: ")]);
        let spend = |session: &mut Session| session.cost.get_or_insert_default().input_tokens += 1;
        assert!(matches!(store.update(id(1), "cost", spend), Err(StoreError::Corrupt { .. })));
        assert_eq!(
            repo.git(["show", &format!("{SESSIONS_REF}:{}", path(1))]),
            "cost: {input_tokens: "
        );
    });
}

#[test]
fn ties_sort_by_id() {
    alone(|| {
        let repo = Repo::new();
        let store = store(&repo);
        let mut ids: Vec<_> = (0..20).map(id).collect();
        for n in 0..20 {
            let mut same = session(n, "Tie");
            let first = session(0, "");
            (same.created_at, same.updated_at) = (first.created_at, first.updated_at);
            store.create(&same).unwrap();
        }
        ids.sort();
        let listed = store.snapshot().unwrap().list(Shelf::Active).unwrap();
        assert_eq!(listed.iter().map(|l| l.location.id).collect::<Vec<_>>(), ids);
        store.update(ids[7], "set", increment).unwrap();
        let listed = store.snapshot().unwrap().list(Shelf::Active).unwrap();
        assert_eq!(listed[0].location.id, ids[7], "the last updated comes first");
    });
}

#[test]
fn writes_of_others_are_seen_at_once() {
    alone(|| {
        for_each_repo(|repo| {
            let (mine, other) = (one(repo), store(repo));
            for n in 1..5 {
                other.update(id(1), "set", increment).unwrap();
                assert_eq!(count(&mine.snapshot().unwrap().session(id(1)).unwrap()), n);
            }
        });
    });
}

#[test]
fn deleted_elsewhere_is_gone_here() {
    alone(|| {
        for_each_repo(|repo| {
            let (mine, other) = (one(repo), store(repo));
            other.delete(id(1)).unwrap();
            assert!(!mine.snapshot().unwrap().contains(id(1)).unwrap());
            assert!(matches!(mine.update(id(1), "set", increment), Err(StoreError::NotFound(_))));
            assert_eq!(mine.snapshot().unwrap().count(Shelf::Active).unwrap(), 0);
        });
    });
}

#[test]
fn load_during_delete_is_none() {
    alone(|| {
        let repo = Repo::new();
        let store = one(&repo);
        let before = store.snapshot().unwrap();
        store.delete(id(1)).unwrap();
        assert_eq!(before.session(id(1)).unwrap().title, "One");
        assert!(store.snapshot().unwrap().find(id(1)).unwrap().is_none());
    });
}

#[test]
fn unknown_fields_survive_a_save() {
    alone(|| {
        let repo = Repo::new();
        let store = one(&repo);
        let record =
            format!("id: {}\nfuture: {{a: [1, !t x]}}\nplacements: {{l: {{new: 1}}}}\n", id(2));
        plant(&repo, &[("100644", &path(2), record)]);
        store.update(id(2), "set", |s| s.title = "Saved".into()).unwrap();
        let saved = repo.git(["show", &format!("{SESSIONS_REF}:{}", path(2))]);
        for line in ["title: Saved\n", "    new: 1\n", "future:\n  a:\n  - 1\n  - !t x\n"] {
            assert!(saved.contains(line), "{line:?} in {saved}");
        }
    });
}

#[test]
fn store_survives_ref_or_dir_removal() {
    alone(|| {
        let repo = Repo::new();
        let store = one(&repo);
        for gone in ["ao", "refs/ao", "logs/refs/ao"] {
            fs::remove_dir_all(repo.common_dir().join(gone)).unwrap();
            store.create(&session(2, "Two")).unwrap();
            store.delete(id(2)).unwrap();
        }
        repo.git(["update-ref", "-d", SESSIONS_REF]);
        assert_eq!(store.snapshot().unwrap().count(Shelf::Active).unwrap(), 0);
        store.create(&session(1, "Again")).unwrap();
    });
}

#[test]
fn every_printed_id_is_accepted() {
    alone(|| {
        let repo = Repo::new();
        let store = store(&repo);
        (0..30).for_each(|n| drop(store.create(&session(n, "One")).unwrap()));
        for listed in store.snapshot().unwrap().list(Shelf::Active).unwrap() {
            let id = listed.location.id;
            let forms = [id.to_string(), id.short(), format!("session:{id}"), format!("demo/{id}")];
            for form in forms {
                assert_eq!(resolve(&store, &form).unwrap(), id, "{form}");
            }
        }
    });
}

#[test]
fn short_ids_never_panic() {
    alone(|| {
        let repo = Repo::new();
        let store = one(&repo);
        let full = id(1).to_string();
        for text in (0..=full.len()).map(|end| &full[..end]).chain(["ü", "🦀🦀", "-", "--", "{"])
        {
            let found = resolve(&store, text);
            assert_eq!(found.is_ok(), text.starts_with(&full[..4]), "{text}");
        }
    });
}

#[test]
fn illegal_transitions_rejected() {
    alone(|| {
        let repo = Repo::new();
        let store = one(&repo);
        let to = |status: &SessionStatus| {
            let end: Result<_, StoreError> =
                store.transaction("status", |tx| tx.change_status(id(1), status, None));
            end.map(|committed| committed.event)
        };
        assert!(to(&SessionStatus::Killed).unwrap().is_some());
        let tip = store.tip().unwrap();
        assert!(to(&SessionStatus::Killed).unwrap().is_none(), "staying is no change");
        for status in SessionStatus::ALL.iter().filter(|status| !status.is_terminal()) {
            let refused = to(status).unwrap_err();
            assert!(matches!(refused, StoreError::Transition { .. }), "{refused}");
        }
        assert_eq!(store.tip().unwrap(), tip);
        // How it ended may be corrected, but what was merged stays merged.
        assert!(to(&SessionStatus::Merged).unwrap().is_some());
        for status in SessionStatus::ALL.iter().filter(|status| **status != SessionStatus::Merged) {
            assert!(matches!(to(status).unwrap_err(), StoreError::Transition { .. }));
        }
    });
}

#[test]
fn worker_draws_ids() {
    worker(|_| (0..100).for_each(|_| println!("\nid {}", SessionId::random())));
}

#[test]
fn ids_unique_across_processes() {
    alone(|| {
        let env = TestEnv::new();
        let ends = race(8, |_| employ(&env, &env.root(), worker_draws_ids, &[]));
        let ids: Vec<_> = ends.iter().flat_map(|end| end.lines()).collect();
        let ids: Vec<_> = ids.iter().filter_map(|line| line.strip_prefix("id ")).collect();
        assert_eq!((ids.len(), ids.iter().collect::<HashSet<_>>().len()), (800, 800));
    });
}

#[test]
fn one_session_one_entry() {
    alone(|| {
        let repo = Repo::new();
        let store = one(&repo);
        (0..10).for_each(|_| drop(store.update(id(1), "set", increment).unwrap()));
        store.archive(id(1)).unwrap();
        store.unarchive(id(1)).unwrap();
        assert_eq!(
            repo.git(["ls-tree", "-r", "--name-only", SESSIONS_REF]),
            format!("{}\nversion\n", path(1))
        );
    });
}

#[test]
fn reference_is_id_alias_or_ref_only() {
    alone(|| {
        let repo = Repo::new();
        let store = one(&repo);
        let file = repo.write("record.yaml", "id: x\n");
        for text in [
            "/etc/passwd",
            ".",
            "..",
            "../../x",
            file.to_str().unwrap(),
            "record.yaml",
            "HEAD",
            "main",
        ] {
            assert!(matches!(resolve(&store, text), Err(StoreError::Resolve(_))), "{text}");
        }
    });
}

#[test]
fn history_survives_worktree_removal() {
    alone(|| {
        let repo = TestEnv::new().repo(Combo::LINKED);
        one(&repo).update(id(1), "set", increment).unwrap();
        let main = repo.within(repo.env().path("demo"));
        main.git(["worktree", "remove", "--force", repo.dir().to_str().unwrap()]);
        let store = store(&main);
        let snapshot = store.snapshot().unwrap();
        assert_eq!(count(&snapshot.session(id(1)).unwrap()), 1);
        assert_eq!(snapshot.events(History::default()).count(), 2);
    });
}

#[test]
fn latest_skips_self() {
    alone(|| {
        let repo = Repo::new();
        let store = one(&repo);
        store.create(&session(2, "Two")).unwrap();
        let here = Context::default().here(id(2));
        let found = store.snapshot().unwrap().resolve(&Handle::parse("latest"), &here).unwrap();
        assert_eq!(found.location.id, id(1));
    });
}

#[test]
fn updated_at_survives_reload() {
    alone(|| {
        let repo = Repo::new();
        one(&repo).update(id(1), "set", increment).unwrap();
        let read = || store(&repo).snapshot().unwrap().session(id(1)).unwrap().updated_at;
        assert!(read() > session(1, "").updated_at);
        assert_eq!(read(), read());
    });
}

#[test]
fn error_names_the_ref_searched() {
    alone(|| {
        let repo = Repo::new();
        let other = store(&repo).at_ref("refs/ao/remotes/origin/sessions");
        let error = resolve(&other, "nobody").unwrap_err().to_string();
        assert_eq!(
            error,
            "no session matches 'nobody' (searched branches in 'refs/ao/remotes/origin/sessions')"
        );
        assert!(resolve(&other, "latest").unwrap_err().to_string().contains(other.ref_name()));
    });
}
