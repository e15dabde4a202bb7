//! Commits on refs: writing them, updating the refs, and reading their history.
//!
//! This layer knows nothing about sessions. Every update of a ref follows one scheme: read the tip,
//! write commits on top of it, and update the ref if the tip is unchanged; otherwise start again.
//! Several refs are updated together: all of them are locked before the first one is updated.

mod ancestry;
mod backoff;
mod clock;
mod commit;
mod edit;
mod error;
mod history;
mod nesting;
mod notice;
mod open;
mod paint;
mod turn;

#[cfg(test)]
mod tests;

pub use clock::Clock;
pub use error::{Contention, LedgerError};
pub use notice::LedgerNotice;
pub use open::Ledger;

pub(crate) use ancestry::{Graph, Relation};
pub(crate) use backoff::Backoff;
pub(crate) use clock::{commit_time, system_time};
pub(crate) use commit::RefUpdate;
pub(crate) use edit::Edit;
pub(crate) use history::Commits;
