//! The work of git's hooks, and their installation.

mod block;
mod checkout;
mod configured;
mod crowd;
mod error;
mod file;
mod head;
mod install;
mod name;
mod place;
mod push;
mod reader;
mod run;
mod script;
mod status;
mod trailer;
mod uninstall;
mod worktrees;

pub use configured::Way;
pub use crowd::Crowd;
pub use error::HookError;
pub use install::{Edits, Installed, Installer};
pub use name::{HookName, UnknownHook};
pub use place::{HooksDir, Reach};
pub use reader::Reader;
pub use run::run;
pub use status::HookState;
pub use uninstall::Uninstalled;
pub use worktrees::Lacking;
