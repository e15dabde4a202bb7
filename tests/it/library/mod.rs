//! What an orchestrator does with the library.

mod changes;
mod engine;
mod query;
mod rules;
mod watch;
