//! The keys of an open repository's configuration.

use std::path::PathBuf;

use crate::git::Repository;

impl Repository {
    /// Returns the effective value of a configuration key, or None if the key is unset or has no
    /// value. Bytes that are not UTF-8 are replaced.
    ///
    /// The value is that of the last [`refresh`](Self::refresh); so are those of the other keys.
    pub fn config(&self, key: &str) -> Option<String> {
        self.configuration().text(key)
    }

    /// Returns the effective value of a boolean configuration key.
    pub fn config_bool(&self, key: &str) -> Option<bool> {
        self.configuration().boolean(key)
    }

    /// Returns the effective value of a numeric configuration key, which may end in k, m or g.
    /// Returns None if it is unset or not a number.
    pub fn config_int(&self, key: &str) -> Option<i64> {
        self.configuration().integer(key)
    }

    /// Returns the effective value of a configuration key that holds a path, with `~/` expanded.
    pub fn config_path(&self, key: &str) -> Option<PathBuf> {
        self.configuration().path(key, self.environment())
    }

    /// Returns true if git treats every worktree as bare, unless the worktree's own configuration
    /// says otherwise. With `extensions.worktreeConfig`, a shared `core.bare` applies to every
    /// worktree (git-worktree(1)).
    pub fn is_bare_for_all(&self) -> bool {
        self.configuration().is_bare_for_all()
    }

    /// Returns the names of the remotes, sorted, after a look at the configuration. If that cannot
    /// be read, they are those of the last one that could be.
    pub fn remotes(&self) -> Vec<String> {
        // Whatever is written afterwards fails with this error.
        let _ = self.refresh();
        self.configuration().remotes()
    }
}
