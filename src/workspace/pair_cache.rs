//! Facts about pairs of commits that took long to find out, in files of the folder `ao` in the
//! common git directory.
//!
//! The first line of such a file names the format. Each of the others is one pair, the latest first:
//! both ids, and the fact. The last line is the id that git would give to a blob of all lines before
//! it. The file may be deleted at any time; one with anything wrong is not used.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::git::Repository;
use crate::model::Oid;

pub type Pair = (Oid, Oid);

/// How many pairs are kept. Those that were not added lately are dropped first.
const MOST: usize = 4096;

/// What two ids determine, unless the repository changes the history.
pub trait PairFact: Sized {
    /// The name of the file.
    const FILE: &'static str;

    /// Returns the fact as words of a line.
    fn words(&self) -> String;

    /// Reads it from words. None if they are not understood.
    fn read(words: &[&str]) -> Option<Self>;
}

/// What the file says about some pairs, and what is new.
#[derive(Debug)]
pub struct PairCache<F> {
    known: BTreeMap<Pair, F>,
    new: BTreeMap<Pair, F>,
}

impl<F: PairFact> PairCache<F> {
    /// Looks up in the file the pairs for which this is true.
    pub fn read(repo: &Repository, is_wanted: impl Fn(&Pair) -> bool) -> Self {
        let mut known = BTreeMap::new();
        if let Some(text) = read::<F>(repo) {
            let rows = rows(&text).filter_map(parse);
            known = rows.filter(|(pair, _)| is_wanted(pair)).collect();
        }
        Self { known, new: BTreeMap::new() }
    }

    pub fn find(&self, pair: &Pair) -> Option<&F> {
        self.new.get(pair).or_else(|| self.known.get(pair))
    }

    /// Returns what was known of all pairs that were looked up.
    pub fn known(&self) -> impl Iterator<Item = (&Pair, &F)> {
        self.known.iter()
    }

    pub fn add(&mut self, pair: &Pair, fact: F) {
        self.new.insert(pair.clone(), fact);
    }

    /// Adds what is new to the file, if no other process is writing it. Nobody waits for it, and a
    /// file that cannot be written is no error.
    pub fn save(self, repo: &Repository) {
        if self.new.is_empty() {
            return;
        }
        let lock = format!("{}.lock", F::FILE);
        let Ok(_lock) = repo.lock_named(&lock, Duration::ZERO) else { return };
        let line =
            |((ours, theirs), fact): (&Pair, &F)| format!("{ours} {theirs} {}\n", fact.words());
        let mut lines: Vec<String> = self.new.iter().map(line).collect();
        let new: BTreeSet<String> = lines.iter().cloned().collect();
        // Read again: another process may have written it in the meantime.
        if let Some(text) = read::<F>(repo) {
            let old = rows(&text).filter(|row| !new.contains(*row));
            lines.extend(old.take(MOST.saturating_sub(new.len())).map(str::to_owned));
        }
        let content = format_line::<F>() + &lines.concat();
        let Ok(id) = repo.blob_id(content.as_bytes()) else { return };
        let _ = repo.replace_file(F::FILE, format!("{content}{id}\n").as_bytes());
    }
}

fn format_line<F: PairFact>() -> String {
    format!("ao {} 1\n", F::FILE)
}

/// Returns the file without its last line, if it is whole and for the ids of this repository.
fn read<F: PairFact>(repo: &Repository) -> Option<String> {
    let mut text = std::fs::read_to_string(repo.ao_dir().join(F::FILE)).ok()?;
    let end = text.strip_suffix('\n')?.rfind('\n')? + 1;
    let id = repo.blob_id(&text.as_bytes()[..end]).ok()?;
    let is_whole = text[end..].trim_end_matches('\n') == id.as_str();
    text.truncate(end);
    (is_whole && text.starts_with(&format_line::<F>())).then_some(text)
}

/// Returns the lines of pairs, with their ends.
fn rows(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive('\n').skip(1)
}

fn parse<F: PairFact>(row: &str) -> Option<(Pair, F)> {
    let words: Vec<_> = row.trim_end().split(' ').collect();
    let (ids, fact) = words.split_at_checked(2)?;
    Some(((ids[0].parse().ok()?, ids[1].parse().ok()?), F::read(fact)?))
}
