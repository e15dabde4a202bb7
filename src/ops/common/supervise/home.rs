use crate::git::{Anchor, FileError};
use crate::ops::common::OpsError;
use crate::store::Store;

/// The store of a running session. It is found again if its repository is moved.
///
/// Another repository may take the old path, so a record that is missing there means nothing, and
/// nothing is written there.
pub(in crate::ops) struct Home {
    store: Store,
    anchor: Anchor,
}

impl Home {
    pub fn new(store: &Store) -> Result<Self, OpsError> {
        let path = store.repository().common_dir();
        let anchor = Anchor::new(store.repository()).map_err(|source| FileError {
            act: "open",
            path: path.to_owned(),
            source,
        })?;
        Ok(Self { store: store.clone(), anchor })
    }

    /// Calls `act` with the store at its present path, and again if the store was moved meanwhile.
    /// Returns None if the store is gone: it was removed, or its file system was unmounted.
    pub fn with<T>(&mut self, mut act: impl FnMut(&Store) -> T) -> Option<T> {
        loop {
            if !self.is_in_place() {
                self.store = self.store.moved_to(self.anchor.reopen()?);
            }
            let done = act(&self.store);
            if self.is_in_place() {
                return Some(done);
            }
        }
    }

    fn is_in_place(&self) -> bool {
        self.anchor.holds(self.store.repository())
    }
}
