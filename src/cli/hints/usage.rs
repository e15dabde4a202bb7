//! Explains usage errors.

use clap::error::{ContextKind, ContextValue, Error, ErrorKind};
use git_ao::model::distance;

use crate::cli::CliError;
use crate::cli::known::command_for;

/// Turns clap's error into one in git's form.
pub fn explain(error: &Error) -> CliError {
    let about = |kind| error.get(kind).map(said).unwrap_or_default();
    let arg = plain(about(ContextKind::InvalidArg));
    let value = about(ContextKind::InvalidValue);
    let message = match error.kind() {
        ErrorKind::InvalidSubcommand => {
            format!("unknown command '{}'", about(ContextKind::InvalidSubcommand))
        }
        ErrorKind::UnknownArgument if arg.starts_with('-') => format!("unknown option '{arg}'"),
        ErrorKind::UnknownArgument => format!("unexpected argument '{arg}'"),
        ErrorKind::MissingRequiredArgument => format!("missing {arg}"),
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            "missing command".to_owned()
        }
        ErrorKind::InvalidValue if value.is_empty() => format!("'{arg}' requires a value"),
        ErrorKind::InvalidValue => format!("'{value}' is not a value for '{arg}'"),
        ErrorKind::TooManyValues if arg.starts_with("--") => format!("'{arg}' takes no value"),
        ErrorKind::ValueValidation => format!("'{value}' is not a value for '{arg}'"),
        // Where a command is optional, its arguments have no room for another one.
        ErrorKind::ArgumentConflict if arg.is_empty() => {
            format!("unexpected argument '{}'", about(ContextKind::InvalidSubcommand))
        }
        ErrorKind::ArgumentConflict if error.get(ContextKind::PriorArg).is_none() => {
            format!("'{arg}' cannot be given twice")
        }
        ErrorKind::ArgumentConflict => {
            let prior = plain(about(ContextKind::PriorArg));
            match arg == prior {
                true => format!("'{arg}' cannot be given twice"),
                false => format!("'{arg}' and '{prior}' cannot be used together"),
            }
        }
        ErrorKind::InvalidUtf8 => "an argument is not UTF-8".to_owned(),
        _ => first_line(error),
    };
    let mut explained = CliError::usage(message);
    if let Some(cause) = std::error::Error::source(error) {
        explained = match cause.is::<std::num::ParseIntError>() {
            true => explained.because(&NoNumber),
            false => explained.because(cause),
        };
    }
    // The list of all commands would bury the mistyped word.
    if error.kind() != ErrorKind::InvalidSubcommand
        && let Some(usage) = error.get(ContextKind::Usage)
    {
        let usage = said(usage);
        let usage = usage.trim();
        explained = explained.synopsis(usage.strip_prefix("Usage: ").unwrap_or(usage));
    }
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        let help = error.render().to_string();
        if let Some(usage) = help.lines().find_map(|line| line.strip_prefix("usage: ")) {
            let path = usage.strip_suffix(" <command>").unwrap_or(usage);
            return explained.synopsis(usage).hint(format!("to list the commands: {path} -h"));
        }
    }
    match hint(error) {
        Some(hint) => explained.hint(hint),
        None => explained,
    }
}

fn hint(error: &Error) -> Option<String> {
    let list = |kind| error.get(kind).map(said).filter(|list| !list.is_empty());
    if error.kind() == ErrorKind::InvalidSubcommand {
        let typed = error.get(ContextKind::InvalidSubcommand).map(said).unwrap_or_default();
        if let Some(command) = command_for(&typed) {
            let git_ao = if command.starts_with("git ") { "" } else { "git ao " };
            return Some(format!("the command for that is '{git_ao}{command}'"));
        }
        return Some(match list(ContextKind::SuggestedSubcommand) {
            Some(similar) if similar.contains(", ") => {
                let mut words: Vec<_> = similar.split(", ").collect();
                words.sort_by_key(|word| distance(&typed, word));
                format!("the most similar commands are '{}'", words.join("', '"))
            }
            Some(similar) => format!("the most similar command is '{similar}'"),
            None => "to list the commands: git ao help".to_owned(),
        });
    }
    if let Some(similar) = list(ContextKind::SuggestedArg) {
        return Some(format!("the most similar option is '{similar}'"));
    }
    if let Some(similar) = list(ContextKind::SuggestedValue) {
        return Some(format!("the most similar value is '{similar}'"));
    }
    list(ContextKind::ValidValue).map(|values| format!("one of {values}"))
}

/// Replaces Rust's message for an invalid number, which speaks of digits and types.
#[derive(Debug, thiserror::Error)]
#[error("expected an integer")]
struct NoNumber;

/// Returns the text of a context value. Several texts are joined.
fn said(value: &ContextValue) -> String {
    match value {
        ContextValue::Strings(texts) => texts.join(", "),
        ContextValue::StyledStrs(texts) => {
            texts.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
        }
        ContextValue::None => String::new(),
        other => other.to_string(),
    }
}

/// Turns clap's `[page]`, which marks an optional argument, into `<page>`.
fn plain(arg: String) -> String {
    match arg.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((name, dots)) => format!("<{name}>{dots}"),
        None => arg,
    }
}

fn first_line(error: &Error) -> String {
    let text = error.render().to_string();
    let line = text.lines().next().unwrap_or_default();
    line.strip_prefix("error: ").unwrap_or(line).to_owned()
}
