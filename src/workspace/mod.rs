//! Workspaces: the git worktrees in which agents work.
//!
//! [`Worktrees`] creates, inspects and removes them; [`Workspace`] is the trait behind it. A
//! workspace is created completely or not at all. Work that is saved nowhere else is backed up
//! before it is removed.

mod add;
mod addition;
mod at_risk;
mod base;
mod branch;
mod branch_only;
mod departure;
mod divergence;
mod error;
mod exclude;
mod exposed;
mod folder;
mod half_made;
mod hidden;
mod include;
mod interface;
mod inventory;
mod list;
mod look;
mod mark;
mod marker;
mod merged;
mod nested;
mod nowhere;
mod operation;
mod own_work;
mod pair_cache;
mod parallel;
mod place;
mod places;
mod progress;
mod recreate;
mod refill;
mod reflogs;
mod registry;
mod removal;
mod remove;
mod removing;
mod rewrites;
mod snapshot;
mod squashed;
mod state;
mod status;
mod submodules;
mod successor;
mod take_back;
mod unfinished;
mod worktree_race;
mod worktrees;

pub use addition::{Added, Addition, Branch, Refilled, Remarks};
pub use error::WorkspaceError;
pub use exposed::{Exclusion, Exposed};
pub use folder::{FolderProblem, folder_in, folder_of};
pub use half_made::HalfCheckout;
pub use include::{Included, Skipped};
pub use interface::Workspace;
pub use list::WorktreeEntry;
pub use look::is_worktree;
pub use mark::{Gone, Mark, bring_back, gone, marked, moved, relink, unlinked};
pub use marker::{
    await_setup, awaits_setup, end_setup, is_of, key_here, mark_here, name_project, session_at,
    session_here,
};
pub use merged::TrialMerge;
pub use operation::{Operation, operation};
pub use own_work::note_own_work;
pub use place::{could_name, from_record, to_record};
pub use places::Places;
pub use progress::Progress;
pub use reflogs::Moved;
pub use removal::{OnUnsaved, Recreation, Removal, Removed, Verdict};
pub use rewrites::{note_rewrites, rewrites};
pub use squashed::OpenBranch;
pub use state::{Changes, Condition, Detail, Divergence, ExpectedWorktree, WorkspaceState};
pub use unfinished::Unfinished;
pub use worktrees::Worktrees;
