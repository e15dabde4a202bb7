//! Commits on refs: writing them, moving the refs to them, and reading their history.
//!
//! This layer knows nothing of sessions. A ref changes here in one way: read its tip, write commits
//! on top of it, and move the ref from that very tip, or start again. Several refs move together:
//! all of them are locked before the first one moves.

mod ancestry;
mod backoff;
mod clock;
mod commit;
mod edit;
mod error;
mod history;
mod notice;
mod open;
mod turn;

#[cfg(test)]
mod tests;

pub use clock::Clock;
pub use error::LedgerError;
pub use notice::LedgerNotice;
pub use open::Ledger;

pub(crate) use ancestry::{Graph, Relation};
pub(crate) use backoff::Backoff;
pub(crate) use clock::commit_time;
pub(crate) use commit::RefUpdate;
pub(crate) use edit::Edit;
pub(crate) use history::Commits;
