//! Store: one for all worktrees, references, versions, forks.

use git_ao::model::Handle;
use git_ao::store::{Context, Shelf, StoreError};

use crate::sessions::{ids, spawn};
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
        assert_eq!(resolve("latest"), Err("no sessions in 'refs/ao/sessions' yet".into()));
        store.create(&session(1, "One")).unwrap();
        for word in ["latest", "last", "recent", "Latest", "RECENT"] {
            assert_eq!(resolve(word), Ok(id(1)));
        }
        assert_eq!(resolve(&id(1).to_string()), Ok(id(1)));
        // The archive counts where nothing else is left.
        store.create(&session(2, "Two")).unwrap();
        store.archive(id(2)).unwrap();
        assert_eq!(resolve("latest"), Ok(id(1)));
        store.archive(id(1)).unwrap();
        assert_eq!(resolve("latest"), Ok(id(2)));
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

#[test]
fn here_narrows_to_one_worktree() {
    let repo = Repo::new();
    let (one, there) = spawn(&repo, "one");
    let (two, elsewhere) = spawn(&repo, "two");
    for verb in ["list", "status"] {
        let here = [verb, "--here", "--json"];
        assert_eq!(ids(&there, &here), *std::slice::from_ref(&one));
        assert_eq!(ids(&elsewhere, &here), *std::slice::from_ref(&two));
        assert_eq!(ids(&repo, &here), [""; 0]);
        assert_eq!(ids(&there, &[verb, "--json"]).len(), 2);
    }
    there.write("folder/file", "");
    assert_eq!(ids(&there.within("folder"), &["status", "--here", "--json"]), [one]);
}

#[test]
fn a_fork_names_its_parent_and_stays_in_the_store() {
    let repo = Repo::new();
    let (parent, there) = spawn(&repo, "one");
    there.commit("work", "done");
    let fork = |args: &[&str]| {
        let made = there.ao(["fork", "--no-agent", "--json"].iter().chain(args)).ok().json();
        made["session"].clone()
    };
    let named = fork(&["--branch", "mine", &parent]);
    let blank = fork(&["--branch", " ", &parent]);
    assert_eq!(named["branch"], "mine");
    let id = blank["id"].as_str().unwrap();
    assert!(blank["branch"].as_str().unwrap().starts_with(&format!("ao/{}", &id[..8])));
    for made in [&named, &blank] {
        assert_eq!(made["fork"]["session"], *parent);
        assert_eq!(made["project_id"], "demo");
        assert_eq!(made["base"]["commit"], there.git(["rev-parse", "HEAD"]).trim());
    }
    // Newest first, each with its parent and branch.
    let all = repo.ao(["list", "--json"]).ok().json();
    let row = |n: usize| (all["sessions"][n]["id"].clone(), all["sessions"][n]["branch"].clone());
    assert_eq!(row(0), (blank["id"].clone(), blank["branch"].clone()));
    assert_eq!(row(1), (named["id"].clone(), "mine".into()));
    assert_eq!(all["sessions"][2]["id"], *parent);
    assert_eq!(ids(&repo, &["list", "--json", "--parent", &parent]).len(), 2);
}
