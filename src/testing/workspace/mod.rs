//! The laws of workspaces.

mod add;
mod look;
mod recreate;
mod remove;
mod stage;
mod subject;
mod table;

pub use subject::WorkspaceLaws;
