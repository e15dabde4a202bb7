//! Access to one repository: opening it, refusing what git itself would refuse, and running git
//! safely.
//!
//! A [`Repository`] is found, configured and trusted as git itself would. Objects, and refs in files,
//! are read and written in this process. The rest (reftables, worktrees, hooks, transports) is left
//! to git, which a [`GitCommand`] runs with the variables of the repository's [`Environment`].

mod ancestry;
mod commits;
mod config;
mod environment;
mod error;
mod extensions;
mod files;
mod identity;
mod linked;
mod objects;
mod open;
mod process;
mod refs;
mod repository;
mod safe_directory;
pub(crate) mod settings;
mod signatures;
mod upstream;
mod zone;

pub(crate) use ancestry::Ancestry;
pub(crate) use commits::{CLOCK_SLACK, CommitFacts, Descent, Wanted};
pub use config::GitConfigEntry;
pub use environment::Environment;
pub(crate) use error::after_colon;
pub use error::{Cause, FileError, GitError, LockError, ObjectError, RefError, RepositoryError};
pub use files::{Anchor, Hold, Lock, Unwritable};
pub(crate) use process::plain_message;
pub use process::{GitCommand, GitExit, LOCAL_ENV, OLDEST_GIT, Output, is_new_enough};
pub use refs::{Expected, Held, StaleLock};
pub use repository::{Repository, hostname};
pub use settings::{Adoption, Settings, Trailer};
pub use upstream::Upstream;

pub(crate) use files::{path_of, replace, uninterrupted};
pub use identity::Identity;

pub(crate) use objects::{CommitGraph, RawTree, gix_id, oid, sha256};
pub(crate) use refs::{Durability, RefMove, RefState, Reflog, RefsStamp};
pub(crate) use signatures::Signatures;
