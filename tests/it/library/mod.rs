//! What an orchestrator does with the library.

mod author;
mod broken;
mod changes;
mod contended;
mod engine;
mod query;
mod rules;
mod watch;
