use super::{Map, Oid};

/// How a session's work came to its base branch.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Landed {
    /// The commit of the base branch that has the work.
    pub commit: Oid,
    /// The base branch.
    pub into: String,
    /// The way: `merge`, `squash`, `rebase`, `ff`, or another word.
    pub how: String,
    /// Keys this version does not know.
    pub extra: Map,
}

impl Landed {
    /// Notes that the work is in this commit of a branch.
    pub fn new(commit: Oid, into: impl Into<String>, how: impl Into<String>) -> Self {
        Self { commit, into: into.into(), how: how.into(), extra: Map::new() }
    }
}
