//! Refs as they are, also those that cannot be read, and putting them right.

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

/// What there is at a ref's place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RefState {
    /// Nothing.
    Missing,
    /// The name of an object, which may exist or not.
    At(Oid),
    /// Something else.
    Unreadable {
        /// The file's content.
        content: Vec<u8>,
        /// What is wrong with it.
        why: String,
    },
}

/// More than this of a ref's file that cannot be read is not kept.
const LARGEST: usize = 1 << 16;

impl Repository {
    /// Looks at a ref.
    ///
    /// # Errors
    /// When the file itself cannot be read, or git fails.
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

    /// Points a ref somewhere else, if it is still as it was; what it was may be anything.
    ///
    /// To be called with the [`Lock`](crate::git::Lock) held.
    ///
    /// # Errors
    /// As [`move_refs`](Self::move_refs).
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

    /// Git itself does not move a ref that it cannot read.
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

    /// The lock of a ref; None where the file system has none of this kind.
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

    /// Removes a ref, whatever is in it: for what can be had again.
    ///
    /// # Errors
    /// When it cannot be removed.
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

    /// The refs below a prefix that ends in a slash, also those that name nothing. Sorted.
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

/// What is not there is an empty file.
pub(super) fn read_if_there(path: &std::path::Path) -> io::Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}
