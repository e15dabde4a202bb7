//! Moves refs: all of them or none.

use gix::ObjectId;

use crate::git::error::Cause;
use crate::git::extensions::RefStorage;
use crate::git::{RefError, Repository, Signatures};
use crate::model::Oid;

/// The required value of a ref at the moment it is moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expected {
    /// The ref must not exist.
    Missing,
    /// The ref must point to this object.
    At(Oid),
}

impl From<Option<Oid>> for Expected {
    fn from(at: Option<Oid>) -> Self {
        at.map_or(Self::Missing, Self::At)
    }
}

/// An update of one ref.
pub(crate) struct RefMove<'a> {
    /// The full name.
    pub name: &'a str,
    /// The required old value.
    pub expected: Expected,
    /// The new value.
    pub new: ObjectId,
    /// The reflog message.
    pub message: String,
}

/// Whether an update is on the disk, as far as `core.fsync` requires.
#[must_use]
#[derive(Debug)]
pub(crate) enum Durability {
    /// The update is on the disk.
    Kept,
    /// The update was made, but a power failure may undo it.
    Unsure(Cause),
}

/// The result of moving refs, except failures.
pub(super) enum Moved {
    Done(Durability),
    /// This ref does not have its expected value.
    Late(String),
    /// Another program holds the lock of this ref.
    Locked(String, Cause),
    /// The case must be left to git.
    Odd,
}

impl Repository {
    /// Moves refs if each has its expected value, and writes their reflogs. All refs are locked and
    /// checked before the first one moves.
    ///
    /// The caller holds the [`Lock`](crate::git::Lock).
    ///
    /// # Errors
    /// Fails with [`RefError::Moved`] if a ref does not have its expected value, with
    /// [`RefError::Locked`] if another program holds its lock, and with [`RefError::Refused`] if a
    /// hook rejects the update. After any error except [`RefError::Partial`], no ref has moved.
    pub(crate) fn move_refs(
        &self,
        moves: &[RefMove<'_>],
        who: &Signatures,
    ) -> Result<Durability, RefError> {
        // Only git can run the hook as its authors expect.
        let by_git = self.ref_storage() == RefStorage::Foreign || self.has_transaction_hook();
        let moved = match by_git {
            true => Moved::Odd,
            false => self.move_files_refs(moves, who)?,
        };
        let moved = match moved {
            Moved::Odd => self.move_refs_by_git(moves, who)?,
            moved => moved,
        };
        match moved {
            Moved::Done(durability) => Ok(durability),
            Moved::Late(name) => Err(RefError::Moved(name)),
            Moved::Locked(name, source) => Err(RefError::Locked { name, source }),
            Moved::Odd => unreachable!("git itself passes nothing on"),
        }
    }
}

/// Joins the names of refs for a message about all of them.
pub(super) fn names<'m>(moves: impl IntoIterator<Item = &'m RefMove<'m>>) -> String {
    moves.into_iter().map(|to| to.name).collect::<Vec<_>>().join("', '")
}
