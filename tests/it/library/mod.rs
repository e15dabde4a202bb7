//! What an orchestrator does with the library.

mod author;
mod changes;
mod contended;
mod query;
mod rules;
mod watch;
