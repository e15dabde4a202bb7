//! From a commit or a line back to its session.

mod blame;
mod evidence;
mod histories;
mod problems;
mod prompts;
pub mod world;
