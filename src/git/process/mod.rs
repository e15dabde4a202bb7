//! Running git: its command line, its environment, its version.

mod command;
mod environment;
mod repository;
mod version;

pub use command::{Ended, GitCommand, LOCAL_ENV, Output};
pub(super) use environment::has_author_of_a_commit;
pub use environment::inherited;
pub use version::{OLDEST_GIT, is_new_enough};
