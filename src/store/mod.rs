//! Records in git: the tree at one ref, and the one way to write it.

mod backoff;
mod branch;
mod check;
mod clock;
mod codec;
mod door;
mod edit;
mod error;
mod half;
mod handle;
mod history;
mod layout;
mod lineage;
mod merge;
mod notice;
mod open;
mod project;
mod publish;
mod repair;
mod replica;
mod snapshot;
mod transaction;
mod turn;
mod undo;
mod walk;

pub use branch::OnBranch;
pub use check::{Finding, Severity};
pub use clock::Clock;
pub use codec::{LIMITS, Limits, RecordProblem, parse as parse_record, render as render_record};
pub use door::Committed;
pub use error::{ResolveError, StoreError};
pub use handle::Context;
pub use history::{Events, History};
pub use layout::{FORMAT, Key, Location, Shelf, Visibility};
pub use lineage::Lineage;
pub use merge::{Aim, Change, ChangeKind, Histories, MergeReport, Outcome};
pub use notice::Notice;
pub use open::{PRIVATE_REF, SESSIONS_REF, Store};
pub use repair::{Lost, LostEvent, Origin, RefRepair, RepairMode, RepairReport, Rescued};
pub use snapshot::{Entry, Listed, Snapshot};
pub use transaction::Transaction;
pub use undo::{Overlap, UndoError, Undone, Version};
pub use walk::{Listing, Stray};

pub(crate) use backoff::Backoff;
use clock::event_time;
