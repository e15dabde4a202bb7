//! Repositories that git made once, to be written again without it.

use std::collections::HashMap;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::sync::{Arc, LazyLock, Mutex};

use gix::hash::Kind as Hash;

use super::files::Files;
use super::{Combo, Kind, Objects, Refs, Repo, TestEnv};

/// A repository, but for its place.
pub struct Template(Files);

impl Template {
    /// A repository of this kind with one commit on `main`; of a linked kind its main worktree.
    pub fn of(combo: Combo) -> Arc<Self> {
        type Key = (bool, Objects, Refs);
        static MADE: LazyLock<Mutex<HashMap<Key, Arc<Template>>>> = LazyLock::new(Mutex::default);
        let key = (combo.kind == Kind::Bare, combo.objects, combo.refs);
        // Made under the lock: else each of the tests that begin together would make its own.
        let mut made = MADE.lock().unwrap_or_else(|broken| broken.into_inner());
        let new = || {
            let repo = Repo::init_with_commit(&TestEnv::new(), combo);
            Arc::new(Self(Files::read(repo.dir())))
        };
        made.entry(key).or_insert_with(new).clone()
    }

    /// Writes the repository into an empty folder.
    pub fn write(&self, top: &Path, objects: Objects) {
        self.0.write(top);
        let index = top.join(".git/index");
        if index.exists() {
            refresh(&index, &top.join("README"), objects);
        }
    }
}

/// How long the header of an index is.
const HEADER: usize = 12;

/// Writes into the index of one entry what stat(2) says of its file, as `git add` does
/// (gitformat-index(5)): else git would have to compare the content, and each command that may do so
/// would write the index again.
fn refresh(index: &Path, file: &Path, objects: Objects) {
    let mut bytes = fs::read(index).expect("it was written");
    let meta = fs::symlink_metadata(file).expect("it was written");
    let hash = match objects {
        Objects::Sha1 => Hash::Sha1,
        Objects::Sha256 => Hash::Sha256,
    };
    // git stores the lower 32 bits of each.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let fields = [
        meta.ctime() as u32,
        meta.ctime_nsec() as u32,
        meta.mtime() as u32,
        meta.mtime_nsec() as u32,
        meta.dev() as u32,
        meta.ino() as u32,
    ];
    for (at, field) in (HEADER..).step_by(4).zip(fields) {
        bytes[at..at + 4].copy_from_slice(&field.to_be_bytes());
    }
    let end = bytes.len() - hash.len_in_bytes();
    let mut hasher = gix::hash::hasher(hash);
    hasher.update(&bytes[..end]);
    let sum = hasher.try_finalize().expect("no collision in an index");
    bytes[end..].copy_from_slice(sum.as_slice());
    fs::write(index, bytes).expect("it is our own");
}
