use std::path::PathBuf;

use gix::config::file::Metadata;
use gix::config::{File, Source};
use gix::sec::Trust;

use super::interpolated;
use crate::git::extensions::{self, RefStorage};
use crate::git::files::{Fsync, Shared};
use crate::git::{Environment, RepositoryError};

/// The configuration of a repository at one moment.
#[derive(Debug)]
pub struct Config {
    pub(super) file: File,
    /// The format in which refs are stored.
    pub storage: RefStorage,
    /// What must be synced.
    pub fsync: Fsync,
    /// The permissions of new files.
    pub shared: Shared,
}

impl Config {
    /// Interprets what concerns the repository's format.
    ///
    /// # Errors
    /// Fails if the repository needs a format that is not supported.
    pub fn new(file: File) -> Result<Self, RepositoryError> {
        let storage = extensions::check(&file)?;
        let text = |key: &str| file.string(key).map(|value| value.to_string());
        let old_fsync = boolean(&file, "core.fsyncObjectFiles");
        let fsync = Fsync::from_config(text("core.fsync").as_deref(), old_fsync);
        let shared = Shared::from_config(text("core.sharedRepository").as_deref());
        Ok(Self { file, storage, fsync, shared })
    }

    /// Returns the effective value of a key. Bytes that are not UTF-8 are replaced.
    pub fn text(&self, key: &str) -> Option<String> {
        self.file.string(key).map(|value| value.to_string())
    }

    /// Returns the effective value of a key that may name a program. Files of other users may not.
    pub fn trusted_text(&self, key: &str) -> Option<String> {
        let is_trusted = |meta: &Metadata| meta.trust == Trust::Full;
        self.file.string_filter(key, is_trusted).map(|value| value.to_string())
    }

    /// Returns the effective value of a boolean key.
    pub fn boolean(&self, key: &str) -> Option<bool> {
        boolean(&self.file, key)
    }

    /// Returns the effective value of a numeric key, which may end in k, m or g.
    pub fn integer(&self, key: &str) -> Option<i64> {
        self.file.integer(key).ok().flatten()
    }

    /// Returns the effective value of a key that holds a path, with `~/` expanded.
    pub fn path(&self, key: &str, environment: &Environment) -> Option<PathBuf> {
        let is_trusted = |meta: &Metadata| {
            meta.trust == Trust::Full || meta.source.kind() != gix::config::source::Kind::Repository
        };
        let value = self.file.path_filter(key, is_trusted)?;
        let is_optional = value.is_optional;
        interpolated(value, environment).filter(|path| !is_optional || path.exists())
    }

    /// Returns the names of the remotes, sorted.
    pub fn remotes(&self) -> Vec<String> {
        let sections = self.file.sections_by_name("remote").into_iter().flatten();
        let trusted = sections.filter(|section| section.meta().trust == Trust::Full);
        let names = trusted
            .filter_map(|section| section.header().subsection_name().map(ToString::to_string));
        names.collect::<std::collections::BTreeSet<_>>().into_iter().collect()
    }

    /// Returns `core.worktree` of the repository's own configuration.
    pub fn own_worktree(&self) -> Option<String> {
        let is_own = |meta: &Metadata| meta.source == Source::Local;
        self.file.string_filter("core.worktree", is_own).map(|path| path.to_string())
    }

    /// Returns true if git treats every worktree as bare, unless the worktree's own configuration
    /// says otherwise.
    pub fn is_bare_for_all(&self) -> bool {
        let is_shared = |meta: &Metadata| meta.source == Source::Local;
        let shared = self.file.boolean_filter("core.bare", is_shared);
        let has_own = || self.boolean("extensions.worktreeConfig") == Some(true);
        matches!(shared, Ok(Some(true))) && has_own()
    }
}

/// Returns the effective value of a boolean key, or None if it is unset or no boolean.
pub fn boolean(file: &File, key: &str) -> Option<bool> {
    file.boolean(key).ok().flatten()
}
