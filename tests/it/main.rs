//! The program and the library from outside, with real git.
#![allow(clippy::unwrap_used)]

#[path = "../support/mod.rs"]
mod support;

mod agents;
mod ancestry;
mod cli;
mod corpus;
mod docs;
mod gits;
mod harness;
mod hooks;
mod import;
mod library;
mod live;
mod ops;
mod private;
mod records;
mod redact;
mod repair;
mod share;
mod spawn;
mod store;
mod transcript;
mod usage;
mod verbs;
mod why;
mod workspace;
