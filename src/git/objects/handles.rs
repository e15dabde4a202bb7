use std::sync::{Arc, Mutex, PoisonError};

use gix::odb;
use gix::odb::pack::cache::lru::MemoryCappedHashmap;

/// The cache for pack data of each handle, in bytes. Records resemble each other, so git stores them
/// as chains of deltas.
const PACK_CACHE: usize = 16 << 20;

/// The object directories of a repository.
///
/// gix reads objects through handles, each of which belongs to one thread at a time. A handle that
/// is not in use is kept for the next reader.
pub struct Handles {
    /// The main directory, then the alternates that the environment names.
    stores: Vec<Arc<odb::Store>>,
    has_replacements: bool,
    idle: Mutex<Vec<Vec<odb::HandleArc>>>,
}

impl Handles {
    /// Reads objects in these directories, the main one first.
    pub fn new(stores: Vec<Arc<odb::Store>>, replacements: Replacements) -> Self {
        let has_replacements = replacements == Replacements::Obeyed
            && stores.first().is_some_and(|main| main.replacements().next().is_some());
        Self { stores, has_replacements, idle: Mutex::default() }
    }

    /// Returns the main directory.
    pub fn main(&self) -> &odb::Store {
        &self.stores[0]
    }

    /// Returns true if some objects are replaced by others (git-replace(1)).
    pub fn has_replacements(&self) -> bool {
        self.has_replacements
    }

    /// Lends a handle of each directory, in the order of the directories.
    pub fn with<T>(&self, read: impl FnOnce(&[odb::HandleArc]) -> T) -> T {
        let handles = self.take();
        let value = read(&handles);
        self.give_back(handles);
        value
    }

    /// Does the same as [`with`](Self::with), but no object is replaced.
    pub fn with_originals<T>(&self, read: impl FnOnce(&[odb::HandleArc]) -> T) -> T {
        let mut handles = self.take();
        let ignore = |handles: &mut Vec<odb::HandleArc>, ignored: bool| {
            handles.iter_mut().for_each(|handle| handle.ignore_replacements = ignored);
        };
        ignore(&mut handles, true);
        let value = read(&handles);
        ignore(&mut handles, !self.has_replacements);
        self.give_back(handles);
        value
    }

    fn take(&self) -> Vec<odb::HandleArc> {
        let kept = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        kept.unwrap_or_else(|| self.stores.iter().map(|it| self.open(it)).collect())
    }

    fn give_back(&self, handles: Vec<odb::HandleArc>) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(handles);
    }

    fn open(&self, store: &Arc<odb::Store>) -> odb::HandleArc {
        let mut handle = store.to_handle_arc();
        handle.ignore_replacements = !self.has_replacements;
        let mut handle = odb::HandleArc::from(handle);
        handle.set_pack_cache(|| Box::new(MemoryCappedHashmap::new(PACK_CACHE)));
        handle
    }
}

/// Whether replacements of objects are used.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Replacements {
    Obeyed,
    Ignored,
}
