//! Files in the git directory, handled as git handles them.

mod anchor;
mod aside;
mod directory;
mod folders;
mod fsync;
mod lock;
mod note;
mod retry;
mod shared;
mod writable;

pub use anchor::{Anchor, path_of};
pub(super) use directory::DirectoryId;
pub(super) use folders::{ignore_missing, sync_folder};
pub(super) use fsync::Fsync;
pub use lock::{Hold, Lock};
pub(crate) use retry::{replace, uninterrupted};
pub(super) use shared::Shared;
pub use writable::Unwritable;
