//! What is refused: repositories that git would refuse, stores that are not understood.

use std::path::Path;

use git_ao::git::{Repository, RepositoryError};
use git_ao::store::{SESSIONS_REF, Store, StoreError};

use crate::support::sessions::{chain, count, id, increment, path, plant, session, store};
use crate::support::{
    Combo, Kind, Repo, TestEnv, alone, employ, for_each_format, skipped, tree_of, worker,
};

fn refusal(dir: &Path) -> String {
    match Store::discover(dir) {
        Err(error) => chain(&error),
        Ok(store) => panic!("'{}' is used: {store:?}", dir.display()),
    }
}

#[test]
fn a_newer_store_is_refused_and_left_alone() {
    alone(|| {
        for_each_format(|repo| {
            plant(repo, &[("100644", "version", "2\n"), ("100644", &path(1), "unknown")]);
            let store = store(repo);
            let before = tree_of(repo.common_dir().join("objects"));
            let said = "the store has format version 2; this git ao supports 1";
            assert_eq!(store.snapshot().unwrap_err().to_string(), said);
            assert_eq!(store.create(&session(2, "Two")).unwrap_err().to_string(), said);
            assert_eq!(store.archive(id(1)).unwrap_err().to_string(), said);
            before.assert_same(&tree_of(repo.common_dir().join("objects")));
            assert_eq!(repo.git(["rev-list", "--count", SESSIONS_REF]).trim(), "1");
        });
    });
}

#[test]
fn what_is_no_store_is_refused_and_left_alone() {
    alone(|| {
        let repo = Repo::new();
        let store = store(&repo);
        for (file, content, why) in [
            ("README", "hello", "its tree has no 'version'"),
            ("version", "one", "its 'version' is not a number"),
            ("version", "", "its 'version' is not a number"),
        ] {
            plant(&repo, &[("100644", file, content)]);
            let tip = store.tip().unwrap();
            let said = format!("'{SESSIONS_REF}' is not a session store: {why}");
            assert_eq!(store.snapshot().unwrap_err().to_string(), said);
            assert_eq!(store.create(&session(1, "One")).unwrap_err().to_string(), said);
            assert_eq!(store.tip().unwrap(), tip);
        }
        let blob = repo.git(["rev-parse", "HEAD:README"]);
        repo.git(["update-ref", SESSIONS_REF, blob.trim()]);
        let error = store.create(&session(1, "One")).unwrap_err().to_string();
        assert_eq!(error, format!("object {} is not a commit", blob.trim()));
        repo.git(["update-ref", "-d", SESSIONS_REF]);
        store.create(&session(1, "One")).unwrap();
    });
}

#[test]
fn a_symbolic_ref_is_not_followed() {
    alone(|| {
        let repo = Repo::new();
        repo.git(["symbolic-ref", SESSIONS_REF, "refs/heads/main"]);
        let main = repo.git(["rev-parse", "main"]);
        let error = store(&repo).create(&session(1, "One")).unwrap_err();
        assert_eq!(
            chain(&error),
            format!("cannot read ref '{SESSIONS_REF}': it is a symbolic ref")
        );
        assert_eq!(repo.git(["rev-parse", "main"]), main);
    });
}

#[test]
fn no_repository_is_said_in_gits_words() {
    alone(|| {
        let env = TestEnv::new();
        let said = refusal(&env.root());
        assert!(said.starts_with("not a git repository"), "{said}");
        let said = refusal(&env.path("nowhere"));
        assert!(said.contains("nowhere"), "{said}");
    });
}

#[test]
fn a_strangers_repository_is_refused() {
    alone(|| {
        let repo = Repo::new();
        let chown = repo.env().run(&repo.env().root(), "chown", ["-R", "65534", "demo"]).run();
        if chown.status != 0 {
            return skipped("only root can give a repository away");
        }
        assert!(matches!(Store::discover(repo.dir()), Err(RepositoryError::Unsafe(_))));
        let said = refusal(repo.dir());
        assert!(said.starts_with("detected dubious ownership in repository"), "{said}");
        // The user may trust it, and then it is used as git uses it.
        let config = repo.env().path("gitconfig");
        std::fs::write(&config, format!("[safe]\ndirectory = {}\n", repo.dir().display())).unwrap();
        let trusting = employ(repo.env(), repo.dir(), worker_creates_one, &[]);
        trusting.clone().env("GIT_CONFIG_GLOBAL", &config).run().ok();
        trusting.run().code(101).stderr_has("dubious ownership");
        let place = format!("safe.directory={}", repo.dir().display());
        repo.env().git(repo.dir(), ["-c", &place, "log", "-1", "--format=%s"]).run().ok();
        let ao = trusting.clone().env("GIT_CONFIG_PARAMETERS", format!("'{place}'"));
        ao.run().code(101).stderr_lacks("dubious ownership").stderr_has("Exists(");
    });
}

#[test]
fn worker_creates_one() {
    worker(|_| {
        drop(crate::support::sessions::store_in(Path::new(".")).create(&session(1, "One")).unwrap())
    });
}

#[test]
fn what_git_does_not_know_is_refused() {
    alone(|| {
        let repo = Repo::new();
        repo.config("core.repositoryFormatVersion", "1");
        repo.config("extensions.noSuchThing", "true");
        let said = refusal(repo.dir());
        assert!(said.contains("nosuchthing"), "{said}");
        repo.git_result(["status"]).code(128).stderr_has("nosuchthing");
        let config = |text: &str| std::fs::write(repo.dir().join(".git/config"), text).unwrap();
        config("[core]\nrepositoryformatversion = 7\n");
        let said = refusal(repo.dir());
        assert!(said.contains('7'), "{said}");
        // The first format: git passes over what it does not know, and refuses what is of the second.
        config("[core]\nrepositoryformatversion = 0\n[extensions]\nnoSuchThing = true\n");
        assert!(Store::discover(repo.dir()).is_ok());
        config("[core]\nrepositoryformatversion = 0\n[extensions]\nrefStorage = reftable\n");
        repo.git_result(["status"]).code(128);
        let said = refusal(repo.dir());
        assert!(said.contains("version is 0") && said.contains("refstorage"), "{said}");
    });
}

#[test]
fn bare_repositories_can_be_switched_off() {
    alone(|| {
        let repo = TestEnv::new().repo(Combo { kind: Kind::Bare, ..Combo::PLAIN });
        let config = repo.env().path("gitconfig");
        std::fs::write(&config, "[safe]\nbareRepository = explicit\n").unwrap();
        let run = employ(repo.env(), repo.dir(), worker_creates_one, &[]);
        let run = run.env("GIT_CONFIG_GLOBAL", &config);
        run.clone().run().code(101).stderr_has("cannot use bare repository");
        run.env("GIT_DIR", repo.dir()).run().ok();
        let explicit = repo.env().environment().with("GIT_CONFIG_GLOBAL", &config);
        let found = Repository::discover_with(repo.dir(), explicit);
        assert!(matches!(found, Err(RepositoryError::Unsafe(_))));
    });
}

#[test]
fn nothing_is_written_into_gits_quarantine() {
    alone(|| {
        let repo = Repo::new();
        let run = employ(repo.env(), repo.dir(), worker_creates_one, &[]);
        run.env("GIT_QUARANTINE_PATH", "x").run().code(101).stderr_has("Quarantined");
        assert_eq!(store(&repo).tip().unwrap(), None);
    });
}

#[test]
fn an_error_of_the_caller_leaves_everything_as_it_was() {
    alone(|| {
        for_each_format(|repo| {
            let store = store(repo);
            store.create(&session(1, "One")).unwrap();
            let tip = store.tip().unwrap();
            let stopped = store.transaction("set", |tx| {
                tx.update(id(1), |s| {
                    increment(s);
                    Ok::<_, StoreError>(())
                })?;
                tx.create(session(2, "Two"))?;
                tx.create(session(2, "Two again"))
            });
            assert!(matches!(stopped, Err(StoreError::Exists(two)) if two == id(2)));
            assert_eq!(store.tip().unwrap(), tip);
            assert_eq!(count(&store.snapshot().unwrap().session(id(1)).unwrap()), 0);
            let panic =
                std::panic::AssertUnwindSafe(|| store.update(id(1), "set", |_| panic!("x")));
            assert!(std::panic::catch_unwind(panic).is_err());
            store.update(id(1), "set", increment).unwrap();
        });
    });
}

#[test]
fn a_record_that_would_not_read_back_is_not_written() {
    alone(|| {
        let repo = Repo::new();
        let store = store(&repo);
        store.create(&session(1, "One")).unwrap();
        let tip = store.tip().unwrap();
        type Change = fn(&mut git_ao::model::Session);
        let bad: [(Change, &str); 4] = [
            (|s| s.task = Some("x".repeat(1 << 20)), "larger than 1024 KiB"),
            (|s| s.branch = Some("--force".to_owned()), "'branch': expected a branch name"),
            (|s| s.pr_url = Some("not a url".to_owned()), "'pr_url': expected a URL"),
            (|s| s.schema = 2, "schema 2 is newer"),
        ];
        for (change, why) in bad {
            let error = store.update_unchecked(id(1), "set", change).unwrap_err().to_string();
            assert!(error.contains("is not valid") && error.contains(why), "{error}");
        }
        assert_eq!(store.tip().unwrap(), tip);
    });
}

#[test]
fn errors_of_discovery_are_told_apart() {
    alone(|| {
        let error = Store::discover(&TestEnv::new().root()).unwrap_err();
        assert!(matches!(error, RepositoryError::NotFound(_)), "{error:?}");
    });
}
