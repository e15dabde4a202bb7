//! Hints for held locks and unwritable directories.

use std::error::Error;

use git_ao::git::{Held, LockError, RefError, Unwritable};

use crate::cli::CliError;

impl CliError {
    /// Adds a hint how to make the directory writable, if the error is that it is not.
    pub(super) fn write_hint(self, error: &(dyn Error + 'static)) -> Self {
        const REASONS: [&str; 4] =
            ["Permission denied", "Read-only file system", "No space left", "quota exceeded"];
        if let Some(place) = Unwritable::from_error(error) {
            return self.hint(place.hint());
        }
        // Git's message does not name the path.
        match REASONS.iter().any(|reason| self.message().contains(reason)) && !self.has_hints() {
            true => self.hint("to find what cannot be written to: git ao doctor"),
            false => self,
        }
    }

    /// Adds a hint for a held lock.
    pub(super) fn lock_hint(self, error: &LockError) -> Self {
        match error.hint() {
            Some(hint) => self.hint(hint),
            None => self.write_hint(error),
        }
    }

    /// Adds a hint for a ref that is locked or cannot be written.
    pub(super) fn ref_hint(self, error: &RefError) -> Self {
        match error {
            RefError::Locked { source, .. } => match source.downcast_ref::<Held>() {
                Some(held) => self.hint(held.hint()),
                None => self.hint("run the command again"),
            },
            _ => self.write_hint(error),
        }
    }
}
