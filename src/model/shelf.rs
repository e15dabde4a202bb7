use serde::{Deserialize, Serialize};

/// The part of the store in which a session lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shelf {
    /// The active sessions.
    Active,
    /// The archive.
    Archived,
}

impl Shelf {
    /// Returns the other part.
    pub fn other(self) -> Self {
        match self {
            Self::Active => Self::Archived,
            Self::Archived => Self::Active,
        }
    }
}
