//! Records in git: reading them, changing them in transactions, merging and repairing stores.
//!
//! [`Store`] is the entry point. A [`Snapshot`] lists, finds and loads the sessions of one moment and
//! walks through their history. A [`Transaction`] changes any number of sessions with one event, or
//! none of them. [`Store::merge_tip`] brings in the events of another clone, [`Store::check_all`] checks the
//! records, and [`Store::repair`] restores a damaged store.

mod check;
mod codec;
mod error;
mod heads;
mod index;
mod layout;
mod merge;
mod notice;
mod open;
mod past;
mod project;
mod read;
mod records;
mod repair;
mod replica;
mod write;

pub use crate::model::Shelf;
pub use check::{FsckFinding, Severity};
pub use codec::{LIMITS, Limits, RecordProblem, parse as parse_record, render as render_record};
pub use error::{ResolveError, StoreError};
pub use heads::{HEADS_REF, KeptHead};
use index::checksum;
pub use layout::{FORMAT, Key, Location, Visibility};
pub(crate) use layout::{id_of_path, record_pathspec};
pub use merge::{Change, ChangeKind, Histories, MergeMode, MergeOutcome, MergeReport};
pub use notice::Notice;
pub use open::{PRIVATE_REF, SESSIONS_REF, Store};
pub(crate) use read::Named;
pub use read::{
    ChangeSet, Context, Entry, Events, History, Lineage, ListedRecord, ListedSession, Listing,
    Namesake, Query, SessionChange, Snapshot, Tips, Unexpected, Watch,
};
pub use records::StoredRecord;
pub use repair::{
    LostEvent, LostRecord, RecoveredFrom, RefRepair, RepairMode, RepairReport, Rescued,
};
pub use write::{Committed, Displaced, Overlap, Transaction, UndoError, Undone, Version};
