//! What earlier session stores get wrong: each mistake a test.
#![allow(clippy::unwrap_used)]

#[path = "../support/mod.rs"]
mod support;

mod agents;
