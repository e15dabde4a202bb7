//! What an orchestrator does with the library.

mod query;
mod rules;
