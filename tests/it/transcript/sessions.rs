//! The conversations of a session in several clones.

use std::fs;

use git_ao::agent::Entries;
use git_ao::transcript::{CaptureExtent, Source, TranscriptOrigin};

use super::world::{LIMIT, World};
use crate::support::sessions::id;

fn line(text: &str) -> String {
    format!("{{\"type\":\"user\",\"message\":{{\"content\":\"{text}\"}}}}\n")
}

/// Makes what is captured under a clone's name what was fetched of it: as a commit, or as a tree.
fn as_fetched(world: &World, replica: &str, suffix: &str) {
    let session = id(1);
    let from = format!("refs/ao/transcripts/{}/{session}/{replica}", session.shard());
    let to = format!("refs/ao/fetched/{session}/{replica}");
    world.git(&["update-ref", &to, &format!("{from}{suffix}")]);
    world.git(&["update-ref", "-d", &from]);
}

fn capture(world: &World, replica: &str, conversation: &str, content: &str) {
    let file = world.repo.env().path(format!("{replica}-{conversation}"));
    fs::write(&file, content).unwrap();
    let source = Source::new("claude", conversation, "claude-jsonl", &file);
    world.store().capture(id(1), replica, &source, CaptureExtent::All, LIMIT).unwrap();
}

fn found(world: &World) -> (Vec<(String, TranscriptOrigin)>, String) {
    let transcripts = world.store().session_transcripts(id(1)).unwrap();
    let places = transcripts.iter().map(|it| (it.replica.clone(), it.origin)).collect();
    let texts: Vec<_> = Entries::of(transcripts).map(|entry| entry.unwrap().text).collect();
    (places, texts.concat())
}

#[test]
fn what_was_fetched_is_read_like_what_was_captured() {
    for suffix in ["", "^{tree}"] {
        let world = World::new();
        let lines = |texts: &str| texts.chars().map(|c| line(&c.to_string())).collect::<String>();
        capture(&world, "ben", "two", &lines("cd"));
        as_fetched(&world, "ben", suffix);
        capture(&world, "ann", "one", &lines("ab"));
        let (ann, ben) = (
            ("ann".to_owned(), TranscriptOrigin::Captured),
            ("ben".to_owned(), TranscriptOrigin::Fetched),
        );
        assert_eq!(found(&world), (vec![ann.clone(), ben.clone()], "abcd".to_owned()));
        // Of one that went on elsewhere, the longest; of two that diverged, both.
        capture(&world, "ann", "two", &lines("cdef"));
        assert_eq!(found(&world), (vec![ann.clone(), ann.clone()], "abcdef".to_owned()));
        capture(&world, "cem", "two", &lines("cdx"));
        as_fetched(&world, "cem", suffix);
        assert_eq!(found(&world).1, "abcdefcdx");
        // One's own is not read again as others got it.
        capture(&world, "ann", "one", &lines("ab"));
        let session = id(1);
        let own = format!("refs/ao/transcripts/{}/{session}/ann", session.shard());
        world.git(&["update-ref", &format!("refs/ao/fetched/{session}/ann"), &own]);
        assert_eq!(found(&world).1, "abcdefcdx");
    }
}

#[test]
fn a_transcript_that_cannot_be_read_does_not_hide_the_others() {
    let world = World::new();
    capture(&world, "ann", "one", &line("a"));
    capture(&world, "ann", "two", &line("b"));
    let blob = world.git(&["rev-parse", &format!("{}:00-one/000", own_ref())]);
    let listed = world.git(&["ls-tree", "-r", blob.trim()]);
    let object = listed.split_whitespace().nth(2).unwrap();
    let file = world.folder().join("objects").join(&object[..2]).join(&object[2..]);
    fs::remove_file(file).unwrap();
    let transcripts = world.store().session_transcripts(id(1)).unwrap();
    let read: Vec<_> = Entries::of(transcripts).collect();
    assert!(matches!(&read[..], [Err(_), Ok(entry)] if entry.text == "b"), "{read:?}");
}

fn own_ref() -> String {
    format!("refs/ao/transcripts/{}/{}/ann", id(1).shard(), id(1))
}
