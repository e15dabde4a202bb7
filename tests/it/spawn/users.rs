//! One process that starts agents for several users: each has the user's variables, programs and
//! folders, and nothing of the process.

use std::fs;
use std::path::PathBuf;
use std::thread;

use git_ao::git::{Environment, Repository};
use git_ao::model::SessionId;
use git_ao::ops::{Engine, SpawnRequest, Supervisor};
use git_ao::store::Store;

use crate::support::Repo;
use crate::support::agents::wait_ended;

/// Makes a home with an agent of the user's own, which says what it sees.
fn home(repo: &Repo, user: &str) -> PathBuf {
    let home = repo.env().path(user);
    fs::create_dir(&home).unwrap();
    let config = format!(
        "[ao]\n\tagent = {user}s\n\truntime = detached\n\
         [ao \"agent.{user}s\"]\n\tcommand = \"sh -c 'env >\\\"$HOME/seen\\\"' sh {{prompt}}\"\n"
    );
    fs::write(home.join(".gitconfig"), config).unwrap();
    home
}

/// Spawns a session with the agent that the user's configuration names.
fn work(store: &Store) -> SessionId {
    let program = env!("CARGO_BIN_EXE_git-ao").into();
    let engine = Engine::builder(store.clone()).supervisor(Supervisor::GitAo(program)).build();
    engine.spawn(SpawnRequest::new("StatusChange it")).unwrap().session.id
}

#[test]
fn each_agent_is_started_for_its_user() {
    let repo = Repo::new();
    let users = ["ann", "bob"];
    let stores = users.map(|user| {
        let environment = repo.env().environment().without("GIT_CONFIG_GLOBAL");
        let environment = environment.with("HOME", home(&repo, user)).with("MARK", user);
        Store::new(Repository::discover_with(repo.dir(), environment).unwrap())
    });
    let made = thread::scope(|scope| {
        let threads = stores.map(|store| scope.spawn(move || work(&store)));
        threads.map(|thread| thread.join().unwrap())
    });
    for (user, id) in users.into_iter().zip(made) {
        let home = repo.env().path(user);
        let session = wait_ended(&repo, id);
        assert_eq!(session.agent, Some(format!("{user}s")));
        let placement = session.placements.values().next().unwrap();
        let recorded = placement.workspace.as_deref().unwrap();
        assert_eq!(recorded, format!("~/.worktrees/demo/{}", id.short()));
        assert!(home.join(&recorded[2..]).join(".git").exists());
        let seen = fs::read_to_string(home.join("seen")).unwrap();
        let value = |name: &str| {
            let lines = seen.lines().filter_map(|line| line.split_once('='));
            lines.into_iter().find(|(known, _)| *known == name).map(|(_, value)| value)
        };
        assert_eq!(value("HOME"), home.to_str(), "{seen}");
        assert_eq!((value("MARK"), value("AO_SESSION_ID")), (Some(user), Some(&*id.to_string())));
        assert_eq!(value("CARGO_MANIFEST_DIR"), None, "cargo set it for this process");
    }
    assert!(Environment::inherited().has("CARGO_MANIFEST_DIR"));
}
