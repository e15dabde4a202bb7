//! The work of git's hooks, and their installation.
//!
//! The hooks keep records true to what a person does with git: they record the branch and the commit
//! of a session's worktree, name the session in commit messages, and push sessions along. [`run`]
//! does the work of one hook. An [`Installer`] adds the hooks beside a person's own and removes them
//! again. No hook makes git's command fail.

mod agent_hooks;
mod audience;
mod block;
mod branch_sessions;
mod checkout;
mod configured;
mod error;
mod file;
mod head;
mod hooks_dir;
mod install;
mod name;
mod push;
mod rewrite;
mod run;
mod script;
mod status;
mod trailer;
mod uninstall;
mod worktrees;

pub use agent_hooks::{AgentHooks, SettingsScope};
pub use audience::Audience;
pub use branch_sessions::BranchSessions;
pub use configured::InstallMethod;
pub use error::HookError;
pub use hooks_dir::{HooksDir, HooksScope};
pub use install::{Edits, Installed, Installer};
pub use name::{HookName, UnknownHook};
pub use run::run;
pub use status::HookState;
pub use uninstall::Uninstalled;
pub use worktrees::Lacking;
