//! What users of earlier session stores could do: each thing a test.
#![allow(clippy::unwrap_used)]

#[path = "../support/mod.rs"]
mod support;

mod activity;
mod ao_core;
mod ao_core_restore;
mod astrid_runtime;
mod claw_code;
mod conversations;
mod entries;
mod import;
mod sessions;
mod thulp_workspace;
mod worktrees;
