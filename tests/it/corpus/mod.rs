//! The fuzz targets' laws, over a small corpus that is checked in.

mod laws;

use std::fs;
use std::path::{Path, PathBuf};

/// The files of one target, and the records that other tests read.
fn corpus(target: &str, more: &[&str]) -> Vec<PathBuf> {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let mut files = Vec::new();
    for folder in [&format!("corpus/{target}")[..]].iter().chain(more) {
        let entries = fs::read_dir(tests.join(folder)).unwrap();
        files.extend(entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_file()));
    }
    files.sort();
    assert!(files.len() >= 8, "{files:?}");
    files
}

/// Runs the law over each file, over each cut short, and over each with one byte spoiled. What is
/// printed is seen when it breaks.
#[allow(clippy::print_stdout)]
fn run(target: &str, more: &[&str], law: fn(&[u8])) {
    for path in corpus(target, more) {
        let bytes = fs::read(&path).unwrap();
        println!("{}", path.display());
        law(&bytes);
        let step = (bytes.len() / 16).max(1);
        for at in (0..bytes.len()).step_by(step) {
            law(&bytes[..at]);
            for spoiled in [0, b'!', b'&', 0xff] {
                let mut bytes = bytes.clone();
                bytes[at] = spoiled;
                law(&bytes);
            }
        }
    }
}

#[test]
fn records() {
    run("record", &["records/v1", "records/v1/bad"], laws::record);
}

#[test]
fn messages() {
    run("message", &[], laws::message);
}

#[test]
fn handles() {
    run("handle", &[], laws::handle);
}

#[test]
fn merges() {
    run("merge", &[], laws::merge);
}
