//! How much was captured of each file. This follows from the tree, but adding up the sizes of
//! thousands of segments takes longer than the capture of a turn.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::TranscriptError;
use super::recorded::size_of;
use crate::git::{RawTree, Repository};
use crate::model::{Oid, SessionId};

/// The sizes at a commit, in bytes.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Sizes {
    tip: Option<Oid>,
    /// The size of the newest generation of each file, by its folder.
    files: BTreeMap<String, u64>,
    total: u64,
}

impl Sizes {
    /// Reads the sizes that the last capture noted. Returns None if it was another commit's.
    pub fn read(
        repo: &Repository,
        session: SessionId,
        replica: &str,
        tip: Option<&Oid>,
    ) -> Option<Self> {
        let text = std::fs::read(repo.ao_dir().join(file(session, replica))).ok()?;
        let noted: Self = serde_json::from_slice(&text).ok()?;
        (noted.tip.is_some() && noted.tip.as_ref() == tip).then_some(noted)
    }

    /// Adds up the sizes in a tree.
    pub fn measure(repo: &Repository, root: &RawTree) -> Result<Self, TranscriptError> {
        let mut total = 0;
        for entry in root.entries().filter(|entry| entry.mode.is_tree()) {
            total += size_of(repo, entry.oid.to_owned())?;
        }
        Ok(Self { total, ..Self::default() })
    }

    /// Notes the sizes at a commit. If that fails, the next capture adds them up.
    pub fn write(self, repo: &Repository, session: SessionId, replica: &str, tip: &Oid) {
        let noted = Self { tip: Some(tip.clone()), ..self };
        let text = serde_json::to_vec(&noted).unwrap_or_default();
        let _ = repo.make_ao_dir(FOLDER);
        let _ = repo.replace_file(&file(session, replica), &text);
    }

    /// Returns the size of a file's newest generation, if it is known.
    pub fn of(&self, folder: &str) -> Option<u64> {
        self.files.get(folder).copied()
    }

    /// Notes the size of a file's newest generation, of which some bytes are new.
    pub fn grow(&mut self, folder: String, size: u64, new: u64) {
        self.files.insert(folder, size);
        self.add(new);
    }

    /// Adds bytes to the total.
    pub fn add(&mut self, new: u64) {
        self.total += new;
    }

    /// Returns the size of all that was captured of the session.
    pub fn total(&self) -> u64 {
        self.total
    }
}

const FOLDER: &str = "sizes";

fn file(session: SessionId, replica: &str) -> String {
    format!("{FOLDER}/{session}-{replica}")
}
