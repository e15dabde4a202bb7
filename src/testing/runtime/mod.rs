//! The laws of runtimes.

mod ends;
mod handles;
mod reach;
mod stage;
mod starts;
mod subject;
mod table;

pub use subject::RuntimeLaws;
