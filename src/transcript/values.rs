//! Keeps the values that were known to be secret when something was captured: they may be gone when
//! it is shared.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::time::Duration;

use super::{TranscriptError, TranscriptStore};
use crate::git::Repository;

/// How long to wait for others who keep values.
const PATIENCE: Duration = Duration::from_secs(10);

impl TranscriptStore {
    /// Returns the values that this user has kept, in order.
    ///
    /// # Errors
    /// Fails if they cannot be read: without them, a secret might leave.
    pub fn kept_values(repo: &Repository) -> Result<BTreeSet<String>, TranscriptError> {
        let path = values_file(repo)?;
        let failed = |source| TranscriptError::Io { act: "read", path: path.clone(), source };
        match fs::read(&path) {
            Ok(text) => serde_json::from_slice(&text).map_err(|error| failed(error.into())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(BTreeSet::new()),
            Err(error) => Err(failed(error)),
        }
    }

    /// Keeps values beside the store, where only this user can read them. Those that were kept before
    /// stay.
    ///
    /// # Errors
    /// Fails if they cannot be written.
    pub fn keep_values<'v>(
        &self,
        repo: &Repository,
        values: impl IntoIterator<Item = &'v str>,
    ) -> Result<(), TranscriptError> {
        let mut new: BTreeSet<String> = values.into_iter().map(str::to_owned).collect();
        let is_new = |kept: &BTreeSet<String>| !new.is_subset(kept);
        if !is_new(&Self::kept_values(repo)?) {
            return Ok(());
        }
        let _alone = self.repository().lock_named("values", PATIENCE)?;
        new.append(&mut Self::kept_values(repo)?);
        let path = values_file(repo)?;
        let failed = |source| TranscriptError::Io { act: "write", path: path.clone(), source };
        let folder = repo.make_ao_dir("").map_err(failed)?;
        // It is made with the mode 0600.
        let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
        let text = serde_json::to_vec(&new).map_err(|error| failed(error.into()))?;
        file.write_all(&text).map_err(failed)?;
        file.persist(&path).map(drop).map_err(|error| failed(error.error))
    }

    /// Forgets the values if nothing is captured any more in which they could be.
    pub(super) fn forget_values(&self) {
        if self.all_sessions().is_empty() {
            let store = self.repository().common_dir();
            let _ = fs::remove_file(store.with_extension(EXTENSION));
        }
    }
}

const EXTENSION: &str = "values";

/// Returns `ao/transcripts.values`, or that of another user.
fn values_file(repo: &Repository) -> Result<PathBuf, TranscriptError> {
    let mut path = TranscriptStore::path(repo)?;
    path.set_extension(OsString::from(EXTENSION));
    Ok(path)
}
