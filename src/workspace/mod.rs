//! Where a session's agent works: a git worktree of its own.

mod add;
mod addition;
mod base;
mod branch;
mod branch_only;
mod error;
mod list;
mod marker;
mod place;
mod worktrees;

pub use addition::{Added, Addition, Branch};
pub use error::WorkspaceError;
pub use list::Listed;
pub use marker::{mark_here, session_at, session_here};
pub use place::{from_record, to_record};
pub use worktrees::Worktrees;

/// What makes, watches and removes the places in which agents work.
///
/// [`Worktrees`] is the one that comes with the program; an orchestrator may bring its own.
pub trait Workspace {
    /// Makes a place to work in: all of it, or nothing.
    ///
    /// # Errors
    /// Whatever stands in its way, see [`WorkspaceError`]. What was there before is as it was.
    fn add(&self, addition: &Addition) -> Result<Added<'_>, WorkspaceError>;
}
