//! What every front end shows alike: JSON shapes, orders, dates, the words for places, and text that
//! is safe to show.
//!
//! A [`Status`] is the sessions with what is true of them at one moment: their agents, their
//! worktrees, their branches.

mod date;
pub mod escape;
pub mod json;
mod order;
mod placement;
mod status;
mod status_json;

pub use date::{DateFormat, age};
pub use order::{Order, UnknownKey, names as order_names};
pub use placement::{LocalPlacements, elsewhere, mark};
pub use status::{Status, StatusRow};
pub use status_json::status_row;
