//! Finds damage in the store, and makes a new one from what is whole.

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;

use super::layout::{CAPTURED, FETCHED};
use super::{TranscriptError, TranscriptStore};
use crate::git::Repository;

/// The prefixes of the refs that have transcripts.
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

    /// Returns the damaged stores of this user that were [set aside](Self::repair).
    pub fn set_aside(repo: &Repository) -> Vec<PathBuf> {
        let name = Self::path(repo).ok().and_then(|path| path.file_name().map(OsString::from));
        let Some(name) = name else { return Vec::new() };
        let entries = fs::read_dir(repo.ao_dir().join("set-aside")).into_iter().flatten().flatten();
        let mut paths: Vec<_> = entries.map(|entry| entry.path()).collect();
        let prefix = format!("{}-", name.to_string_lossy());
        paths.retain(|path| {
            path.file_name().is_some_and(|it| it.to_string_lossy().starts_with(&prefix))
        });
        paths.sort();
        paths
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
            let fetched = git.arg(format!("{name}:{name}")).run();
            // The other refs are notes of what was sent.
            if [CAPTURED, FETCHED].iter().any(|prefix| name.starts_with(prefix)) {
                match fetched {
                    Ok(_) => repaired.saved += 1,
                    Err(_) => repaired.lost += 1,
                }
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
    names.retain(|name| name.starts_with("refs/ao/"));
    names.sort();
    names.dedup();
    names
}
