use std::fmt;
use std::str::FromStr;

use crate::model::{ErrorKind, Recovery};

/// A key of a terminal: a named one, or one that types a character.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TerminalKey(String);

/// The text does not name a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected {} or a single character", NAMES.join(", "))]
#[non_exhaustive]
pub struct InvalidKey;

impl InvalidKey {
    /// Returns the kind of the error.
    pub fn kind(&self) -> ErrorKind {
        ErrorKind::Invalid
    }

    /// Returns what the caller can do about the error, which follows from its [kind](Self::kind).
    pub fn recovery(&self) -> Recovery {
        self.kind().recovery()
    }
}

/// The named keys, as tmux(1) calls them.
const NAMES: [&str; 12] = [
    "Enter", "Escape", "Tab", "BTab", "Space", "BSpace", "Up", "Down", "Left", "Right", "C-c",
    "C-d",
];

impl TerminalKey {
    /// Returns its name, or the character.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns true if it types a character.
    pub fn is_character(&self) -> bool {
        self.0.chars().count() == 1
    }
}

impl fmt::Display for TerminalKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl FromStr for TerminalKey {
    type Err = InvalidKey;

    fn from_str(text: &str) -> Result<Self, InvalidKey> {
        let named = NAMES.into_iter().find(|name| name.eq_ignore_ascii_case(text));
        let mut characters = text.chars();
        let typed = characters.next().filter(|c| !c.is_control() && !c.is_whitespace());
        match (named, typed, characters.next()) {
            (Some(name), ..) => Ok(Self(name.to_owned())),
            (None, Some(_), None) => Ok(Self(text.to_owned())),
            _ => Err(InvalidKey),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_named_or_characters() {
        for (text, key) in
            [("enter", "Enter"), ("c-C", "C-c"), ("y", "y"), ("1", "1"), ("-", "-"), ("ü", "ü")]
        {
            assert_eq!(text.parse::<TerminalKey>().unwrap().as_str(), key);
        }
        for text in ["", " ", "\n", "\x1b", "yes", "C-b", "M-x", "Enter Enter"] {
            assert!(text.parse::<TerminalKey>().is_err(), "{text:?}");
        }
    }
}
