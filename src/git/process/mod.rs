//! Running git: its command line, its environment, its version.

mod command;
mod environment;
mod find;
mod repository;
mod version;

pub(crate) use command::plain_message;
pub use command::{GitCommand, GitExit, LOCAL_ENV, Output};
pub(super) use find::find_program;
pub use version::{OLDEST_GIT, is_new_enough};
