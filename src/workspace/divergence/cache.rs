//! The counts that took long to find out, in the file `ao/divergence` of the common git directory.
//!
//! Its first line names the format. Each of the others is one pair, the latest first: both ids and
//! how many commits each has alone. The last line is the id that git would give to a blob of all
//! lines before it. The file may be deleted at any time; one with anything wrong is not used.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::Pair;
use crate::git::Repository;
use crate::workspace::Divergence;

const FILE: &str = "divergence";
const LOCK: &str = "divergence.lock";
const FORMAT: &str = "ao divergence 1\n";

/// How many pairs are kept. Those that were not added lately are dropped first.
const MOST: usize = 4096;

/// What the file says about some pairs, and what is new.
#[derive(Debug, Default)]
pub(super) struct Cache {
    known: BTreeMap<Pair, Divergence>,
    new: BTreeMap<Pair, Divergence>,
}

impl Cache {
    /// Looks these pairs up in the file.
    pub fn read(repo: &Repository, pairs: &BTreeSet<&Pair>) -> Self {
        let mut known = BTreeMap::new();
        if let Some(text) = read(repo) {
            let rows = rows(&text).filter_map(parse);
            known = rows.filter(|(pair, _)| pairs.contains(pair)).collect();
        }
        Self { known, new: BTreeMap::new() }
    }

    pub fn find(&self, pair: &Pair) -> Option<Divergence> {
        self.known.get(pair).copied()
    }

    pub fn add(&mut self, pair: &Pair, divergence: Divergence) {
        self.new.insert(pair.clone(), divergence);
    }

    /// Adds what is new to the file, if no other process is writing it. Nobody waits for it, and a
    /// file that cannot be written is no error.
    pub fn save(self, repo: &Repository) {
        if self.new.is_empty() {
            return;
        }
        let Ok(_lock) = repo.lock_named(LOCK, Duration::ZERO) else { return };
        let line = |((ours, theirs), Divergence { ahead, behind }): (&Pair, &Divergence)| {
            format!("{ours} {theirs} {ahead} {behind}\n")
        };
        let mut lines: Vec<String> = self.new.iter().map(line).collect();
        let new: BTreeSet<String> = lines.iter().cloned().collect();
        // Read again: another process may have written it in the meantime.
        if let Some(text) = read(repo) {
            let old = rows(&text).filter(|row| !new.contains(*row));
            lines.extend(old.take(MOST.saturating_sub(new.len())).map(str::to_owned));
        }
        let content = FORMAT.to_owned() + &lines.concat();
        let Ok(id) = repo.blob_id(content.as_bytes()) else { return };
        let _ = repo.replace_file(FILE, format!("{content}{id}\n").as_bytes());
    }
}

/// Returns the file without its last line, if it is whole and for the ids of this repository.
fn read(repo: &Repository) -> Option<String> {
    let mut text = std::fs::read_to_string(repo.ao_dir().join(FILE)).ok()?;
    let end = text.strip_suffix('\n')?.rfind('\n')? + 1;
    let id = repo.blob_id(&text.as_bytes()[..end]).ok()?;
    let is_whole = text[end..].trim_end_matches('\n') == id.as_str();
    text.truncate(end);
    (is_whole && text.starts_with(FORMAT)).then_some(text)
}

/// Returns the lines of pairs, with their ends.
fn rows(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive('\n').skip(1)
}

fn parse(row: &str) -> Option<(Pair, Divergence)> {
    let mut words = row.trim_end().split(' ');
    let pair = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
    let (ahead, behind) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
    Some((pair, Divergence { ahead, behind }))
}
