//! A world of its own for every test: temporary directory, HOME, environment, repositories.
//!
//! Each test binary takes it in by path and uses a part of it.
#![allow(dead_code, unused_imports, clippy::print_stderr)]

pub mod agents;
mod deadline;
mod env;
mod files;
mod matrix;
pub mod model;
pub mod opencode;
mod out;
mod process;
mod race;
mod repo;
mod run;
mod script;
mod serve;
pub mod sessions;
mod strace;
mod template;
mod terminal;
mod tree;

pub use deadline::{LIMIT, output_of, wait_for};
pub use env::TestEnv;
pub use files::Snapshot;
pub use matrix::{Combo, Kind, Objects, Refs, for_each_format, for_each_repo, formats, matrix};
pub use out::Out;
pub use process::{alone, employ, program, skipped, worker};
pub use race::race;
pub use repo::Repo;
pub use run::Run;
pub use script::write_script;
pub use serve::{Disturbance, Server};
pub use strace::strace;
pub use terminal::Terminal;
pub use tree::{Tree, tree_of};
