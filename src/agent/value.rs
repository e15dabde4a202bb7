//! Checks values that become part of a command and may come from somebody else's record.

use super::AgentError;

/// The maximum length of a prompt that is passed as an argument.
///
/// Linux allows 128 KiB for one argument, including its NUL byte (execve(2), MAX_ARG_STRLEN). The
/// rest is reserved for the option in front of the prompt.
pub(super) const MAX_ARGUMENT: usize = 120 * 1024;

/// Checks that a word can be passed as an argument: it is not an option, and contains no white
/// space or control character.
pub(super) fn check_word(what: &'static str, value: &str) -> Result<(), AgentError> {
    let bad = value.is_empty()
        || value.len() > 200
        || value.starts_with('-')
        || value.contains(|c: char| c.is_control() || c.is_whitespace());
    refuse(bad, what, value)
}

/// Checks that an id can be passed as an argument and be part of a file name.
pub(super) fn check_id(what: &'static str, value: &str) -> Result<(), AgentError> {
    let ok = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | ':' | '@');
    let bad = value.is_empty()
        || value.len() > 200
        || value.starts_with(['-', '.'])
        || !value.chars().all(ok);
    refuse(bad, what, value)
}

/// Checks that a text can be passed as an argument in a place where it cannot be taken for an
/// option.
pub(super) fn check_text(what: &'static str, value: &str) -> Result<(), AgentError> {
    refuse(value.contains('\0'), what, value)
}

fn refuse(bad: bool, what: &'static str, value: &str) -> Result<(), AgentError> {
    if bad {
        return Err(AgentError::Refused { what, value: value.chars().take(64).collect() });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_could_be_an_option_or_a_path() {
        for good in ["sonnet", "sonnet[1m]", "openai/gpt-5:high", "größe"] {
            assert!(check_word("model", good).is_ok(), "{good}");
        }
        for bad in ["", "-x", "--model", "a b", "a\n", "\u{1b}[2J", "a\0"] {
            assert!(check_word("model", bad).is_err(), "{bad:?}");
        }
        for good in ["7b6d11f9-5a0e-4f0c-9d0e-5a7f1c2b3d4e", "ses_1", "T-1", "20261120_3"] {
            assert!(check_id("id", good).is_ok(), "{good}");
        }
        for bad in ["", "-1", "..", ".x", "a/b", "a b", "a\0", "ü", &"x".repeat(201)] {
            assert!(check_id("id", bad).is_err(), "{bad:?}");
        }
    }
}
