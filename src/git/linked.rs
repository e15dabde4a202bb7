//! What a linked worktree shares with the others.
//!
//! The paths that gix makes lead through the worktree's own git directory, which
//! `git worktree remove` deletes. Here they do not.

use std::path::Path;
use std::sync::Arc;

use gix::hash::Kind;
use gix::odb;
use gix::refs::file::Store as RefStore;

use super::RepositoryError;

/// Returns the same refs, with this path to the shared ones.
pub fn refs_at(common_dir: &Path, refs: &RefStore, hash: Kind) -> RefStore {
    let options = gix::refs::store::init::Options {
        write_reflog: refs.write_reflog,
        precompose_unicode: refs.precompose_unicode,
        prohibit_windows_device_names: refs.prohibit_windows_device_names,
    };
    let (git_dir, common_dir) = (refs.git_dir().to_owned(), common_dir.to_owned());
    RefStore::for_linked_worktree_opts(git_dir, common_dir, hash, options)
}

/// Opens the same objects with this path.
pub fn objects_at(
    common_dir: &Path,
    objects: &odb::Store,
    hash: Kind,
) -> Result<Arc<odb::Store>, RepositoryError> {
    let path = common_dir.join("objects");
    let replacements: Vec<_> = objects.replacements().collect();
    match odb::at_opts(&path, hash, replacements, Default::default()) {
        Ok(handle) => Ok(handle.store()),
        Err(source) => Err(RepositoryError::Open { path, source: source.into() }),
    }
}
