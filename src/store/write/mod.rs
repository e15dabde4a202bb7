//! Changing the store: staging changes, and committing them.

mod commit;
mod create;
mod displaced;
mod publish;
mod room;
mod staged;
mod take;
mod transaction;
mod undo;
mod undone;
mod update;

pub use commit::Committed;
pub(super) use commit::subject;
pub use displaced::Displaced;
pub(super) use displaced::beside;
pub use transaction::Transaction;
pub use undone::{Overlap, UndoError, Undone, Version};
