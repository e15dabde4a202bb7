//! Reading the store at one event: records, names, history.

mod branch;
mod changes;
mod entry;
mod event;
mod events;
mod find;
mod first;
mod history;
mod in_use;
mod lineage;
mod list;
mod listed;
mod look;
mod namesakes;
mod overlay;
mod pick;
mod present;
mod query;
mod ref_tree;
mod resolve;
mod snapshot;
mod stream;
mod survey;
mod tips;
mod touched;
mod walk;
mod watch;

pub use changes::{ChangeSet, SessionChange};
pub use entry::Entry;
pub use events::Events;
pub use history::History;
pub(crate) use in_use::Named;
pub use lineage::Lineage;
pub use listed::{ListedSession, Listing};
#[cfg(test)]
pub(in crate::store) use look::Look;
pub use namesakes::Namesake;
pub use query::Query;
pub use resolve::Context;
pub use snapshot::Snapshot;
pub use tips::Tips;
pub use walk::Unexpected;
pub use watch::Watch;
