//! The tmux runtime: each session is a tmux session.
//!
//! tmux finds targets by prefix and pattern unless told otherwise, and anybody can use a name.
//! Sessions are therefore identified by the output of `list-panes`: by their full name and by the
//! option `@ao_session`, which holds the id of the owning session. Panes are addressed by their id,
//! which a server never reuses.

mod attach;
mod client;
mod input;
mod panes;
mod press;
mod runtime;
mod screen;
mod send;
mod start;
mod terminals;

pub use runtime::Tmux;
