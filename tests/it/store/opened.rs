//! Which repository an orchestrator opens, whatever started it.

use git_ao::git::{Environment, Repository, RepositoryError};
use git_ao::store::{Shelf, Store};

use crate::support::sessions::{id, increment, session};
use crate::support::{Combo, Repo, TestEnv};

/// The variables with which git starts a hook of `repo`, and some that a user may have set.
fn in_a_hook(repo: &Repo) -> Environment {
    let git_dir = repo.common_dir();
    let path = |name: &str| git_dir.join(name);
    repo.env()
        .environment()
        .with("GIT_DIR", &git_dir)
        .with("GIT_WORK_TREE", repo.dir())
        .with("GIT_COMMON_DIR", &git_dir)
        .with("GIT_OBJECT_DIRECTORY", path("objects"))
        .with("GIT_ALTERNATE_OBJECT_DIRECTORIES", path("objects"))
        .with("GIT_INDEX_FILE", path("index"))
        .with("GIT_PREFIX", "")
        .with("GIT_NAMESPACE", "other")
        .with("GIT_QUARANTINE_PATH", path("objects/incoming"))
        .with("GIT_CONFIG_PARAMETERS", "'ao.project'='hooked' 'core.worktree'='/nowhere'")
        .with("GIT_AUTHOR_NAME", "Somebody")
        .with("GIT_AUTHOR_EMAIL", "somebody@example.com")
        .with("GIT_AUTHOR_DATE", "@1577836800 +0000")
}

fn events(repo: &Repo) -> String {
    repo.git(["for-each-ref", "--format=%(objectname)", "refs/ao"])
}

#[test]
fn the_folder_decides_in_a_hook_of_another_repository() {
    let env = TestEnv::new();
    let hooked = env.repo(Combo::PLAIN);
    Store::open(hooked.dir(), env.environment()).unwrap().create(&session(0, "Hook")).unwrap();
    let before = events(&hooked);
    let objects = hooked.git(["count-objects"]);
    for combo in [Combo::PLAIN, Combo::LINKED, Combo::BARE] {
        let own = Repo::create(&env, &format!("own-{combo}"), combo);
        let below = own.dir().join("below");
        std::fs::create_dir(&below).unwrap();
        let store = Store::open(&below, in_a_hook(&hooked)).unwrap();
        assert_eq!(store.repository().common_dir(), own.common_dir());
        store.create(&session(1, "Own")).unwrap();
        store.update(id(1), "count", increment).unwrap();
        let snapshot = store.snapshot().unwrap();
        assert_eq!(snapshot.count(Shelf::Active).unwrap(), 1);
        assert_ne!(snapshot.default_project().unwrap().to_string(), "hooked");
        // Also the processes that are started for it.
        let seen = store.repository().git("rev-parse").args(["--git-common-dir", "--git-dir"]);
        assert!(!seen.run().unwrap().text().contains("/demo/"), "{combo}");
        let author = own.git(["log", "-1", "--format=%an %ad", "--date=unix", "refs/ao/sessions"]);
        assert!(!author.contains("1577836800"), "{author}");
        assert_eq!(own.git(["fsck"]), "", "{combo}");
    }
    assert_eq!(events(&hooked), before);
    assert_eq!(hooked.git(["count-objects"]), objects);
}

#[test]
fn each_variable_alone_leads_nowhere_else() {
    let env = TestEnv::new();
    let (hooked, own) = (env.repo(Combo::PLAIN), Repo::create(&env, "own", Combo::PLAIN));
    for (n, (name, value)) in in_a_hook(&hooked).iter().enumerate() {
        let (name, value) = (name.to_os_string(), value.to_os_string());
        let store = Store::open(own.dir(), env.environment().with(&name, value)).unwrap();
        assert_eq!(store.repository().work_dir().as_deref(), Some(own.dir()), "{name:?}");
        store.create(&session(n as u64, "Own")).unwrap();
    }
    assert_eq!(events(&hooked), "");
    assert_eq!(own.git(["fsck"]), "");
}

#[test]
fn what_users_configure_stays() {
    let env = TestEnv::new();
    let repo = env.repo(Combo::PLAIN);
    let environment = in_a_hook(&repo)
        .with("GIT_CONFIG_COUNT", "1")
        .with("GIT_CONFIG_KEY_0", "ao.agent")
        .with("GIT_CONFIG_VALUE_0", "mine");
    let kept = environment.clone().outside_git();
    assert_eq!(kept.text("HOME"), environment.text("HOME"));
    let opened = Repository::open(repo.dir(), environment).unwrap();
    assert_eq!(opened.settings().agent().as_deref(), Some("mine"));
    // The author of the user, not the one of the commit that a hook is about.
    let exported = env.environment().with("GIT_AUTHOR_NAME", "Me").outside_git();
    assert_eq!(exported.text("GIT_AUTHOR_NAME"), Some("Me"));
}

#[test]
fn no_repository_is_none_whatever_git_dir_says() {
    let env = TestEnv::new();
    let repo = env.repo(Combo::PLAIN);
    let error = Store::open(env.home(), in_a_hook(&repo)).unwrap_err();
    assert!(matches!(error, RepositoryError::NotFound(_)), "{error:?}");
    // As git, discover obeys it.
    let found = Repository::discover_with(
        &env.home(),
        env.environment().with("GIT_DIR", repo.common_dir()),
    );
    assert_eq!(found.unwrap().common_dir(), repo.common_dir());
}
