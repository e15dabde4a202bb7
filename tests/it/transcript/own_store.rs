//! The store of the transcripts itself.

use std::fs;
use std::os::unix::fs::symlink;
use std::thread;

use git_ao::model::ErrorKind;
use git_ao::transcript::{CaptureExtent, Source, TranscriptStore};

use super::world::{LIMIT, World};
use crate::support::sessions::id;

#[test]
fn one_that_was_deleted_by_hand_is_made_again() {
    let world = World::new();
    world.write("one\n");
    world.capture(CaptureExtent::Lines);
    fs::remove_dir_all(world.folder()).unwrap();
    assert!(TranscriptStore::open(&world.repository()).unwrap().is_none());
    world.capture(CaptureExtent::Lines);
    assert_eq!(world.generations(), [b"one\n"]);
    // Only in part: the rest is kept, where it is in nobody's way.
    fs::remove_file(world.folder().join("HEAD")).unwrap();
    world.capture(CaptureExtent::Lines);
    assert_eq!(world.generations(), [b"one\n"]);
    let aside = world.repo.common_dir().join("ao/set-aside/transcripts.git-1");
    assert!(aside.join("objects").exists());
    // Empty.
    fs::remove_dir_all(world.folder()).unwrap();
    fs::create_dir(world.folder()).unwrap();
    world.capture(CaptureExtent::Lines);
    assert_eq!(world.generations(), [b"one\n"]);
    let left = fs::read_dir(world.repo.common_dir().join("ao")).unwrap();
    let left = left.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert!(!left.into_iter().any(|name| name.starts_with("transcripts-")));
}

#[test]
fn many_that_begin_at_once_make_one_store() {
    let world = World::new();
    world.write("one\n");
    thread::scope(|scope| {
        for session in 1..6 {
            let (world, repo) = (&world, world.repository());
            scope.spawn(move || {
                let store = TranscriptStore::create(&repo).unwrap();
                let source = world.source();
                store.capture(id(session), "ann", &source, CaptureExtent::All, LIMIT).unwrap()
            });
        }
    });
    assert_eq!(world.git(&["for-each-ref"]).lines().count(), 5);
}

/// The place of the first user's store is taken by something that is not this user's.
#[test]
fn a_link_in_its_place_is_not_followed() {
    let world = World::new();
    let elsewhere = world.repo.env().path("elsewhere");
    fs::create_dir_all(&elsewhere).unwrap();
    fs::create_dir_all(world.repo.common_dir().join("ao")).unwrap();
    symlink(&elsewhere, world.folder()).unwrap();
    world.write("one\n");
    world.capture(CaptureExtent::Lines);
    assert_eq!(fs::read_dir(&elsewhere).unwrap().count(), 0);
    let user = rustix::process::geteuid().as_raw();
    let own = world.repo.common_dir().join(format!("ao/transcripts-{user}.git"));
    assert!(own.join("HEAD").exists());
}

#[test]
fn a_damaged_one_is_an_error_and_is_left_as_it_is() {
    let world = World::new();
    world.write("one\n");
    world.capture(CaptureExtent::Lines);
    let config = world.folder().join("config");
    let good = fs::read(&config).unwrap();
    fs::write(&config, "[core\n").unwrap();
    let error = TranscriptStore::open(&world.repository()).unwrap_err();
    assert_ne!(error.kind(), ErrorKind::NotFound);
    fs::write(&config, good).unwrap();
    let tip = world.git(&["for-each-ref", "--format=%(objectname)"]);
    let (folder, name) = tip.trim().split_at(2);
    let object = world.folder().join("objects").join(folder).join(name);
    fs::remove_file(&object).unwrap();
    world.write("one\ntwo\n");
    assert!(world.try_capture(CaptureExtent::Lines).is_err());
    assert_eq!(world.git(&["rev-parse", "--verify", "-q", &ref_name()]), tip);
}

fn ref_name() -> String {
    format!("refs/ao/transcripts/{}/{}/ann", id(1).shard(), id(1))
}

/// Other sessions do not wait for a long capture: only the commit is written under their common
/// lock.
#[test]
fn a_session_that_is_being_captured_stops_no_other() {
    let world = World::new();
    world.write("one\n");
    world.capture(CaptureExtent::Lines);
    let store = world.store();
    let held = fs::File::open(world.folder().join(format!("ao/sizes/{}-ann", id(1)))).unwrap();
    held.lock().unwrap();
    let short = store.clone().with_patience(std::time::Duration::from_millis(50));
    let source = Source::new("claude", "2", "claude-jsonl", &world.file);
    short.capture(id(2), "ann", &source, CaptureExtent::All, LIMIT).unwrap();
    let busy = short.capture(id(1), "ann", &source, CaptureExtent::All, LIMIT).unwrap_err();
    assert_eq!(busy.kind(), ErrorKind::Contended, "{busy}");
}
