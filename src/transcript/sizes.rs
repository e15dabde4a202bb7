//! How much was captured of each file. This follows from the tree, but adding up the sizes of
//! thousands of segments takes longer than the capture of a turn.

use std::collections::BTreeMap;
use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use super::recorded::size_of;
use super::{TranscriptError, TranscriptStore};
use crate::git::{Hold, Lock, LockError, RawTree, Repository};
use crate::model::{Oid, SessionId};

/// The sizes at a commit, in bytes.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Sizes {
    tip: Option<Oid>,
    /// The size of the newest generation of each file, by its folder.
    files: BTreeMap<String, u64>,
    total: u64,
    /// The state of each transcript when it was captured, by its folder.
    transcripts: BTreeMap<String, Stamp>,
    /// The state of each other file when it was captured, by its path in the tree.
    others: BTreeMap<String, Stamp>,
}

/// The state of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Stamp {
    path: PathBuf,
    size: u64,
    modified: (i64, i64),
}

/// How long ago a file must have been written to be known by its time: another write in the same
/// tick of the file system's clock would not show.
const TICK: Duration = Duration::from_secs(2);

impl Stamp {
    fn of(path: &Path, meta: &Metadata) -> Self {
        let modified = (meta.mtime(), meta.mtime_nsec());
        Self { path: path.to_owned(), size: meta.len(), modified }
    }

    fn has_changed(&self) -> bool {
        // One that is gone adds nothing.
        let now = fs::symlink_metadata(&self.path);
        now.is_ok_and(|meta| Self::of(&self.path, &meta) != *self)
    }
}

impl Sizes {
    /// Reads the sizes that the last capture noted in the session's lock. Returns None if it was
    /// another commit's.
    pub fn read(lock: &Lock, tip: Option<&Oid>) -> Option<Self> {
        let noted: Self = serde_json::from_slice(&lock.read().ok()?).ok()?;
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

    /// Notes the sizes at a commit in the session's lock. If that fails, the next capture adds them
    /// up.
    pub fn write(self, lock: &Lock, tip: &Oid) {
        let noted = Self { tip: Some(tip.clone()), ..self };
        let _ = lock.write(&serde_json::to_vec(&noted).unwrap_or_default());
    }

    /// Returns the size of a transcript's newest generation, if it is known.
    pub fn of(&self, folder: &str) -> Option<u64> {
        self.files.get(folder).copied()
    }

    /// Notes the size of a transcript's newest generation, the number of new bytes, and the
    /// state of its file.
    pub fn grow(&mut self, folder: String, size: u64, new: u64, (path, meta): (&Path, &Metadata)) {
        self.transcripts.insert(folder.clone(), Stamp::of(path, meta));
        self.set(folder, size, new);
    }

    /// Notes the size of a transcript's newest generation, and the number of new bytes.
    pub fn set(&mut self, folder: String, size: u64, new: u64) {
        self.files.insert(folder, size);
        self.total += new;
    }

    /// Returns true if another file is as it was when it was captured.
    pub fn is_same(&self, place: &str, path: &Path, meta: &Metadata) -> bool {
        self.others.get(place) == Some(&Stamp::of(path, meta))
    }

    /// Adds bytes to the total.
    pub fn add(&mut self, new: u64) {
        self.total += new;
    }

    /// Notes another file, and the number of new bytes.
    pub fn add_file(&mut self, place: String, new: u64, (path, meta): (&Path, &Metadata)) {
        self.add(new);
        let is_old = meta.modified().is_ok_and(|time| time + TICK < SystemTime::now());
        match is_old {
            true => self.others.insert(place, Stamp::of(path, meta)),
            false => self.others.remove(&place),
        };
    }

    /// Returns the size of all that was captured of the session.
    pub fn total(&self) -> u64 {
        self.total
    }
}

impl TranscriptStore {
    /// Lets only one process at a time capture a session. Others can be captured at the same time:
    /// only the commit is written under the lock of all writers. The lock file has the sizes: it is
    /// open anyway.
    pub(super) fn lock_session(
        &self,
        session: SessionId,
        replica: &str,
    ) -> Result<Lock, LockError> {
        let patience = self.ledger().patience();
        self.repository().lock_as(&file(session, replica), Hold::Alone, patience)
    }

    /// Returns true if a transcript of the session has changed since it was captured, or None if
    /// nothing is known of one. Only looks at the files' sizes and times.
    pub fn has_changed(&self, session: SessionId, replica: &str) -> Option<bool> {
        let text = fs::read(self.repository().ao_dir().join(file(session, replica))).ok()?;
        let noted: Sizes = serde_json::from_slice(&text).ok()?;
        let mut stamps = noted.transcripts.values().peekable();
        stamps.peek()?;
        Some(stamps.any(Stamp::has_changed))
    }
}

const FOLDER: &str = "sizes";

fn file(session: SessionId, replica: &str) -> String {
    format!("{FOLDER}/{session}-{replica}")
}
