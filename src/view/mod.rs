//! Presentation shared by all front ends: JSON shapes, dates, names of places, and
//! escaping.
//!
//! A [`Status`] is a snapshot of sessions with the state of their agents, worktrees and branches.

mod date;
pub mod escape;
mod html;
pub mod json;
mod markdown;
mod part;
mod placement;
mod status;

pub use date::{DateFormat, age};
pub use html::HtmlPage;
pub use markdown::MarkdownPage;
pub use placement::{LocalPlacements, elsewhere, mark};
pub use status::{Status, StatusRow};
