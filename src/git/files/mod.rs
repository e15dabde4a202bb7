//! Files below the git directory, treated as git treats them.

mod aside;
mod folders;
mod fsync;
mod held;
mod lock;
mod note;
mod retry;
mod shared;
mod writable;

pub(super) use folders::{ignore_missing, sync_folder};
pub(super) use fsync::Fsync;
pub use held::{Anchor, path_of};
pub use lock::Lock;
pub(crate) use retry::{replace, uninterrupted};
pub(super) use shared::Shared;
pub use writable::Unwritable;
