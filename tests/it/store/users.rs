//! Several users in one process: each has the environment that its repository was found with.

use std::fs;
use std::path::Path;
use std::sync::{Arc, Barrier};
use std::thread;

use git_ao::git::{Environment, Repository, RepositoryError};
use git_ao::model::Timestamp;
use git_ao::store::{SESSIONS_REF, Store};

use crate::support::sessions::session;
use crate::support::{Repo, TestEnv};

/// How many changes each of two users makes at the same time.
const CHANGES: u64 = 12;

fn store(dir: &Path, environment: Environment) -> Store {
    Store::new(Repository::discover_with(dir, environment).unwrap())
}

/// An environment in which git finds a user's name in a configuration of its own.
fn user(repo: &Repo, name: &str) -> Environment {
    let home = repo.env().path(name);
    fs::create_dir(&home).unwrap();
    let text = format!(
        "[user]\n\tname = {name}\n\temail = {name}@example.com\n[ao]\n\tworktreeDir = ~/trees\n"
    );
    fs::write(home.join(".gitconfig"), text).unwrap();
    let names = ["GIT_AUTHOR", "GIT_COMMITTER"];
    let names = names.iter().flat_map(|role| [format!("{role}_NAME"), format!("{role}_EMAIL")]);
    let nameless = names.fold(repo.env().environment(), |env, name| env.without(name));
    nameless.without("GIT_CONFIG_GLOBAL").with("HOME", home)
}

#[test]
fn two_users_write_at_once_under_their_own_names() {
    let repo = Repo::new();
    let ann = user(&repo, "ann").with("TZ", "UTC-2");
    let bob = user(&repo, "bob").with("TZ", "UTC+3").with("GIT_AUTHOR_NAME", "Bob's bot");
    let start = Arc::new(Barrier::new(2));
    let work = |environment: Environment, first: u64| {
        let (store, start) = (store(repo.dir(), environment), start.clone());
        move || {
            start.wait();
            for n in first..first + CHANGES {
                store.create(&session(n, "x")).unwrap();
            }
        }
    };
    let threads = [work(ann, 1), work(bob, 1 + CHANGES)].map(thread::spawn);
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    let log =
        repo.git(["log", "--format=%an <%ae> %cn <%ce> %ad", "--date=format:%z", SESSIONS_REF]);
    for line in [
        "ann <ann@example.com> ann <ann@example.com> +0200",
        "Bob's bot <bob@example.com> bob <bob@example.com> -0300",
    ] {
        let count = log.lines().filter(|found| *found == line).count();
        assert_eq!(count, CHANGES as usize, "{line}\n{log}");
    }
}

#[test]
fn settings_and_paths_are_those_of_the_user() {
    let repo = Repo::new();
    let [ann, bob] = ["ann", "bob"].map(|name| (name, user(&repo, name)));
    for (name, environment) in [ann, bob] {
        let home = repo.env().path(name);
        let found = Repository::discover_with(repo.dir(), environment.clone()).unwrap();
        assert_eq!(found.config("user.name").as_deref(), Some(name));
        assert_eq!(found.config_path("ao.worktreeDir"), Some(home.join("trees")));
        let git = found.git("config").args(["user.email"]).run().unwrap();
        assert_eq!(git.text(), format!("{name}@example.com"));
        // In git's order: files, GIT_CONFIG_COUNT, `git -c`.
        let more = environment
            .with("GIT_CONFIG_COUNT", "2")
            .with("GIT_CONFIG_KEY_0", "ao.agent")
            .with("GIT_CONFIG_VALUE_0", "codex")
            .with("GIT_CONFIG_KEY_1", "user.name")
            .with("GIT_CONFIG_VALUE_1", "Counted");
        let found = Repository::discover_with(repo.dir(), more.clone()).unwrap();
        assert_eq!(found.config("user.name").as_deref(), Some("Counted"));
        assert_eq!(found.config("ao.agent").as_deref(), Some("codex"));
        let typed = more.with("GIT_CONFIG_PARAMETERS", "'user.name'='Typed'");
        let found = Repository::discover_with(repo.dir(), typed).unwrap();
        assert_eq!(found.config("user.name").as_deref(), Some("Typed"));
        assert_eq!(found.git("config").arg("user.name").run().unwrap().text(), "Typed");
    }
}

#[test]
fn files_that_are_included_count_as_for_git() {
    let repo = Repo::new();
    let environment = user(&repo, "ann");
    let home = repo.env().path("ann");
    for (file, name) in [("here", "Here"), ("branch", "Branch"), ("elsewhere", "Elsewhere")] {
        fs::write(home.join(file), format!("[ao \"x\"]\n\t{file} = {name}\n")).unwrap();
    }
    let top = repo.dir().display();
    let conditions = format!(
        "[includeIf \"gitdir:{top}/\"]\n\tpath = ~/here\n\
         [includeIf \"onbranch:main\"]\n\tpath = branch\n\
         [includeIf \"gitdir:/nowhere/\"]\n\tpath = elsewhere\n"
    );
    fs::write(home.join(".gitconfig"), conditions).unwrap();
    let found = Repository::discover_with(repo.dir(), environment).unwrap();
    for key in ["ao.x.here", "ao.x.branch", "ao.x.elsewhere"] {
        let git = found.git("config").arg(key).run().ok().map(|output| output.text());
        assert_eq!(found.config(key), git, "{key}");
    }
    assert_eq!(found.config("ao.x.here").as_deref(), Some("Here"));
    assert_eq!(found.config("ao.x.branch").as_deref(), Some("Branch"));
}

#[test]
fn variables_lead_to_the_repository_that_git_would_use() {
    let env = TestEnv::new();
    let repo = env.repo(crate::support::Combo::PLAIN);
    let inner = repo.dir().join("a/b");
    fs::create_dir_all(&inner).unwrap();
    let environment = || env.environment();
    let found = |dir: &Path, environment| {
        Repository::discover_with(dir, environment).map(|repo| repo.work_dir())
    };
    let top = repo.dir().canonicalize().unwrap();
    assert_eq!(found(&inner, environment()).unwrap(), Some(top.clone()));
    let ceiling = environment().with("GIT_CEILING_DIRECTORIES", repo.dir().join("a"));
    assert!(matches!(found(&inner, ceiling), Err(RepositoryError::NotFound(_))));
    // A relative GIT_DIR counts from where the user stands.
    let relative = environment().with("GIT_DIR", "../../.git");
    assert_eq!(found(&inner, relative.clone()).unwrap(), Some(top));
    let elsewhere = env.path("tree");
    fs::create_dir(&elsewhere).unwrap();
    let apart = relative.with("GIT_WORK_TREE", &elsewhere);
    assert_eq!(found(&inner, apart).unwrap(), Some(elsewhere));
    let nothing = environment().with("GIT_DIR", "");
    assert!(matches!(found(&inner, nothing), Err(RepositoryError::NotFound(_))));
}

#[test]
fn the_time_zone_is_that_of_the_environment() {
    let time = Timestamp::from_millis(1_767_225_600_000);
    let of = |name: &str| Environment::empty().with("TZ", name).local_offset(time);
    assert_eq!((of("UTC"), of("UTC-5"), of(":UTC+1")), (0, 18_000, -3600));
    let one = Environment::empty().with("TZ", "UTC-5");
    assert_eq!(one.local_offset(time), 18_000);
    assert_eq!(one.with("TZ", "UTC").local_offset(time), 0);
}
