//! Reading the store at one event: records, names, history.

mod branch;
mod entry;
mod find;
mod history;
mod lineage;
mod list;
mod listed;
mod namesakes;
mod overlay;
mod query;
mod ref_tree;
mod resolve;
mod snapshot;
mod walk;

pub use branch::OnBranch;
pub use entry::Entry;
pub use history::{Events, History};
pub use lineage::Lineage;
pub use listed::{ListedSession, Listing};
pub use namesakes::Namesake;
pub use query::Query;
pub use resolve::Context;
pub use snapshot::Snapshot;
pub use walk::Unexpected;
