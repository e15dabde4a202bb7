use crate::git::{Anchor, FileError};
use crate::ops::common::OpsError;
use crate::store::Store;

/// The store of a session whose agent runs, wherever its repository is moved meanwhile.
///
/// Another repository may come to the old path: what is not found in it says nothing, and nothing is
/// written to it.
pub(super) struct Home {
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

    /// Does something with the store, where it is now; again where it was moved while that was done.
    /// None where it is not to be found: it was removed, or its disk was taken away.
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
