//! What an orchestrator does with the library.

mod changes;
mod query;
mod rules;
mod watch;
