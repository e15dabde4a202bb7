//! The log of an agent that does not stop printing.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use git_ao::runtime::{LEAST_LOG, LOG_PARTS, Log};

use crate::Place;

fn open(path: &Path, limit: u64) -> Log {
    Log::open(path, limit, Box::new(|_| {})).unwrap()
}

/// The beginning, what came before the newest, and the newest.
fn files(path: &Path) -> [PathBuf; 3] {
    let [first, old] = LOG_PARTS.map(|part| path.with_extension(part));
    [first, old, path.to_owned()]
}

fn size(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |meta| meta.len())
}

/// What was written to a file, without what the log itself says at its start.
fn said(path: &Path) -> (String, String) {
    let text = fs::read_to_string(path).unwrap_or_default();
    match text.split_once('\n') {
        Some((head, rest)) if head.starts_with("git-ao: ") => (head.to_owned(), rest.to_owned()),
        _ => (String::new(), text),
    }
}

/// How many bytes the newest file says are missing.
fn dropped(path: &Path) -> u64 {
    let (head, _) = said(path);
    let (_, number) = head.rsplit_once("; ").expect("it says what is missing");
    number.split(' ').next().unwrap().parse().unwrap()
}

/// Writes numbered lines in pieces that are cut anywhere; returns how many bytes.
fn write_lines(log: &mut Log, numbers: std::ops::Range<u32>) -> u64 {
    let text: String = numbers.map(|n| format!("line {n}\n")).collect();
    text.as_bytes().chunks(4093).for_each(|piece| log.write_all(piece).unwrap());
    text.len() as u64
}

/// What is there and what is said to be missing are all that was written.
#[track_caller]
fn assert_adds_up(path: &Path, written: u64) {
    let kept: u64 = files(path).iter().map(|file| said(file).1.len() as u64).sum();
    assert_eq!(kept + dropped(path), written);
    let all: u64 = files(path).iter().map(|file| size(file)).sum();
    assert!(all <= LEAST_LOG, "{all}");
}

#[test]
fn it_keeps_the_beginning_and_the_newest_and_says_what_is_missing() {
    let place = Place::new();
    let path = place.path("x.log");
    let mut log = open(&path, LEAST_LOG);
    let mut written = write_lines(&mut log, 0..2000);
    assert_eq!(size(&path), written);
    assert_eq!(files(&path).map(|file| file.exists()), [false, false, true]);
    written += write_lines(&mut log, 2000..4000);
    assert_eq!(dropped(&path), 0);
    assert_adds_up(&path, written);
    written += write_lines(&mut log, 4000..50_000);
    assert!(dropped(&path) > 0);
    assert_adds_up(&path, written);
    // The next one to go on with it knows what was dropped before.
    drop(log);
    written += write_lines(&mut open(&path, LEAST_LOG), 50_000..100_000);
    assert_adds_up(&path, written);

    let [first, old, newest] = files(&path).map(|file| said(&file).1);
    assert!(first.starts_with("line 0\nline 1\n"));
    assert!(newest.ends_with("line 99998\nline 99999\n"));
    // Lines are whole, and what came before the newest is what comes before it.
    let number = |line: &str| line.strip_prefix("line ").unwrap().parse::<u32>().unwrap();
    assert!(first.ends_with('\n'));
    let joined: Vec<u32> = (old + &newest).lines().map(number).collect();
    assert!(joined.windows(2).all(|two| two[0] + 1 == two[1]));
}

#[test]
fn a_line_without_an_end_is_bounded_too() {
    let place = Place::new();
    let path = place.path("x.log");
    let mut log = open(&path, 1);
    for _ in 0..100 {
        log.write_all(&[b'x'; 10_000]).unwrap();
    }
    assert_adds_up(&path, 1_000_000);
}

#[test]
fn a_log_that_was_allowed_more_is_cut() {
    let place = Place::new();
    let path = place.path("x.log");
    let mut all = open(&path, 0);
    let mut written = write_lines(&mut all, 0..20_000);
    assert_eq!(size(&path), written);
    written += write_lines(&mut open(&path, LEAST_LOG), 20_000..20_001);
    assert_adds_up(&path, written);
    for file in files(&path) {
        let text = vec![b'x'; 1 << 20];
        fs::write(file, text).unwrap();
    }
    write_lines(&mut open(&path, LEAST_LOG), 0..1);
    assert_adds_up(&path, 3 * (1 << 20) + "line 0\n".len() as u64);
}

#[test]
fn where_no_file_can_be_added_the_newest_begins_anew() {
    let place = Place::new();
    let path = place.path("x.log");
    // No file takes the place of a folder.
    for part in LOG_PARTS {
        fs::create_dir(path.with_extension(part)).unwrap();
    }
    let mut log = open(&path, LEAST_LOG);
    let written = write_lines(&mut log, 0..50_000);
    let (head, newest) = said(&path);
    assert!(head.contains("starts over"), "{head}");
    assert!(newest.ends_with("line 49999\n"));
    assert!(size(&path) <= LEAST_LOG);
    assert_eq!(newest.len() as u64 + dropped(&path), written);
}

#[test]
fn one_that_was_removed_is_made_again() {
    let place = Place::new();
    let path = place.path("x.log");
    let mut log = open(&path, LEAST_LOG);
    write_lines(&mut log, 0..10);
    fs::remove_file(&path).unwrap();
    write_lines(&mut log, 10..10_000);
    assert!(said(&path).1.ends_with("line 9999\n"));
}

#[test]
fn a_full_disk_is_no_error() {
    let mut log = open(Path::new("/dev/full"), 0);
    write_lines(&mut log, 0..10_000);
}

/// Another folder has come to its old place.
#[test]
fn a_log_whose_folder_is_moved_goes_on_there() {
    let place = Place::new();
    let (old, new) = (place.path("old"), place.path("new"));
    fs::create_dir(&old).unwrap();
    let mut log = open(&old.join("a.log"), LEAST_LOG);
    write_lines(&mut log, 0..10);
    fs::rename(&old, &new).unwrap();
    fs::create_dir(&old).unwrap();
    let written = write_lines(&mut log, 10..5_000);
    assert!(written > LEAST_LOG / 3);
    assert_eq!(fs::read_dir(&old).unwrap().count(), 0, "nothing is written to the other one");
    assert!(files(&new.join("a.log")).iter().take(1).all(|path| path.exists()));
}
