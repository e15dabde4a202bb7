//! Whatever is in the place of a transcript.

use std::fs::{self, File};
use std::os::unix::fs::{PermissionsExt as _, symlink};

use git_ao::transcript::{CaptureExtent, Captured, TranscriptError, TranscriptStore};

use super::world::{LIMIT, World};
use crate::support::sessions::id;

#[test]
fn a_file_that_became_a_link_or_unreadable_is_refused_and_what_was_captured_stays() {
    let world = World::new();
    world.write("one\n");
    world.capture(CaptureExtent::Lines);
    let secret = world.repo.env().path("secret");
    fs::write(&secret, "one\nsecret\n").unwrap();
    fs::remove_file(&world.file).unwrap();
    symlink(&secret, &world.file).unwrap();
    let error = world.try_capture(CaptureExtent::All).unwrap_err();
    assert!(matches!(error, TranscriptError::NotAFile(_)), "{error}");
    fs::remove_file(&world.file).unwrap();
    world.write("one\ntwo\n");
    fs::set_permissions(&world.file, fs::Permissions::from_mode(0o000)).unwrap();
    // The superuser reads it anyway.
    match world.try_capture(CaptureExtent::All) {
        Err(error) => assert!(matches!(error, TranscriptError::Io { .. }), "{error}"),
        Ok(captured) => assert_eq!(captured.bytes, 4),
    }
    fs::set_permissions(&world.file, fs::Permissions::from_mode(0o600)).unwrap();
    world.capture(CaptureExtent::All);
    assert_eq!(world.generations(), [b"one\ntwo\n"]);
}

#[test]
fn a_very_long_line_is_one_segment() {
    let world = World::new();
    let mut content = b"{\"a\":1}\n".to_vec();
    content.resize(10 << 20, b'x');
    content.extend(b"\n{\"b\":2}\n");
    world.write(&content);
    let captured = world.capture(CaptureExtent::Lines);
    assert_eq!((captured.bytes, captured.lines), (content.len() as u64, 3));
    assert_eq!(world.capture(CaptureExtent::Lines), Captured::default());
    assert!(world.generations() == [content]);
}

#[test]
fn far_too_much_is_refused_before_it_is_read() {
    let world = World::new();
    world.write("one\n");
    world.capture(CaptureExtent::Lines);
    assert_eq!(world.store().stopped(), []);
    let before = world.git(&["count-objects"]);
    // Two gigabytes, of which the disk holds nothing.
    File::options().write(true).open(&world.file).unwrap().set_len(2 << 30).unwrap();
    for extent in [CaptureExtent::Lines, CaptureExtent::All] {
        let error = world.try_capture(extent).unwrap_err();
        assert!(matches!(error, TranscriptError::TooLarge { captured: 4, .. }), "{error}");
    }
    assert_eq!(world.git(&["count-objects"]), before);
    let stopped = world.store().stopped();
    assert_eq!((stopped[0].session, stopped[0].captured), (id(1), 4));
    // Until there is room again.
    world.write("one\ntwo\n");
    world.capture(CaptureExtent::Lines);
    assert_eq!(world.store().stopped(), []);
    assert_eq!(world.generations(), [b"one\ntwo\n"]);
}

#[test]
fn two_sessions_can_have_the_same_conversation() {
    let world = World::new();
    world.write("one\n");
    world.capture(CaptureExtent::Lines);
    world.write("one\ntwo\n");
    let store = world.store();
    for session in [id(2), id(1)] {
        store.capture(session, "ann", &world.source(), CaptureExtent::Lines, LIMIT).unwrap();
        let all = store.transcripts(session, "ann").unwrap();
        let lines: Vec<_> = all[0].lines().map(|line| line.unwrap().bytes).collect();
        assert_eq!(lines, [b"one", b"two"], "{session}");
    }
    assert_eq!(world.generations(), [b"one\ntwo\n"]);
}

#[test]
fn an_agents_folder_can_be_on_another_disk() {
    let mut world = World::new();
    let Ok(other) = tempfile::tempdir_in("/dev/shm") else { return };
    world.file = other.path().join("talk.jsonl");
    world.write("one\n");
    world.capture(CaptureExtent::Lines);
    let result = other.path().join("result");
    fs::write(&result, "x").unwrap();
    let source = world.source().with_file("tool-results/a", &result);
    let store = TranscriptStore::open(&world.repository()).unwrap().unwrap();
    store.capture(id(1), "ann", &source, CaptureExtent::All, LIMIT).unwrap();
    assert_eq!(world.kept()["00-11112222-333/files/tool-results/a"], b"x");
}

#[test]
fn a_file_that_did_not_change_is_not_read_again() {
    let world = World::new();
    world.write("one\n");
    let result = world.repo.env().path("result");
    fs::write(&result, "large").unwrap();
    let old = std::time::SystemTime::now() - std::time::Duration::from_secs(100);
    let touch = || File::options().write(true).open(&result).unwrap().set_modified(old).unwrap();
    touch();
    let source = world.source().with_file("a", &result);
    let store = world.store();
    let capture = || store.capture(id(1), "ann", &source, CaptureExtent::Lines, LIMIT).unwrap();
    capture();
    assert_eq!(store.has_changed(id(1), "ann"), Some(false));
    // The same size and time: nobody looks inside.
    fs::write(&result, "LARGE").unwrap();
    touch();
    assert_eq!(capture(), Captured::default());
    fs::write(&result, "larger").unwrap();
    assert_eq!(capture().bytes, 6);
    world.write("one\ntwo\n");
    assert_eq!(store.has_changed(id(1), "ann"), Some(true));
    assert_eq!(store.has_changed(id(2), "ann"), None);
    capture();
    assert_eq!(world.kept()["00-11112222-333/files/a"], b"larger");
}
