//! The program and the library from outside, with real git.
#![allow(clippy::unwrap_used)]

#[path = "../support/mod.rs"]
mod support;

mod cli;
mod harness;
mod store;
mod workspace;
