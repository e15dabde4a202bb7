//! What an orchestrator does with the library.

mod rules;
