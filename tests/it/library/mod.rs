//! What an orchestrator does with the library.

mod changes;
mod engine;
mod faults;
mod memory;
mod query;
mod restore;
mod rules;
mod traced;
mod watch;
