use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

use super::{ErrorKind, Recovery};

/// The id of a session: a UUID, of version 4 if it was made here.
///
/// Its text form has 36 lower-case characters. Ids from other programs may be of any UUID version.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionId(Uuid);

/// The text is not a session id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a session id")]
pub struct InvalidId(String);

impl InvalidId {
    /// Returns the kind of the error.
    pub fn kind(&self) -> ErrorKind {
        ErrorKind::Invalid
    }

    /// Returns what the caller can do about the error, which follows from its [kind](Self::kind).
    pub fn recovery(&self) -> Recovery {
        self.kind().recovery()
    }
}

impl SessionId {
    /// Makes a random id.
    pub fn random() -> Self {
        Self(Uuid::new_v4())
    }

    /// Returns the id of a session that another program names with a text that is no UUID: a UUID of
    /// version 5 (RFC 9562) of the program and the text, so that the same session has the same id in
    /// every import.
    pub fn named(program: &str, text: &str) -> Self {
        let name = format!("git-ao:{program}:{text}");
        Self(Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes()))
    }

    /// Makes an id from 16 bytes, for callers with their own source of randomness.
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(Uuid::from_bytes(bytes))
    }

    /// Returns the 16 bytes.
    pub(crate) fn as_bytes(&self) -> &[u8; 16] {
        self.0.as_bytes()
    }

    /// Returns the first 8 hex digits, the form that people see.
    pub fn short(&self) -> String {
        let [a, b, c, d, ..] = *self.0.as_bytes();
        format!("{:08x}", u32::from_be_bytes([a, b, c, d]))
    }

    /// Returns the first two hex digits, the name of the folder that holds the record.
    pub fn shard(&self) -> String {
        format!("{:02x}", self.0.as_bytes()[0])
    }
}

impl FromStr for SessionId {
    type Err = InvalidId;

    /// Reads the one form in which ids are stored: 36 characters, lower case, with hyphens.
    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let invalid = || InvalidId(text.chars().take(64).collect());
        let id = Uuid::try_parse(text).map(Self).map_err(|_| invalid())?;
        if id.to_string() == text { Ok(id) } else { Err(invalid()) }
    }
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

impl fmt::Debug for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_one_id() {
        let id = SessionId::named("claw", "session-1775550000000-0");
        assert_eq!(id.to_string(), "9142dbc7-5225-5ea1-9243-57b9857fc853");
        assert_ne!(id, SessionId::named("claw", "session-1775550000000-1"));
        assert_ne!(id, SessionId::named("thulp", "session-1775550000000-0"));
    }

    #[test]
    fn only_the_stored_form_is_an_id() {
        let text = "7b6d11f9-5a0e-4f0c-9d0e-5a7f1c2b3d4e";
        let id: SessionId = text.parse().unwrap();
        assert_eq!(id.to_string(), text);
        assert_eq!((id.short().as_str(), id.shard().as_str()), ("7b6d11f9", "7b"));
        for bad in [
            "",
            "7b6d11f9",
            "7B6D11F9-5A0E-4F0C-9D0E-5A7F1C2B3D4E",
            "7b6d11f95a0e4f0c9d0e5a7f1c2b3d4e",
            "{7b6d11f9-5a0e-4f0c-9d0e-5a7f1c2b3d4e}",
            "../../../../../../../../../../etc/pas",
        ] {
            assert!(bad.parse::<SessionId>().is_err(), "{bad}");
        }
    }
}
