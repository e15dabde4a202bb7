//! The command-line program. Each verb is one file, which parses its arguments, calls the library
//! and prints the result.

mod commands;
pub mod context;
mod env;
pub mod error;
mod exit_code;
pub mod open;
mod overview;
mod parse;
mod path;
pub mod ui;
mod verbs;

mod adopt;
mod agents;
mod archive;
mod attach;
mod attempts;
mod blame;
mod cancel;
mod candidates;
mod change;
mod cleanup;
mod complete;
mod completions;
mod delete;
mod diff;
mod doctor;
mod edit;
mod editor;
mod exec;
mod fail;
mod fetch;
mod force;
mod fork;
mod fsck;
mod grep;
mod help;
mod hints;
mod hook;
mod hooks;
mod import;
mod interrupt;
mod json;
mod kill;
mod known;
mod land;
mod launch;
mod left_behind;
mod list;
mod log;
mod look_after;
mod man;
mod new;
mod pause;
mod porcelain;
mod prompt;
mod pull;
mod push;
mod ready;
mod reconcile;
mod remarks;
mod restore;
mod resume;
mod run;
mod selection;
mod send;
mod set;
mod sharing;
mod show;
mod spawn;
mod start;
mod status;
mod sync;
mod synopsis;
mod targets;
mod text;
mod transcript;
mod trust;
mod unarchive;
mod undo;
mod unshared;
mod usage;
mod version;
mod wait;
mod why;

use std::ffi::OsString;
use std::process::ExitCode as Status;

pub use context::Ctx;
pub use error::CliError;
pub use exit_code::ExitCode;

/// Runs the program. The first argument is the program's name.
pub fn main(args: impl Iterator<Item = OsString>) -> Status {
    let mut ctx = Ctx::of_process(parse::COMMANDS);
    let result = parse::parse(args).and_then(|request| request.serve(&mut ctx));
    ctx.tell_new_name();
    let finished = ctx.out.finish().map_err(CliError::from);
    let code = match result.and_then(|code| finished.map(|()| code)) {
        Ok(code) => code,
        Err(error) => {
            let error = launch::fill_in(error, &ctx);
            error.print();
            error.code()
        }
    };
    code.into()
}
