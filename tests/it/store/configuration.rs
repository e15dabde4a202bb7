//! What an open store sees of a configuration that changes.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use git_ao::agent::Agents;
use git_ao::git::{Environment, RepositoryError};
use git_ao::ledger::LedgerError;
use git_ao::store::{Shelf, Store, StoreError};

use crate::support::sessions::{id, increment, session};
use crate::support::{Combo, Repo, TestEnv};

/// The variables of the tests without what stands above the configuration.
fn environment(repo: &Repo) -> Environment {
    let names = ["GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME"];
    let names = names.into_iter().chain(["GIT_COMMITTER_EMAIL", "GIT_CONFIG_GLOBAL"]);
    names.fold(repo.env().environment(), Environment::without)
}

fn open(repo: &Repo) -> Store {
    let store = Store::open(repo.dir(), environment(repo)).unwrap().with_private();
    // What was read while it was opened is not what is read below.
    store.snapshot().unwrap();
    store
}

fn agent(store: &Store) -> Option<String> {
    store.repository().settings().agent()
}

#[test]
fn every_setting_is_seen_at_the_next_call() {
    let repo = Repo::new();
    let store = open(&repo);
    store.create(&session(0, "Count")).unwrap();
    let settings = || store.repository().settings();
    assert_eq!(settings().agent(), None);
    assert_eq!(settings().branch_prefix(), "ao/");
    for round in ["one", "two"] {
        let keys = ["agent", "branchPrefix", "project", "remote", "remoteRef", "runtime"];
        for key in keys.into_iter().chain(["tmuxSocket"]) {
            repo.config(&format!("ao.{key}"), round);
        }
        repo.config("user.name", round);
        repo.config("user.email", &format!("{round}@example.com"));
        repo.config("ao.worktreeDir", &format!("/{round}"));
        repo.git(["remote", "add", round, &format!("https://example.com/{round}.git")]);

        repo.config(&format!("ao.agent.{round}.command"), "true");
        assert!(Agents::of(store.repository()).names().any(|name| name == round));
        let now = settings();
        let word = Some(round.to_owned());
        assert_eq!(
            (now.agent(), now.runtime(), now.tmux_socket()),
            (word.clone(), word.clone(), word.clone())
        );
        assert_eq!(
            (now.remote(), now.remote_ref(), now.project()),
            (word.clone(), word.clone(), word)
        );
        assert_eq!(now.branch_prefix(), round);
        assert_eq!(now.worktree_dir(), Some(format!("/{round}").into()));
        assert!(store.repository().remotes().contains(&round.to_owned()));
        assert_eq!(store.snapshot().unwrap().default_project().unwrap().to_string(), round);
        store.update(id(0), "count", increment).unwrap();
        let author = repo.git(["log", "-1", "--format=%an <%ae> %cn", "refs/ao/sessions"]);
        assert_eq!(author.trim(), format!("{round} <{round}@example.com> {round}"));
    }
    repo.git(["config", "--unset", "ao.agent"]);
    repo.git(["remote", "remove", "one"]);
    assert_eq!(settings().agent(), None);
    assert_eq!(store.repository().remotes(), ["two"]);
}

#[test]
fn gits_own_settings_are_those_of_the_next_write() {
    let repo = Repo::new();
    let store = open(&repo);
    store.create(&session(0, "Count")).unwrap();
    let mode = || {
        let log = repo.common_dir().join("refs/ao/sessions");
        fs::metadata(log).unwrap().permissions().mode() & 0o777
    };
    assert_eq!(mode() & 0o020, 0, "the umask of the tests keeps the group out");
    repo.config("core.sharedRepository", "group");
    store.update(id(0), "count", increment).unwrap();
    assert_eq!(mode() & 0o060, 0o060);
}

#[test]
fn files_that_did_not_exist_are_looked_for() {
    let env = TestEnv::new();
    let repo = env.repo(Combo::LINKED);
    let store = open(&repo);
    let write = |path: &Path, text: &str| {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    let set = |value: &str| format!("[ao]\n\tagent = {value}\n");
    assert_eq!(agent(&store), None);
    write(&env.home().join(".config/git/config"), &set("xdg"));
    assert_eq!(agent(&store).as_deref(), Some("xdg"));
    write(&env.home().join(".gitconfig"), &set("home"));
    assert_eq!(agent(&store).as_deref(), Some("home"));
    // An include that appears, one in it, and one under a condition.
    repo.git(["config", "include.path", "extra"]);
    assert_eq!(agent(&store).as_deref(), Some("home"));
    write(&repo.common_dir().join("extra"), &set("extra"));
    assert_eq!(agent(&store).as_deref(), Some("extra"));
    let nested = format!("{}[include]\n\tpath = nested\n", set("extra"));
    write(&repo.common_dir().join("extra"), &nested);
    assert_eq!(agent(&store).as_deref(), Some("extra"));
    write(&repo.common_dir().join("nested"), &set("nested"));
    assert_eq!(agent(&store).as_deref(), Some("nested"));
    repo.git(["config", "includeIf.onbranch:other.path", "branch"]);
    write(&repo.common_dir().join("branch"), &set("branch"));
    assert_eq!(agent(&store).as_deref(), Some("nested"));
    repo.git(["switch", "-qc", "other"]);
    assert_eq!(agent(&store).as_deref(), Some("branch"));
    // The configuration of the worktree.
    repo.git(["config", "extensions.worktreeConfig", "true"]);
    assert_eq!(agent(&store).as_deref(), Some("branch"));
    repo.git(["config", "--worktree", "ao.agent", "worktree"]);
    assert_eq!(agent(&store).as_deref(), Some("worktree"));
    repo.git(["config", "--worktree", "--unset", "ao.agent"]);
    fs::remove_file(repo.common_dir().join("branch")).unwrap();
    assert_eq!(agent(&store).as_deref(), Some("nested"));
    fs::remove_file(repo.common_dir().join("extra")).unwrap();
    assert_eq!(agent(&store).as_deref(), Some("home"));
}

/// Within one tick of the clock, neither the size nor the time of a file tells that it was written.
#[test]
fn a_change_of_the_same_size_in_the_same_moment_is_seen() {
    let repo = Repo::new();
    let store = open(&repo);
    let config = repo.common_dir().join("config");
    let rest = fs::read_to_string(&config).unwrap();
    for n in 100..150 {
        let text = format!("{rest}[ao]\n\tagent = a{n}\n");
        match n % 2 {
            0 => fs::write(&config, text).unwrap(),
            _ => {
                let other = repo.common_dir().join("config.other");
                fs::write(&other, text).unwrap();
                fs::rename(&other, &config).unwrap();
            }
        }
        assert_eq!(agent(&store), Some(format!("a{n}")));
    }
}

#[test]
fn a_broken_file_is_an_error_until_it_is_repaired() {
    let repo = Repo::new();
    let store = open(&repo);
    store.create(&session(0, "Count")).unwrap();
    repo.config("ao.agent", "good");
    assert_eq!(agent(&store).as_deref(), Some("good"));
    let config = repo.common_dir().join("config");
    let whole = fs::read_to_string(&config).unwrap();
    let tip = store.tip().unwrap();
    for broken in [
        whole.replace("good", "better") + "[ao\n\tproject = half",
        whole.clone() + "[ao]\n\tagent = \"unfinished\n",
        whole.clone() + "[include]\n\tpath = ../.git\n",
    ] {
        fs::write(&config, broken).unwrap();
        let error = store.update(id(0), "count", increment).unwrap_err();
        let StoreError::Ledger(LedgerError::Repository(error)) = error else { panic!("{error}") };
        assert!(git_ao::model::error_chain(&error).contains("config"), "{error}");
        assert!(store.snapshot().is_err());
        // The last whole one remains.
        assert_eq!(agent(&store).as_deref(), Some("good"));
        fs::write(&config, &whole).unwrap();
        assert_eq!(store.tip().unwrap(), tip);
        assert_eq!(store.snapshot().unwrap().count(Shelf::Active).unwrap(), 1);
    }
    store.update(id(0), "count", increment).unwrap();
}

/// The name of the clone, which others may give it, too.
#[test]
fn a_new_name_of_the_clone_is_that_of_the_next_event() {
    let repo = Repo::new();
    let (reader, store) = (open(&repo), open(&repo));
    assert_eq!(reader.known_replica(), None);
    store.create(&session(0, "Count")).unwrap();
    let made = store.known_replica().unwrap();
    // Another store made it.
    reader.snapshot().unwrap();
    assert_eq!(reader.known_replica(), Some(made.clone()));
    for name in ["laptop", "desk", &made] {
        repo.config("ao.replica", name);
        store.update(id(0), "count", increment).unwrap();
        let event = repo.git(["log", "-1", "--format=%B", "refs/ao/sessions"]);
        assert!(event.contains(&format!(": {name}\n")), "{name}: {event}");
        reader.snapshot().unwrap();
        assert_eq!(reader.known_replica().as_deref(), Some(name));
    }
}

/// Refs that were in files are in reftables now.
#[test]
fn a_new_format_of_refs_is_obeyed() {
    let repo = Repo::new();
    if repo.git_result(["refs", "migrate", "-h"]).stdout.is_empty() {
        return crate::support::skipped("this git cannot migrate refs");
    }
    let store = open(&repo);
    store.create(&session(0, "Count")).unwrap();
    // Not every git that migrates refs also migrates their logs.
    fs::remove_dir_all(repo.common_dir().join("logs")).unwrap();
    repo.git(["refs", "migrate", "--ref-format=reftable"]);
    store.update(id(0), "count", increment).unwrap();
    let tip = repo.git(["rev-parse", "refs/ao/sessions"]);
    assert_eq!(store.tip().unwrap().unwrap().as_str(), tip.trim());
    // A format that this version does not know stops everything.
    repo.git(["config", "core.repositoryFormatVersion", "1"]);
    let config = repo.common_dir().join("config");
    let text = fs::read_to_string(&config).unwrap();
    fs::write(&config, text + "[extensions]\n\tfuture = true\n").unwrap();
    let error = store.update(id(0), "count", increment).unwrap_err();
    let StoreError::Ledger(LedgerError::Repository(error)) = error else { panic!("{error}") };
    assert!(matches!(error, RepositoryError::Refused(_) | RepositoryError::UnknownExtension(_)));
}

#[test]
fn a_program_that_ends_soon_sees_one_configuration() {
    let repo = Repo::new();
    let fixed = open(&repo).repository().clone().with_fixed_config();
    let store = Store::new(fixed);
    repo.config("ao.agent", "later");
    assert_eq!(agent(&store), None);
}
