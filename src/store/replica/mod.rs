//! The name of this clone among all that share the store.

mod name;
mod place;

pub(super) use name::Naming;
