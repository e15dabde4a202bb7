//! Examines and resets refs, including unreadable ones.

use std::fs;
use std::io::{self, ErrorKind};

use gix::ObjectId;

use super::files::is_odd;
use super::lock::{RefLock, make_mark};
use super::stale::Held;
use super::update::{Durability, Expected, RefMove};
use crate::git::error::{Cause, FileError};
use crate::git::extensions::RefStorage;
use crate::git::files::replace;
use crate::git::{RefError, Repository, Signatures};
use crate::model::Oid;

/// The state of a ref.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RefState {
    /// The ref does not exist.
    Missing,
    /// The ref names an object, which may be missing.
    At(Oid),
    /// The ref holds something else.
    Unreadable {
        /// The file's content.
        content: Vec<u8>,
        /// The problem.
        why: String,
    },
}

/// The part of an unreadable ref's file that is kept.
const LARGEST: usize = 1 << 16;

impl Repository {
    /// Returns the state of a ref.
    ///
    /// # Errors
    /// Fails if the file itself cannot be read, or if git fails.
    pub(crate) fn ref_state(&self, name: &str) -> Result<RefState, RefError> {
        let failed = match self.read_ref(name) {
            Ok(at) => return Ok(at.map_or(RefState::Missing, RefState::At)),
            Err(error) if self.ref_storage() == RefStorage::Foreign => return Err(error),
            Err(error) => error,
        };
        let Ok(mut content) = fs::read(self.common_dir().join(name)) else { return Err(failed) };
        content.truncate(LARGEST);
        let why = match content.as_slice() {
            [] => "is empty".to_owned(),
            zeros if zeros.iter().all(|byte| *byte == 0) => "holds nothing but zeros".to_owned(),
            text if text.starts_with(b"ref:") => "is a symbolic ref".to_owned(),
            _ => "does not hold the name of an object".to_owned(),
        };
        Ok(RefState::Unreadable { content, why })
    }

    /// Resets a ref to `new` if its state is still `was`, which may be any state.
    ///
    /// The caller holds the [`Lock`](crate::git::Lock).
    ///
    /// # Errors
    /// Fails like [`move_refs`](Self::move_refs).
    pub(crate) fn reset_ref(
        &self,
        name: &str,
        was: &RefState,
        new: ObjectId,
        message: &str,
        who: &Signatures,
    ) -> Result<Durability, RefError> {
        let message = message.to_owned();
        let expected = match was {
            RefState::Missing => Expected::Missing,
            RefState::At(old) => Expected::At(old.clone()),
            RefState::Unreadable { .. } => {
                let to = RefMove { name, expected: Expected::Missing, new, message };
                return self.replace_ref(&to, was, who);
            }
        };
        self.move_refs(&[RefMove { name, expected, new, message }], who)
    }

    /// Replaces an unreadable ref, which git itself would refuse to move.
    fn replace_ref(
        &self,
        to: &RefMove<'_>,
        was: &RefState,
        who: &Signatures,
    ) -> Result<Durability, RefError> {
        let lock = self.try_lock_ref(to.name, to.new)?;
        if self.ref_state(to.name)? != *was {
            return Err(RefError::Moved(to.name.to_owned()));
        }
        let failed = |error: FileError| write_error(to.name, error.into());
        self.append_reflog(to, who).map_err(failed)?;
        if let Some(lock) = lock {
            return lock.commit(self).map_err(failed);
        }
        let path = self.common_dir().join(to.name);
        let moved = make_mark(self, to.new).and_then(|file| replace(&path, file));
        moved.map(|()| Durability::Kept).map_err(|error| write_error(to.name, error.into()))
    }

    /// Takes the lock of a ref. Returns None if the file system does not support it.
    pub(super) fn try_lock_ref(
        &self,
        name: &str,
        new: ObjectId,
    ) -> Result<Option<RefLock>, RefError> {
        match RefLock::take(self, &self.common_dir().join(name), new) {
            Ok(lock) => Ok(Some(lock)),
            Err(error) if is_odd(&error.source) => Ok(None),
            Err(error) if error.source.kind() == ErrorKind::AlreadyExists => {
                let source = Held::by(&error.path).into();
                Err(RefError::Locked { name: name.to_owned(), source })
            }
            Err(error) => Err(write_error(name, error.into())),
        }
    }

    /// Removes a ref, whatever its state. Use it only for refs that can be restored.
    ///
    /// # Errors
    /// Fails if the ref cannot be removed.
    pub(crate) fn remove_ref(&self, name: &str) -> Result<(), RefError> {
        let deleted = self.git("update-ref").shielded().args(["--no-deref", "-d", name]).run();
        let Err(error) = deleted else { return Ok(()) };
        if self.ref_storage() == RefStorage::Foreign {
            return Err(write_error(name, error.into()));
        }
        match fs::remove_file(self.common_dir().join(name)) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(write_error(name, error.into()))
            }
            _ => Ok(()),
        }
    }

    /// Returns the refs below a prefix that ends in a slash, sorted. Unreadable refs are included.
    pub(crate) fn refs_below(&self, prefix: &str) -> Vec<String> {
        let mut names = Vec::new();
        if let Ok(output) = self.git("for-each-ref").args(["--format=%(refname)", prefix]).run() {
            names.extend(output.text().lines().map(str::to_owned));
        }
        if self.ref_storage() == RefStorage::Files {
            collect(&self.common_dir().join(prefix), prefix, &mut names);
        }
        names.sort();
        names.dedup();
        names
    }
}

fn collect(folder: &std::path::Path, prefix: &str, names: &mut Vec<String>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let Ok(name) = entry.file_name().into_string() else { continue };
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if is_folder {
            collect(&entry.path(), &format!("{prefix}{name}/"), names);
        } else if !name.ends_with(".lock") {
            names.push(format!("{prefix}{name}"));
        }
    }
}

fn write_error(name: &str, source: Cause) -> RefError {
    RefError::Write { name: name.to_owned(), source }
}

/// Reads a file, or returns None if it does not exist.
pub(super) fn read_if_there(path: &std::path::Path) -> io::Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}
