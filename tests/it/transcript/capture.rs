//! What a capture takes, and what it leaves.

use std::fs::{self, File};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::thread;

use git_ao::model::{ErrorKind, error_chain};
use git_ao::transcript::{CaptureExtent, Captured, TranscriptError, TranscriptStore};

use super::world::{LIMIT, World};
use crate::support::sessions::id;
use crate::support::{Combo, Refs};

#[test]
fn complete_lines_are_taken_and_the_rest_at_the_end() {
    let world = World::new();
    world.write("{\"a\":1}\n{\"b\":2}\n{\"c\"");
    let first = world.capture(CaptureExtent::Lines);
    assert_eq!((first.bytes, first.lines), (16, 2));
    assert_eq!(world.generations(), [b"{\"a\":1}\n{\"b\":2}\n"]);
    assert_eq!(world.capture(CaptureExtent::Lines), Captured::default());
    world.write("{\"a\":1}\n{\"b\":2}\n{\"c\":3}\n{\"d\"");
    assert_eq!(world.capture(CaptureExtent::Lines).lines, 1);
    assert_eq!(world.capture(CaptureExtent::All).bytes, 4);
    // It was not at its end: the line goes on.
    let whole = "{\"a\":1}\n{\"b\":2}\n{\"c\":3}\n{\"d\":4}\n";
    world.write(whole);
    world.capture(CaptureExtent::Lines);
    assert_eq!(world.generations(), [whole.as_bytes()]);
    let about = &world.kept()["00-11112222-333/conversation"];
    let about: serde_json::Value = serde_json::from_slice(about).unwrap();
    assert_eq!(about["session"], "11112222-3333-4444");
    let log = world.git(&["log", "--format=%(trailers:only)", "--all"]);
    let format = format!("Ao-Session: {}", id(1));
    for trailer in [format.as_str(), "Ao-Agent: claude", "Ao-Bytes: 4", "Ao-Format: claude-jsonl"] {
        assert!(log.contains(trailer), "{trailer}: {log}");
    }
    assert_eq!(world.git(&["rev-list", "--count", "--all"]).trim(), "4");
}

#[test]
fn a_file_that_was_rewritten_begins_a_new_generation_and_the_old_one_stays() {
    let world = World::new();
    for content in ["one\ntwo\n", "one\nTWO\n", "other\n"] {
        world.write(content);
        world.capture(CaptureExtent::Lines);
    }
    assert_eq!(world.generations(), [&b"one\ntwo\n"[..], b"one\nTWO\n", b"other\n"]);
    // One that is being written anew is not another one yet.
    let long = "x".repeat(5000) + "\n" + &"y".repeat(5000) + "\n";
    world.write(format!("other\n{long}"));
    world.capture(CaptureExtent::Lines);
    for cut in ["", "oth", "other\nxx"] {
        world.write(cut);
        assert_eq!(world.capture(CaptureExtent::Lines), Captured::default(), "{cut}");
        assert_eq!(world.capture(CaptureExtent::All), Captured::default(), "{cut}");
    }
    world.write(format!("other\n{long}more\n"));
    assert_eq!(world.capture(CaptureExtent::Lines).bytes, 5);
    assert_eq!(world.generations().len(), 3);
    // What changed far from the end is seen when the agent has ended.
    world.write(format!("OTHER\n{long}more\nlast\n"));
    world.capture(CaptureExtent::All);
    assert_eq!(world.generations().len(), 4);
    assert_eq!(world.generations()[3], fs::read(&world.file).unwrap());
}

#[test]
fn a_missing_file_adds_nothing_and_takes_nothing_away() {
    let world = World::new();
    assert_eq!(world.capture(CaptureExtent::All), Captured::default());
    world.write("one\n");
    world.capture(CaptureExtent::Lines);
    fs::remove_file(&world.file).unwrap();
    assert_eq!(world.capture(CaptureExtent::All), Captured::default());
    world.write("one\ntwo\n");
    world.capture(CaptureExtent::Lines);
    assert_eq!(world.generations(), [b"one\ntwo\n"]);
}

#[test]
fn what_is_no_file_is_refused_and_nobody_waits_for_it() {
    let world = World::new();
    let refused = |what: &str| {
        let error = world.try_capture(CaptureExtent::All).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Refused, "{what}: {}", error_chain(&error));
        let said = error_chain(&error);
        assert!(said.contains("is not a regular file"), "{what}: {said}");
        fs::remove_file(&world.file).or_else(|_| fs::remove_dir(&world.file)).unwrap();
    };
    fs::create_dir(&world.file).unwrap();
    refused("a folder");
    world.repo.env().run(world.repo.dir(), "mkfifo", [&world.file]).run().ok();
    refused("a pipe");
    fs::write(world.repo.env().path("secret"), "secret\n").unwrap();
    symlink(world.repo.env().path("secret"), &world.file).unwrap();
    refused("a link");
    symlink("nowhere", &world.file).unwrap();
    refused("a link to nothing");
    for name in ["..", "a/b", ".git", ""] {
        let mut source = world.source();
        source.agent_session_id = name.to_owned();
        let done = world.store().capture(id(1), "ann", &source, CaptureExtent::All, LIMIT);
        assert!(matches!(done, Err(TranscriptError::BadName(_))), "{name}");
    }
    assert_eq!(world.git(&["for-each-ref"]), "");
}

#[test]
fn subagents_and_files_are_taken_along() {
    let world = World::new();
    let (sub, file) = (world.repo.env().path("sub.jsonl"), world.repo.env().path("result.txt"));
    world.write("one\n");
    fs::write(&sub, "helper\n").unwrap();
    fs::write(&file, "large").unwrap();
    let source = world
        .source()
        .with_subagent("agent-7", &sub)
        .with_file("tool-results/a.txt", &file)
        .with_file("tool-results/gone.txt", world.repo.env().path("gone"));
    let capture =
        || world.store().capture(id(1), "ann", &source, CaptureExtent::Lines, LIMIT).unwrap();
    assert_eq!((capture().bytes, capture().bytes), (16, 0));
    fs::write(&file, "larger").unwrap();
    fs::write(&sub, "helper\nmore\n").unwrap();
    let next = capture();
    assert_eq!((next.bytes, next.lines), (11, 1));
    let kept = world.kept();
    assert_eq!(kept["00-11112222-333/sub/agent-7"], b"helper\nmore\n");
    assert_eq!(kept["00-11112222-333/files/tool-results/a.txt"], b"larger");
    for bad in ["../x", "a//b", "/etc/passwd", "a/../b", "a/.git/hooks/x"] {
        let source = world.source().with_file(bad, &file);
        let done = world.store().capture(id(1), "ann", &source, CaptureExtent::All, LIMIT);
        assert!(matches!(done, Err(TranscriptError::BadName(_))), "{bad}");
    }
}

#[test]
fn each_conversation_has_its_folder_and_too_much_is_refused_whole() {
    let world = World::new();
    let store = world.store();
    let mut source = world.source();
    let second = "11112222-3333-4444-5555"; // it begins like the first
    for (session, text) in [("11112222-3333-4444", "one\n"), (second, "two\n")] {
        source.agent_session_id = session.to_owned();
        world.write(text);
        store.capture(id(1), "ann", &source, CaptureExtent::Lines, LIMIT).unwrap();
    }
    let kept = world.kept();
    assert_eq!(kept["00-11112222-333"], b"one\n");
    assert_eq!(kept["01-11112222-333"], b"two\n");
    world.write("two\nthree\n");
    let error = store.capture(id(1), "ann", &source, CaptureExtent::Lines, 13).unwrap_err();
    assert!(matches!(error, TranscriptError::TooLarge { limit: 13, captured: 8 }), "{error}");
    assert_eq!(world.kept(), kept);
    store.capture(id(1), "ann", &source, CaptureExtent::Lines, 14).unwrap();
}

#[test]
fn lines_of_any_bytes_and_length() {
    let world = World::new();
    let mut content = b"\0\xff\xfe\r\n\n\n".to_vec();
    content.extend(vec![b'['; 3 << 20]);
    content.extend(b"\n{\"deep\":");
    content.extend(vec![b'{'; 10_000]);
    content.extend(b"\nend");
    world.write(&content);
    world.capture(CaptureExtent::Lines);
    world.capture(CaptureExtent::All);
    assert_eq!(world.generations(), [content]);
}

#[test]
fn two_captures_at_once_take_nothing_twice() {
    let world = World::new();
    let store = world.store();
    let mut content = String::new();
    for round in 0..10 {
        content += &format!("round {round}\n");
        world.write(&content);
        thread::scope(|scope| {
            let capture = || {
                let store = TranscriptStore::open(&world.repository()).unwrap().unwrap();
                store.capture(id(1), "ann", &world.source(), CaptureExtent::Lines, LIMIT).unwrap()
            };
            let both = [scope.spawn(capture), scope.spawn(capture)];
            let bytes: u64 = both.into_iter().map(|it| it.join().unwrap().bytes).sum();
            assert_eq!(bytes, 8);
        });
    }
    assert_eq!(world.generations(), [content.into_bytes()]);
    drop(store);
}

#[test]
fn only_this_user_can_read_it_and_no_clone_has_it() {
    let mut combos = vec![Combo::PLAIN];
    if Refs::can_be_chosen() {
        combos.push(Combo { refs: Refs::Reftable, ..Combo::PLAIN });
    }
    for combo in combos {
        let world = World::of(combo);
        world.repo.config("safe.bareRepository", "explicit");
        world.repo.commit("file", "text");
        let content = "a secret that nobody else may have\n".repeat(4);
        world.write(&content);
        world.capture(CaptureExtent::Lines);
        let mode = |path: &str| {
            fs::metadata(world.folder().join(path)).unwrap().permissions().mode() & 0o777
        };
        assert_eq!((mode(""), mode("objects"), mode("refs")), (0o700, 0o700, 0o700));
        for (name, clone) in
            [("path", "clone -q"), ("shared", "clone -q --shared"), ("mirror", "clone -q --mirror")]
        {
            let to = world.repo.env().path(name);
            let words = clone.split(' ').chain([".", to.to_str().unwrap()]);
            world.repo.git(words);
            let found = world.repo.env().run(&to, "find", [".", "-name", "*transcripts*"]).run();
            assert_eq!(found.ok().stdout, "", "{name}");
            assert!(!to.join("ao").exists() && !to.join(".git/ao").exists(), "{name}");
        }
        assert_eq!(world.generations(), [content.as_bytes()]);
        assert!(File::open(world.folder().join("HEAD")).is_ok());
    }
}
