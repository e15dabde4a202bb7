//! What an orchestrator does with the library.

mod author;
mod broken;
mod changes;
mod contended;
mod engine;
mod faults;
mod laws;
mod memory;
mod query;
mod restore;
mod rules;
mod traced;
mod watch;
