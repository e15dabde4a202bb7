//! What is taken out of transcripts before they are shared, and what stays.

mod agents;
pub mod examples;
mod hidden;
mod innocent;
mod properties;
mod user;
