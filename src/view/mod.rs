//! Presentation shared by all front ends: JSON shapes, dates, names of places, and
//! escaping.
//!
//! A [`Status`] is a snapshot of sessions with the state of their agents, worktrees and branches.

mod date;
pub mod escape;
pub mod json;
mod placement;
mod status;
mod tool;

pub use date::{DateFormat, age};
pub use placement::{LocalPlacements, elsewhere, mark};
pub use status::{Status, StatusRow};
pub use tool::tool_summary;
