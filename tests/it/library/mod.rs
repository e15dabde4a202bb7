//! What an orchestrator does with the library.

mod author;
mod boxed;
mod broken;
mod changes;
mod contended;
mod engine;
mod faults;
mod laws;
mod memory;
mod processes;
mod program;
mod query;
mod restore;
mod rules;
mod smallest;
mod traced;
mod watch;
mod workspaces;
