//! tmux, the real one: each session of ours is a tmux session.
//!
//! tmux finds targets by prefix and pattern unless told otherwise, and names can be taken by
//! anybody. So sessions are told apart by comparing what `list-panes` says: the whole name, and the
//! option `@ao_session`, which holds the id of the session that owns it. Panes are addressed by
//! their id, which a server never uses twice.

mod attach;
mod client;
mod input;
mod panes;
mod runtime;
mod screen;
mod send;
mod start;

pub use runtime::Tmux;
