//! Prevents a write inside another write from waiting for itself.

use std::cell::RefCell;
use std::path::{Path, PathBuf};

use super::LedgerError;

thread_local! {
    /// The repositories to which this thread is writing.
    static WRITING: RefCell<Vec<PathBuf>> = const { RefCell::new(Vec::new()) };
}

/// Marks this thread as writing to a repository until it is dropped.
pub(super) struct Writing(PathBuf);

impl Writing {
    pub fn begin(common_dir: &Path) -> Self {
        WRITING.with_borrow_mut(|writing| writing.push(common_dir.to_owned()));
        Self(common_dir.to_owned())
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        WRITING.with_borrow_mut(|writing| {
            let place = writing.iter().rposition(|path| *path == self.0);
            place.map(|place| writing.remove(place))
        });
    }
}

/// Checks that this thread is not already writing to the same repository: a second write would wait
/// for itself.
pub(super) fn check(common_dir: &Path) -> Result<(), LedgerError> {
    let is_writing = |writing: &Vec<PathBuf>| writing.iter().any(|path| path == common_dir);
    match WRITING.with_borrow(is_writing) {
        true => Err(LedgerError::Nested),
        false => Ok(()),
    }
}
