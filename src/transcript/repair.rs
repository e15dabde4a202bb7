//! Finds damage in the store, and makes a new one from what is whole.

use std::fs;
use std::path::PathBuf;

use super::{TranscriptError, TranscriptStore};
use crate::git::Repository;

/// The prefixes of all refs in the store.
const REFS: [&str; 4] =
    ["refs/ao/transcripts/", "refs/ao/fetched/", "refs/ao/shared/", "refs/ao/sharing/"];

/// What became of a damaged store.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct RepairedTranscripts {
    /// Where the damaged store is now.
    pub aside: Option<PathBuf>,
    /// How many sessions of a clone were saved whole.
    pub saved: usize,
    /// How many were not.
    pub lost: usize,
}

impl TranscriptStore {
    /// Returns why a session cannot be captured any more, or None if the last capture of each can be
    /// read. The content of transcripts is not looked at.
    pub fn damage(&self) -> Option<TranscriptError> {
        REFS.iter().flat_map(|prefix| self.repository().refs_below(prefix)).find_map(|name| {
            let read = || -> Result<(), TranscriptError> {
                if let Some(tip) = self.ledger().tip(&name)? {
                    self.repository().read_tree(self.root_of(&tip)?)?;
                }
                Ok(())
            };
            read().err()
        })
    }

    /// Moves the store to `ao/set-aside/`, where nothing of it is changed, and makes a new one with
    /// everything that is whole.
    ///
    /// # Errors
    /// Fails if the store cannot be moved, or if no new one can be made.
    pub fn repair(repo: &Repository) -> Result<RepairedTranscripts, TranscriptError> {
        let path = Self::path(repo)?;
        let failed = |source| TranscriptError::Io { act: "move", path: path.clone(), source };
        let aside = repo.set_aside(&path, "set-aside").map_err(failed)?;
        let mut repaired = RepairedTranscripts { aside: aside.clone(), ..Default::default() };
        let Some(aside) = aside else { return Ok(repaired) };
        let new = Self::create(repo)?;
        for name in names(&aside) {
            let git = new.repository().git("fetch").arg("--quiet").arg("--no-tags");
            let git = git.args(["--no-auto-maintenance", "--no-write-fetch-head"]).arg(&aside);
            match git.arg(format!("{name}:{name}")).run() {
                Ok(_) => repaired.saved += 1,
                Err(_) => repaired.lost += 1,
            }
        }
        Ok(repaired)
    }
}

/// Returns the names of all refs of a store that may be damaged.
fn names(store: &std::path::Path) -> Vec<String> {
    let mut names = Vec::new();
    for line in fs::read_to_string(store.join("packed-refs")).unwrap_or_default().lines() {
        names.extend(line.split(' ').nth(1).map(str::to_owned));
    }
    let mut folders = vec![PathBuf::from("refs/ao")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(store.join(&folder)).into_iter().flatten().flatten() {
            let path = folder.join(entry.file_name());
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => folders.push(path),
                _ => names.extend(path.to_str().map(str::to_owned)),
            }
        }
    }
    names.retain(|name| REFS.iter().any(|prefix| name.starts_with(prefix)));
    names.sort();
    names.dedup();
    names
}
