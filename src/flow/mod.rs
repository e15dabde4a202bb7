//! What a person does with sessions: each verb ties records, branches, worktrees and agents
//! together.
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
//! use git_ao::flow::{self, Interrupt, Request};
//! use git_ao::git::Repository;
//! use git_ao::model::SessionStatus;
//! use git_ao::store::Store;
//!
//! let store = Store::new(Repository::discover(&dir)?);
//! let task = Some("Fix the flaky test".to_owned());
//! let plan = flow::plan(&store, Request { task, ..Request::default() })?;
//! // A record, a branch and a worktree, or nothing of that. With a launcher, an agent too.
//! let made = flow::spawn(&store, plan, None, &Interrupt::never())?;
//! assert_eq!(made.session.status, SessionStatus::Idle);
//! assert!(made.workspace.expect("it has a worktree").join(".git").is_file());
//! # Ok(()) }
//! ```

mod agents;
mod begun;
mod belongings;
mod brief;
mod cancel;
mod change;
mod cleanup;
mod complete;
mod conversation;
mod doctor;
mod error;
mod fail;
mod fork;
mod here;
mod issue;
mod kill;
mod launcher;
mod live;
mod liveness;
mod log;
mod lost;
mod on_branch;
mod own;
mod pause;
mod reach;
mod reconcile;
mod remains;
mod request;
mod restore;
mod resume;
mod run;
mod runners;
mod said;
mod screen;
mod send;
mod spawn;
mod spot;
mod start;
mod uncommitted;
mod undo;

pub use agents::{AgentReport, agent_reports};
pub use belongings::{Discard, discard};
pub use cancel::cancel;
pub use change::{Changed, Rule, Say};
pub use cleanup::{Branches, Cleaned, Cleanup, Leftover, branch_to_remove, cleanup, cleanup_plan};
pub use complete::complete;
pub use doctor::{Finding, Outcome, Treated, Weight, examine, mend};
pub use error::{FlowError, Interrupt};
pub use fail::fail;
pub use fork::{fork_action, fork_request};
pub use here::{elsewhere, place, placement};
pub use issue::Ticket;
pub use kill::{Killed, kill};
pub use launcher::{Crew, Launcher};
pub use live::{Against, AgentState, BaseStatus, Live, Scope, survey};
pub use liveness::{Liveness, liveness, liveness_of};
pub use log::{log_file, log_limit};
pub use lost::Lost;
pub use on_branch::record_branches;
pub use pause::pause;
pub use reach::{Reached, reach};
pub use reconcile::{Reconciled, Step, reconcile, reconcile_plan};
pub use remains::{Remain, end_remains, remains};
pub use request::{Duplicates, Place, Request};
pub use restore::{Again, Restore, RestorePlan, Restored, restore, restore_plan};
pub use resume::resume;
pub use run::{Run, Runner, Turn};
pub use screen::{last_output, last_screen};
pub use send::send;
pub use spawn::{Plan, Spawned, plan, spawn};
pub use start::Start;
pub use uncommitted::{Uncommitted, uncommitted};
pub use undo::{Undo, Undoing, undo, undo_leaves, undo_plan};

/// What an agent finds in its environment: its session's id and branch.
const SESSION_ENV: [&str; 3] = ["AO_SESSION_ID", "AO_SESSION_BRANCH", "AO_SESSION_CLONE"];
