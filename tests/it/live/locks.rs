//! What is said of a lock that somebody holds works in that very state.

use std::error::Error;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use git_ao::git::{Held, LockError, RefError};
use git_ao::ledger::{Contention, LedgerError};
use git_ao::model::error_chain;
use git_ao::store::{Store, StoreError};
use git_ao::workspace::{Removal, WorkspaceError, Worktrees};

use super::world::{World, id};
use crate::support::{Combo, Refs, skipped};

/// The command in a hint.
fn command(hint: &str) -> &str {
    hint.rsplit_once(": ").unwrap_or_else(|| panic!("no command: {hint}")).1
}

fn write(store: &Store, session: &str) -> Result<(), StoreError> {
    store.update(id(session), "test", |it| it.title += "x").map(drop)
}

/// What keeps a write from being done, and the hint about it.
fn refusal(store: &Store, session: &str) -> (String, String) {
    let error = write(store, session).unwrap_err();
    let hint = match &error {
        StoreError::Ledger(LedgerError::Contended(by)) => match by {
            Contention::Writer(error) => error.hint(),
            Contention::RefLock(RefError::Locked { source, .. }) => {
                let source: &(dyn Error + 'static) = source.as_ref();
                source.downcast_ref::<Held>().map(Held::hint)
            }
            _ => None,
        },
        _ => None,
    };
    (error_chain(&error), hint.unwrap_or_else(|| panic!("no hint: {}", error_chain(&error))))
}

fn lock(path: &Path, age: Duration) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let file = File::create(path).unwrap();
    file.set_modified(SystemTime::now() - age).unwrap();
}

fn has_fuser(world: &World) -> bool {
    let found = world.repo.env().shell(world.repo.dir(), "command -v fuser").run();
    found.status == 0 || {
        skipped("no fuser");
        false
    }
}

/// In files, with one ref and with two, and in reftables.
fn stores() -> Vec<(World, &'static str)> {
    let mut all = vec![(World::new(), "refs/ao/sessions.lock")];
    if Refs::can_be_chosen() {
        let combo = Combo { refs: Refs::Reftable, ..Combo::PLAIN };
        all.push((World::of(combo), "reftable/tables.list.lock"));
    }
    all
}

#[test]
fn a_lock_of_git_whose_owner_is_dead_can_be_removed_as_the_hint_says() {
    for (world, name) in stores() {
        let session = world.spawn(&["--no-agent", "it's"]);
        let store = world.store().with_patience(Duration::from_millis(50));
        let path = world.repo.common_dir().join(name);
        for (age, way_out, said) in [
            (Duration::from_secs(3600), "git ao fsck --repair", "60 minutes old"),
            (Duration::from_secs(90), "rm '", "90 seconds old"),
        ] {
            lock(&path, age);
            let (error, hint) = refusal(&store, &session);
            assert!(error.contains(path.to_str().unwrap()) && error.contains(said), "{error}");
            assert!(command(&hint).starts_with(way_out), "{name}: {hint}");
            world.repo.env().shell(world.repo.dir(), command(&hint)).run().ok();
            assert!(!path.exists(), "{hint}");
            write(&store, &session).unwrap();
        }
    }
}

#[test]
fn a_lock_of_git_that_is_open_is_not_to_be_removed() {
    for (world, name) in stores() {
        let session = world.spawn(&["--no-agent", "x"]);
        let store = world.store().with_patience(Duration::from_millis(50));
        let path = world.repo.common_dir().join(name);
        lock(&path, Duration::from_secs(3600));
        let open = File::open(&path).unwrap();
        let (_, hint) = refusal(&store, &session);
        assert!(command(&hint).starts_with("fuser -v "), "{hint}");
        if has_fuser(&world) {
            let shown = world.repo.env().shell(world.repo.dir(), command(&hint)).run().ok();
            assert!(shown.stdout.contains(&std::process::id().to_string()), "{shown}");
        }
        drop(open);
        let (_, hint) = refusal(&store, &session);
        assert_eq!(command(&hint), "git ao fsck --repair");
    }
}

#[test]
fn who_holds_the_queue_is_shown_by_the_hint() {
    let world = World::new();
    let session = world.spawn(&["--no-agent", "x"]);
    let store = world.store().with_patience(Duration::from_millis(50));
    let turn = store.repository().lock(Duration::from_secs(60)).unwrap();
    let (error, hint) = refusal(&store, &session);
    let path = world.repo.common_dir().join("ao/lock");
    assert!(error.contains(path.to_str().unwrap()), "{error}");
    assert_eq!(command(&hint), format!("fuser -v '{}'", path.display()));
    if has_fuser(&world) {
        let shown = world.repo.env().shell(world.repo.dir(), command(&hint)).run().ok();
        assert!(shown.stdout.contains(&std::process::id().to_string()), "{shown}");
    }
    drop(turn);
    write(&store, &session).unwrap();

    // Likewise those that have a name.
    let _held = store.repository().lock_named("remove", Duration::ZERO).unwrap();
    let error = store.repository().lock_named("remove", Duration::ZERO).unwrap_err();
    let LockError::Timeout { path, .. } = &error else { panic!("{error}") };
    assert_eq!(
        error.hint().unwrap(),
        format!("to see which process holds it: fuser -v '{}'", path.display())
    );
}

#[test]
fn a_git_that_crashed_in_a_worktree_left_a_lock_that_can_be_removed() {
    let world = World::new();
    let session = world.spawn(&["--no-agent", "x"]);
    let path: PathBuf = world.worktree(&session);
    let git_dir = world.repo.within(&path).git(["rev-parse", "--absolute-git-dir"]);
    for name in ["index.lock", "HEAD.lock"] {
        let file = Path::new(git_dir.trim()).join(name);
        lock(&file, Duration::from_secs(3600));
        let repo = world.store().repository().clone();
        let removal = Removal::of_worktree(&path, id(&session));
        let error = Worktrees::new(&repo).verdict(&removal).unwrap().refusal.unwrap();
        assert!(matches!(error, WorkspaceError::InUse(_)), "{error}");
        let said = error.to_string();
        assert!(said.contains(file.to_str().unwrap()) && said.contains("60 minutes old"), "{said}");
        let hint = error.hint().unwrap();
        // The store's repair does not touch what is not the store's.
        assert!(command(&hint).starts_with("rm '"), "{hint}");
        world.repo.env().shell(&path, command(&hint)).run().ok();
        assert!(Worktrees::new(&repo).verdict(&removal).unwrap().refusal.is_none());
    }
}
