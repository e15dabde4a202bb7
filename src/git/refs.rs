//! Moving one ref, by git's own protocol for files (refs/files-backend.c).

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use gix::ObjectId;

use super::error::Cause;
use super::extensions::RefStorage;
use super::ref_lock::RefLock;
use super::{RefError, Repository, Signatures};
use crate::model::Oid;

/// What a ref must be at the moment it is moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expected {
    /// It must not exist.
    Missing,
    /// It must be at this object.
    At(Oid),
}

/// Where a ref goes.
pub(crate) struct RefMove<'a> {
    /// Its full name.
    pub name: &'a str,
    /// Where it must be.
    pub expected: &'a Expected,
    /// Where it goes to.
    pub new: ObjectId,
    /// What the reflog says about it.
    pub message: &'a str,
    /// Who moves it.
    pub who: &'a Signatures,
}

/// What became of moving a ref.
enum Moved {
    Done,
    /// It is not where it was expected.
    Late,
    /// Another program has it locked.
    Locked(Cause),
}

impl Repository {
    /// Moves a ref, if it is where it is expected, and writes its reflog.
    ///
    /// To be called with the [`Lock`](super::Lock) held.
    ///
    /// # Errors
    /// [`RefError::Moved`] when it is not where it is expected, [`RefError::Locked`] when another
    /// program holds its lock.
    pub(crate) fn move_ref(&self, to: &RefMove<'_>) -> Result<(), RefError> {
        let name = || to.name.to_owned();
        let moved = match self.ref_storage() {
            RefStorage::Files => self.move_files_ref(to),
            RefStorage::Foreign => self.move_foreign_ref(to),
        };
        match moved {
            Ok(Moved::Done) => Ok(()),
            Ok(Moved::Late) => Err(RefError::Moved(name())),
            Ok(Moved::Locked(source)) => Err(RefError::Locked { name: name(), source }),
            Err(source) => Err(RefError::Write { name: name(), source }),
        }
    }

    fn move_foreign_ref(&self, to: &RefMove<'_>) -> Result<Moved, Cause> {
        let old = match to.expected {
            Expected::Missing => to.new.kind().null().to_string(),
            Expected::At(old) => old.to_string(),
        };
        let git = to.who.export(self.git("update-ref").shielded());
        let git = git.args(["--create-reflog", "-m", to.message, to.name]);
        let Err(error) = git.args([&to.new.to_string(), &old]).run() else {
            return Ok(Moved::Done);
        };
        let now = match self.read_ref(to.name)? {
            Some(at) => Expected::At(at),
            None => Expected::Missing,
        };
        match error.to_string() {
            _ if now != *to.expected => Ok(Moved::Late),
            said if said.contains("lock") => Ok(Moved::Locked(error.into())),
            _ => Err(error.into()),
        }
    }

    fn move_files_ref(&self, to: &RefMove<'_>) -> Result<Moved, Cause> {
        let RefMove { name, new, message, .. } = to;
        let path = self.common_dir().join(name);
        let Some(lock) = RefLock::take(self, &path, *new)? else {
            return Ok(Moved::Locked(format!("'{}.lock' exists", path.display()).into()));
        };
        let [at] = self.read_files_refs([*name])?;
        let old = match (at, to.expected) {
            (None, Expected::Missing) => new.kind().null().to_string(),
            (Some(at), Expected::At(old)) if at == *old => old.to_string(),
            _ => return Ok(Moved::Late),
        };
        let who = to.who.committer_line();
        self.append_reflog(name, &format!("{old} {new} {who}\t{message}\n"))?;
        lock.commit(self)?;
        Ok(Moved::Done)
    }

    /// Always written, also where git would keep no reflog for this ref: a bad tip can be undone,
    /// and gc keeps old tips.
    fn append_reflog(&self, name: &str, line: &str) -> io::Result<()> {
        let path = self.common_dir().join("logs").join(name);
        let open = || OpenOptions::new().create(true).append(true).open(&path);
        let mut file = self.with_parents(&path, open)?;
        self.shared().adjust(&path)?;
        let end = file.metadata()?.len();
        file.write_all(line.as_bytes()).inspect_err(|_| {
            // Half a line, where the disk is full, would spoil the next one.
            let _ = file.set_len(end);
        })
    }

    /// Does something with a file, making the folders above it where they are missing: git removes
    /// empty ones at any time.
    pub(super) fn with_parents<T>(
        &self,
        path: &Path,
        act: impl Fn() -> io::Result<T>,
    ) -> io::Result<T> {
        let mut attempts = 16;
        loop {
            match act() {
                Err(error) if error.kind() == io::ErrorKind::NotFound && attempts > 0 => {
                    attempts -= 1;
                    let folder = path.parent().unwrap_or(path);
                    match fs::create_dir_all(folder) {
                        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                        _ => self.shared().adjust(folder).or_else(ignore_missing)?,
                    }
                }
                other => return other,
            }
        }
    }
}

pub(super) fn ignore_missing(error: io::Error) -> io::Result<()> {
    if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error) }
}
