use std::path::PathBuf;

use super::super::{FsckFinding, Location};
use crate::model::{Oid, SessionId};

/// Whether damage is only looked for, or repaired too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RepairMode {
    /// Nothing is changed: the report says what would be done.
    Plan,
    /// What can be repaired is.
    Repair,
}

/// What a repair found and did, or would do.
#[derive(Debug, Default)]
pub struct RepairReport {
    /// The store's refs that were damaged.
    pub refs: Vec<RefRepair>,
    /// Locks that whoever made them left behind; they are removed.
    pub locks: Vec<PathBuf>,
    /// Reflogs with lines that are none; these are taken out.
    pub reflogs: Vec<String>,
    /// Remote-tracking refs that led to nothing whole; they are removed, and the next fetch brings
    /// them back.
    pub tracking: Vec<String>,
    /// Objects that were damaged; their files are moved to `ao/broken` in the git directory, so that
    /// they can be written or fetched again.
    pub objects: Vec<Oid>,
    /// Objects that were missing and whose content is known; they are written again.
    pub written: Vec<Oid>,
    /// What is wrong and cannot be repaired here.
    pub unrepaired: Vec<FsckFinding>,
}

impl RepairReport {
    /// True where nothing was wrong.
    pub fn is_empty(&self) -> bool {
        !self.is_repairable() && self.unrepaired.is_empty()
    }

    /// True where there is something to repair.
    pub fn is_repairable(&self) -> bool {
        !self.refs.is_empty()
            || !self.locks.is_empty()
            || !self.reflogs.is_empty()
            || !self.tracking.is_empty()
            || !self.objects.is_empty()
            || !self.written.is_empty()
    }
}

/// One ref that was damaged.
#[derive(Debug)]
pub struct RefRepair {
    /// Its full name.
    pub name: String,
    /// What was wrong.
    pub damage: Vec<FsckFinding>,
    /// The newest state that is whole; None where there is none, and the store begins anew.
    pub base: Option<Oid>,
    /// How it was found.
    pub origin: RecoveredFrom,
    /// Where the ref is now; None as long as nothing was done.
    pub event: Option<Oid>,
    /// Where the broken tip is kept: a ref, or a file.
    pub kept: Option<String>,
    /// Records newer than those of `base` that could be read.
    pub rescued: Vec<Rescued>,
    /// Sessions of which something was lost.
    pub lost: Vec<LostRecord>,
    /// Events that are not in the store's history any more. What they did is, as far as it was
    /// rescued.
    pub events: Vec<LostEvent>,
}

/// How a whole state was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecoveredFrom {
    /// In the ref's own reflog.
    Reflog,
    /// It is in the past of what the ref named.
    Past,
    /// A remote-tracking ref names it.
    Tracking(String),
    /// Nothing named it any more.
    Dangling,
    /// There is none.
    Nowhere,
}

/// What was done about one session so that its newest readable state is the one that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rescued {
    /// Its record was written, or moved to where it lay.
    Record(Location),
    /// It had been taken out, which was done again.
    Removal(Location),
}

/// A session of which something was lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LostRecord {
    /// Its newest record cannot be read; an older one, as of this event, has taken its place.
    Changes {
        /// Which.
        location: Location,
        /// The event.
        event: Oid,
    },
    /// No record of it can be read.
    Session(SessionId),
}

/// An event that the store's history does not hold any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LostEvent {
    /// The commit.
    pub id: Oid,
    /// What it, or the reflog, says; empty where nothing does.
    pub subject: String,
    /// The sessions that it touched, as far as it can be read.
    pub sessions: Vec<SessionId>,
}
