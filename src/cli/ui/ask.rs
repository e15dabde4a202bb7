//! Asks the person at the terminal.

use std::io::{IsTerminal as _, stdin};

use super::message;
use crate::cli::CliError;

/// Returns true if there is somebody who can read a question and answer it.
pub fn can_ask() -> bool {
    stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Asks a question, and returns true if the answer is yes: no answer is a no.
pub fn ask(question: &str) -> Result<bool, CliError> {
    message::print(&format!("{question} [y/N] "));
    let mut answer = String::new();
    stdin().read_line(&mut answer).map_err(|error| {
        CliError::fatal("cannot read the answer from standard input").because(&error)
    })?;
    Ok(["y", "yes"].contains(&answer.trim().to_lowercase().as_str()))
}
