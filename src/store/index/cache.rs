use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::{Columns, Index, file};
use crate::git::Repository;

/// The number of new rows from which it pays to keep an index, or to write its file anew.
pub(in crate::store) const ENOUGH: usize = 64;

/// In a large index, new rows are first to be this share of it: the file is written as a whole.
const SHARE: usize = 256;

const FILE: &str = "index";
const LOCK: &str = "index.lock";

/// The index of a store, shared by its clones: in memory, and in a file for other processes.
#[derive(Clone, Default)]
pub(in crate::store) struct IndexCache(Arc<Mutex<Option<Arc<Index>>>>);

impl IndexCache {
    /// Returns the index in memory, or from the file, with these columns loaded; an empty one if
    /// there is none, or none that is whole.
    pub fn current(&self, repo: &Repository, columns: Columns) -> Arc<Index> {
        let mut slot = self.slot();
        let read = || {
            let file = repo.open_file(FILE).ok()?;
            file::decode(file, repo.object_hash())
        };
        let index = slot.get_or_insert_with(|| Arc::new(read().unwrap_or_default()));
        if !index.load_needed(columns) {
            *index = Arc::default();
        }
        Arc::clone(index)
    }

    /// Keeps an index in memory.
    pub fn keep(&self, index: Index) -> Arc<Index> {
        let index = Arc::new(index);
        *self.slot() = Some(Arc::clone(&index));
        index
    }

    /// Writes the file, if there are enough new rows and no other process is writing it. Nobody
    /// waits for it, and a file that cannot be written is no error.
    pub fn save(&self, repo: &Repository) {
        let index = {
            let mut slot = self.slot();
            let Some(index) = slot.as_mut() else { return };
            if index.unsaved < ENOUGH.max(index.len() / SHARE) {
                return;
            }
            // Whether or not it can be written: the next attempt is after as many rows again.
            *index = Arc::new(Index { unsaved: 0, ..(**index).clone() });
            Arc::clone(index)
        };
        let Ok(_lock) = repo.lock_named(LOCK, Duration::ZERO) else { return };
        if let Some(content) = file::encode(&index, repo.object_hash()) {
            let _ = repo.replace_file(FILE, &content);
        }
    }

    fn slot(&self) -> MutexGuard<'_, Option<Arc<Index>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for IndexCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IndexCache")
    }
}
