//! Reads refs and reflogs, and moves several refs at once: all or none.

mod by_git;
mod files;
mod head;
mod kept;
mod lock;
mod read;
mod reflog;
mod stale;
mod stamp;
mod state;
mod update;

pub(crate) use reflog::Reflog;
pub use stale::{Held, StaleLock};
pub(crate) use stamp::RefsStamp;
pub(crate) use state::RefState;
pub use update::Expected;
pub(crate) use update::{Durability, RefMove};
