//! Claw Code: `<folder>/<workspace>/<id>.jsonl`, in older versions also `<folder>/<id>.jsonl` and
//! `.json`. Beside it lie rotations, which are earlier copies of the whole session, and what was
//! there before `/clear`.

mod entries;
mod join;
mod parse;
mod session;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use self::parse::{Parsed, parse};
use super::contents::ForeignContents;
use super::file::{self, foreign};
use super::lines::Said;
use super::record::ImportDefaults;

const PROGRAM: &str = "claw";

/// What a file is, by its name: copies of a session come in the order in which they were made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Copy {
    /// A copy that was made at this time.
    Earlier(u64),
    /// The session as it is, under its own name.
    Present,
    /// The same under another name.
    Named,
}

pub fn read(folder: &Path, defaults: &ImportDefaults) -> ForeignContents {
    let mut contents = ForeignContents::default();
    let top = file::list(folder, &mut contents);
    let mut files = top.files;
    for folder in &top.folders {
        files.extend(file::list(folder, &mut contents).files);
    }
    let mut sessions: BTreeMap<String, Vec<(Copy, PathBuf, Parsed)>> = BTreeMap::new();
    for file in files {
        let Some((stem, copy)) = named(file::name(&file)) else {
            contents.ignore(&file, foreign(&file));
            continue;
        };
        match parse(&file, stem) {
            Ok(Some(parsed)) => {
                let is_named = copy == Copy::Present && parsed.id != stem;
                let copy = if is_named { Copy::Named } else { copy };
                sessions.entry(parsed.id.clone()).or_default().push((copy, file, parsed));
            }
            Ok(None) => contents.ignore(&file, "it is empty"),
            Err(why) => contents.unreadable(&file, why),
        }
    }
    for copies in sessions.into_values() {
        let copies = without_doubles(copies, &mut contents);
        contents.sessions.push(session::session(copies, defaults));
    }
    contents
}

/// Returns the name of the session's own file and what this one is, or None if it is none of the
/// program's.
fn named(name: &str) -> Option<(&str, Copy)> {
    if let Some((before, rest)) = name.split_once(".before-clear-") {
        let stem = before.strip_suffix(".jsonl").or_else(|| before.strip_suffix(".json"))?;
        return Some((stem, Copy::Earlier(rest.strip_suffix(".bak")?.parse().ok()?)));
    }
    let stem = name.strip_suffix(".jsonl").or_else(|| name.strip_suffix(".json"))?;
    match stem.rsplit_once(".rot-").map(|(stem, time)| (stem, time.parse())) {
        Some((stem, Ok(time))) => Some((stem, Copy::Earlier(time))),
        _ => Some((stem, Copy::Present)),
    }
}

/// Keeps earlier copies and one present file, which comes last.
fn without_doubles(
    mut copies: Vec<(Copy, PathBuf, Parsed)>,
    contents: &mut ForeignContents,
) -> Vec<(PathBuf, Parsed)> {
    let is_earlier = |(copy, ..): &(Copy, PathBuf, Parsed)| matches!(copy, Copy::Earlier(_));
    copies.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
    let present = copies.iter().position(|it| !is_earlier(it));
    let doubles = present.map(|first| copies.split_off(first + 1)).unwrap_or_default();
    for (_, file, parsed) in doubles {
        contents.ignore(file, format!("a copy of session '{}'", parsed.id));
    }
    let last = copies.len() - 1;
    for (_, file, parsed) in &copies[..last] {
        contents
            .ignore(file, format!("an earlier copy of session '{}', joined with it", parsed.id));
    }
    copies.into_iter().map(|(_, file, parsed)| (file, parsed)).collect()
}

pub fn conversation(files: &[PathBuf]) -> Vec<Said> {
    let parsed = files.iter().filter_map(|file| {
        let (stem, _) = named(file::name(file))?;
        parse(file, stem).ok().flatten()
    });
    let parsed: Vec<_> = parsed.collect();
    let model = parsed.last().and_then(|last| last.model());
    entries::conversation(&join::joined(parsed), model.as_deref())
}
