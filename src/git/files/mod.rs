//! Files below the git directory, treated as git treats them.

mod folders;
mod fsync;
mod lock;
mod note;
mod retry;
mod shared;

pub(super) use folders::{ignore_missing, sync_folder};
pub(super) use fsync::Fsync;
pub use lock::Lock;
pub(crate) use retry::{replace, uninterrupted};
pub(super) use shared::Shared;
