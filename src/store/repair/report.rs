use std::path::PathBuf;

use super::super::{FsckFinding, Location};
use crate::model::{Oid, SessionId};

/// Whether a repair changes anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RepairMode {
    /// Nothing is changed: the report says what would be done.
    Plan,
    /// The repairs are made.
    Repair,
}

/// The result of a repair, or its plan.
#[derive(Debug, Default)]
pub struct RepairReport {
    /// The damaged refs of the store.
    pub refs: Vec<RefRepair>,
    /// Abandoned lock files, which are removed.
    pub locks: Vec<PathBuf>,
    /// Reflogs with invalid lines, which are removed from them.
    pub reflogs: Vec<String>,
    /// Remote-tracking refs without an intact store. They are removed; the next fetch restores
    /// them.
    pub tracking: Vec<String>,
    /// Damaged objects. Their files are moved to `ao/broken` in the git directory, so that the
    /// objects can be written or fetched again.
    pub objects: Vec<Oid>,
    /// Missing objects with known content, which are written again.
    pub written: Vec<Oid>,
    /// Problems that cannot be repaired here.
    pub unrepaired: Vec<FsckFinding>,
}

impl RepairReport {
    /// Returns true if nothing is wrong.
    pub fn is_empty(&self) -> bool {
        !self.is_repairable() && self.unrepaired.is_empty()
    }

    /// Returns true if something can be repaired.
    pub fn is_repairable(&self) -> bool {
        !self.refs.is_empty()
            || !self.locks.is_empty()
            || !self.reflogs.is_empty()
            || !self.tracking.is_empty()
            || !self.objects.is_empty()
            || !self.written.is_empty()
    }
}

/// The repair of one ref.
#[derive(Debug)]
pub struct RefRepair {
    /// The full name.
    pub name: String,
    /// The damage.
    pub damage: Vec<FsckFinding>,
    /// The newest intact state; None if there is none and the store starts empty.
    pub base: Option<Oid>,
    /// How that state was found.
    pub origin: RecoveredFrom,
    /// The new value of the ref; None if nothing was done yet.
    pub event: Option<Oid>,
    /// The ref or file in which the broken tip is kept.
    pub kept: Option<String>,
    /// Records newer than those of `base` that were recovered.
    pub rescued: Vec<Rescued>,
    /// The sessions that lost data.
    pub lost: Vec<LostRecord>,
    /// Events that are no longer in the store's history. Their effects remain as far as they were
    /// recovered.
    pub events: Vec<LostEvent>,
}

/// How an intact state was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecoveredFrom {
    /// In the ref's own reflog.
    Reflog,
    /// Among the ancestors of the ref's old value.
    Past,
    /// Under a remote-tracking ref.
    Tracking(String),
    /// Among unreferenced objects.
    Dangling,
    /// No intact state was found.
    Nowhere,
}

/// How a session's newest readable state was recovered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rescued {
    /// The record was written or moved again.
    Record(Location),
    /// The session had been deleted, and was deleted again.
    Removal(Location),
}

/// A session that lost data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LostRecord {
    /// The newest record is unreadable; the record as of this event replaces it.
    Changes {
        /// Which.
        location: Location,
        /// The event.
        event: Oid,
    },
    /// No record of the session is readable.
    Session(SessionId),
}

/// An event that is no longer in the store's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LostEvent {
    /// The commit.
    pub id: Oid,
    /// The subject, from the commit or the reflog; may be empty.
    pub subject: String,
    /// The sessions that it touched, if the commit is readable.
    pub sessions: Vec<SessionId>,
}
