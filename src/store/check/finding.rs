use serde::{Deserialize, Serialize};

/// A problem found in a store.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FsckFinding {
    /// The place: a path in the tree, or a commit.
    pub place: String,
    /// The problem.
    pub problem: String,
    /// The severity.
    pub severity: Severity,
}

/// How serious a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// This version does not know the entry and leaves it alone; a newer version may know it.
    Unknown,
    /// Something is wrong or lost.
    Wrong,
}

impl FsckFinding {
    pub(in crate::store) fn wrong(place: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { place: place.into(), problem: problem.into(), severity: Severity::Wrong }
    }
}
