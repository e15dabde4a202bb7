//! The name of this clone among all clones that share the store.

mod name;
mod naming;
mod place;

pub(super) use naming::Naming;
