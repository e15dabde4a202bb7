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

/// Where a ref goes.
pub(crate) struct RefMove<'a> {
    /// Its full name.
    pub name: &'a str,
    /// Where it must be.
    pub expected: Expected,
    /// Where it goes to.
    pub new: ObjectId,
    /// What the reflog says about it.
    pub message: String,
}

/// Whether what was done is on the disk, as far as `core.fsync` asks for it.
#[must_use]
#[derive(Debug)]
pub(crate) enum Durability {
    /// It is.
    Kept,
    /// It is done, but a power cut may undo it.
    Unsure(Cause),
}

/// What became of moving refs, apart from failures.
pub(super) enum Moved {
    Done(Durability),
    /// This one is not where it was expected.
    Late(String),
    /// Another program has this one locked.
    Locked(String, Cause),
    /// Only git itself can tell, or do it.
    Odd,
}

impl Repository {
    /// Moves refs if each is where it is expected, and writes their reflogs. All of them are locked
    /// and looked at before the first one moves.
    ///
    /// To be called with the [`Lock`](crate::git::Lock) held.
    ///
    /// # Errors
    /// [`RefError::Moved`] when one is not where it is expected, [`RefError::Locked`] when another
    /// program holds its lock, [`RefError::Refused`] when a hook does not let them move. Nothing was
    /// moved then, nor for any other error but [`RefError::Partial`].
    pub(crate) fn move_refs(
        &self,
        moves: &[RefMove<'_>],
        who: &Signatures,
    ) -> Result<Durability, RefError> {
        // Git runs the hook, and knows what its hooks may expect.
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

/// The names of refs, for a message about all of them.
pub(super) fn names<'m>(moves: impl IntoIterator<Item = &'m RefMove<'m>>) -> String {
    moves.into_iter().map(|to| to.name).collect::<Vec<_>>().join("', '")
}
