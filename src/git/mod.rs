//! The repository: finding it, refusing what git would refuse, running git safely.

mod command;
mod entries;
mod error;
mod extensions;
mod fsync;
mod identity;
mod lock;
mod objects;
mod overrides;
mod refs;
mod repository;
mod shared;

pub use command::{GitCommand, Output};
pub use entries::Entry;
pub use error::{GitError, LockError, ObjectError, RefError, RepositoryError};
pub use lock::Lock;
pub use refs::Expected;
pub use repository::{Repository, hostname};

pub(crate) use identity::Signatures;
