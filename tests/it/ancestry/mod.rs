//! Histories of forms that are rare: thousands of merges, octopus merges, shallow clones, grafts.
//!
//! What is expected follows from how the history was made, or is what git itself says.

mod grafts;
mod merges;
mod octopus;
mod shallow;
mod world;
