//! A finished conversation that the agent has compressed is the same conversation.

use std::fs;

use git_ao::transcript::{CaptureExtent, Captured};
use ruzstd::encoding::{CompressionLevel, compress_to_vec};

use super::world::World;

fn packed(bytes: &[u8]) -> Vec<u8> {
    compress_to_vec(bytes, CompressionLevel::Fastest)
}

#[test]
fn a_compressed_twin_is_the_same_file() {
    let mut world = World::new();
    let whole = (0..5000).map(|n| format!("line {n}\n")).collect::<String>() + "end";
    world.write(&whole[..20_000]);
    world.capture(CaptureExtent::Lines);
    fs::remove_file(&world.file).unwrap();
    world.file = world.repo.env().path("talk.jsonl.zst");
    world.write(packed(whole.as_bytes()));
    world.capture(CaptureExtent::All);
    assert_eq!(world.generations(), [whole.as_bytes()]);
    assert_eq!(world.capture(CaptureExtent::All), Captured::default());
    assert!(
        !world
            .git(&[
                "ls-tree",
                "-r",
                "--name-only",
                world.git(&["for-each-ref", "--format=%(refname)"]).trim()
            ])
            .contains(".zst")
    );
    // In several frames, as tools that append make it; and the beginning of one is not another.
    let (a, b) = whole.as_bytes().split_at(1000);
    world.write([packed(a), packed(b), packed(b"\nmore\n")].concat());
    world.capture(CaptureExtent::All);
    assert_eq!(world.generations(), [(whole.clone() + "\nmore\n").into_bytes()]);
    world.write(packed(a));
    assert_eq!(world.capture(CaptureExtent::All), Captured::default());
    world.write(packed(b"other\n"));
    world.capture(CaptureExtent::All);
    assert_eq!(world.generations()[1], b"other\n");
}

#[test]
fn a_damaged_one_takes_nothing_away() {
    let mut world = World::new();
    world.write("one\n");
    world.capture(CaptureExtent::Lines);
    world.file = world.repo.env().path("talk.jsonl.zst");
    let good = packed("one\ntwo\n".repeat(1000).as_bytes());
    for bad in [&b"no zstd at all"[..], b"", &good[..good.len() - 4], &good[..7]] {
        world.write(bad);
        let _ = world.try_capture(CaptureExtent::All);
        assert!(world.generations()[0].starts_with(b"one\n"), "{bad:?}");
        assert_eq!(world.generations().len(), 1, "{bad:?}");
    }
}
