//! Git's configuration, beyond what gix reads of it.

mod entries;
mod overrides;

pub use entries::Entry;
pub(super) use overrides::overrides;
