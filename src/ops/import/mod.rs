//! Takes the sessions of other programs, and the conversations of agents, into the store.

mod adopt;
mod conversations;
mod error;
mod foreign;
mod history;
mod places;
mod report;
mod save;
mod take;
mod taking;
mod unstarted;

pub use adopt::{AdoptRequest, Adoptable};
pub use error::ImportError;
pub use foreign::ImportRequest;
pub use history::{HistoryRequest, HistoryScope};
pub use report::{ImportReport, ImportedSession};
pub use save::ImportOutcome;
