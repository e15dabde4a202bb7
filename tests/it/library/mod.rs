//! What an orchestrator does with the library.

mod changes;
mod engine;
mod memory;
mod query;
mod rules;
mod traced;
mod watch;
