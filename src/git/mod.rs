//! The repository: finding it, refusing what git would refuse, running git safely.

mod command;
mod entries;
mod error;
mod extensions;
mod files_refs;
mod folders;
mod foreign_refs;
mod fsync;
mod head;
mod identity;
mod inherited;
mod lock;
mod loose;
mod object_dirs;
mod objects;
mod overrides;
mod read_ref;
mod recent;
mod ref_lock;
mod refs;
mod repository;
mod retry;
mod shared;
mod stale;
mod tree;
mod version;
mod write;
mod zone;

pub use command::{Ended, GitCommand, LOCAL_ENV, Output};
pub use entries::Entry;
pub(crate) use error::after_colon;
pub use error::{Cause, GitError, LockError, ObjectError, RefError, RepositoryError};
pub use inherited::inherited;
pub use lock::Lock;
pub use refs::Expected;
pub use repository::{Repository, hostname};
pub use stale::{Held, Leftover};
pub use version::{OLDEST_GIT, is_new_enough};
pub use zone::local_offset;

pub(crate) use identity::Signatures;
pub(crate) use refs::{Durability, RefMove};
pub(crate) use tree::RawTree;
