//! The repository: finding it, refusing what git would refuse, running git safely.

mod command;
mod error;
mod extensions;
mod fsync;
mod head;
mod identity;
mod lock;
mod objects;
mod overrides;
mod refs;
mod repository;
mod shared;
mod zone;

pub use command::{Ended, GitCommand, Output};
pub use error::{GitError, LockError, ObjectError, RefError, RepositoryError};
pub use lock::Lock;
pub use refs::Expected;
pub use repository::{Repository, hostname};
pub use zone::local_offset;

pub(crate) use identity::Signatures;
