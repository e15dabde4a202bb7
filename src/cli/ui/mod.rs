//! Output for people in git's style, shared by all verbs.

mod ask;
pub mod color;
pub mod message;
pub mod out;
pub mod pager;
pub mod table;
mod wrap;

pub use ask::{ask, can_ask};
pub use color::Style;
pub use git_ao::view::escape;
pub use out::{Out, OutError, Screen};
pub use table::{Cell, Column, Give, Table, cut};
pub use wrap::{one_line, wrap};
