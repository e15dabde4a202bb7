//! Makes the redactor of a repository.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::PathBuf;

use crate::git::Repository;
use crate::ops::common::known_values::known_values;
use crate::ops::{Engine, OpsError};
use crate::redact::{Images, Redactor};
use crate::transcript::TranscriptStore;

impl Engine {
    /// Makes a redactor with the rules of this repository: those that are built in, those of
    /// `ao.redact.<name>`, and as known values those of the `.env` files that git does not track in
    /// the worktrees, and of the environment variables that are named after a secret: those of now,
    /// and those that were kept when something was captured.
    ///
    /// # Errors
    /// Fails if a rule of the user's cannot be used, or if the values that were kept cannot be read.
    pub fn redactor(&self, images: Images) -> Result<Redactor, OpsError> {
        let repo = self.store().repository();
        let entries = repo.config_entries("ao");
        let own: Vec<_> = entries
            .iter()
            .filter_map(|entry| Some((entry.key.strip_prefix("ao.redact.")?, entry.value.as_str())))
            .collect();
        let folders = worktrees(repo);
        let folders = folders.iter().map(PathBuf::as_path);
        let mut known = known_values(repo, repo.environment(), folders);
        TranscriptStore::kept_values(repo)?.iter().for_each(|value| known.add(value));
        Ok(Redactor::new(own, &known)?.images(images))
    }
}

/// Returns the folders of all worktrees.
fn worktrees(repo: &Repository) -> Vec<PathBuf> {
    let listed = repo.git("worktree").args(["list", "--porcelain", "-z"]).run();
    let listed = listed.map(|output| output.bytes().to_vec()).unwrap_or_default();
    let paths = listed.split(|byte| *byte == 0).filter_map(|line| line.strip_prefix(b"worktree "));
    paths.map(|path| PathBuf::from(OsStr::from_bytes(path))).collect()
}
