//! Implements the verbs. Each ties records, branches, worktrees and agents together.
//!
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let dir = tempfile::tempdir()?;
//! # let dir = dir.path().canonicalize()?;
//! # let git = |args: &[&str]| {
//! #     let mut git = std::process::Command::new("git");
//! #     git.arg("-C").arg(&dir).args(["-c", "user.name=a", "-c", "user.email=a@b"]).args(args);
//! #     assert!(git.status().expect("git").success());
//! # };
//! # git(&["init", "-q"]);
//! # git(&["commit", "-q", "--allow-empty", "-m", "first"]);
//! # git(&["config", "ao.worktreeDir", dir.join("trees").to_str().expect("text")]);
//! use git_ao::ops::{self, Interrupt, SpawnRequest};
//! use git_ao::git::Repository;
//! use git_ao::model::SessionStatus;
//! use git_ao::store::Store;
//!
//! let store = Store::new(Repository::discover(&dir)?);
//! let task = Some("Fix the flaky test".to_owned());
//! let plan = ops::plan(&store, SpawnRequest { task, ..SpawnRequest::default() })?;
//! // A record, a branch and a worktree, or nothing of that. With a launcher, an agent too.
//! let made = ops::spawn(&store, plan, None, &Interrupt::never())?;
//! assert_eq!(made.session.status, SessionStatus::Idle);
//! assert!(made.workspace.expect("it has a worktree").join(".git").is_file());
//! # Ok(()) }
//! ```

mod archive;
mod cancel;
mod cleanup;
mod common;
mod complete;
mod delete;
mod doctor;
mod edit;
mod fail;
mod fork;
mod kill;
mod pause;
mod reconcile;
mod restore;
mod resume;
mod run;
mod send;
mod set;
mod spawn;
mod unarchive;
mod undo;

pub use archive::{ArchiveError, archive};
pub use cancel::cancel;
pub use cleanup::{Branches, Cleaned, Cleanup, Leftover, branch_to_remove, cleanup, cleanup_plan};
pub use common::{
    Against, AgentChoice, AgentReport, AgentState, AgentStateError, BaseStatus, Changed, Checkout,
    Checks, Duplicates, ElsewhereError, Interrupt, IssueRef, LaunchError, Launcher, Live, Liveness,
    LostConversation, MovedSession, OpsError, Purge, Remain, RunningAgent, Scope,
    SessionWorktreeError, SpawnError, SpawnRequest, Start, StatusChange, StatusError, Uncommitted,
    agent_reports, elsewhere, end_remains, find_running, last_output, last_screen, liveness,
    liveness_of, log_file, man_dir, man_path, place, placement, purge, record_branches, remains,
    survey, uncommitted,
};
pub use complete::complete;
pub use delete::{DeleteError, DeletedSession, Kept, delete};
pub use doctor::{Finding, FixOutcome, FixResult, Weight, check, fix};
pub use edit::{EditError, edit};
pub use fail::fail;
pub use fork::{fork_action, fork_request};
pub use kill::{Killed, kill};
pub use pause::pause;
pub use reconcile::{Reconciled, Step, reconcile, reconcile_plan};
pub use restore::{Again, Restore, RestorePlan, Restored, restore, restore_command, restore_plan};
pub use resume::resume;
pub use run::{Caller, Run, Runner};
pub use send::send;
pub use set::{ChangedRecord, SetError, SetRequest, UpdateTime, set};
pub use spawn::{SpawnPlan, Spawned, plan, spawn};
pub use unarchive::unarchive;
pub use undo::{Undo, Undoing, undo, undo_leaves, undo_plan};
