//! What an orchestrator does with the library.

mod engine;
mod query;
mod rules;
