//! Keeps the sessions of AI coding agents in the git repository they work on.
//!
//! A session is a YAML record in the tree of one ref, `refs/ao/sessions`; each change is a commit
//! there.
#![deny(missing_docs)]

pub mod agent;
pub mod flow;
pub mod git;
pub mod hook;
pub mod model;
pub mod runtime;
pub mod share;
pub mod store;
pub mod workspace;
