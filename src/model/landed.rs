use super::{Map, Oid};

/// How a session's work came to its base branch.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Landed {
    /// The commit of the base branch that has the work.
    pub commit: Oid,
    /// The base branch.
    pub into: String,
    /// The way: `merge`, `squash`, `rebase`, `ff`, or another word; [`Landed::ALREADY`] if nobody
    /// knows.
    pub how: String,
    /// Keys this version does not know.
    pub extra: Map,
}

impl Landed {
    /// The word for work that was found in the base branch: the commit has it, but need not have
    /// brought it, and may have the work of others, too.
    pub const ALREADY: &str = "already";

    /// Notes that the work is in this commit of a branch.
    pub fn new(commit: Oid, into: impl Into<String>, how: impl Into<String>) -> Self {
        Self { commit, into: into.into(), how: how.into(), extra: Map::new() }
    }

    /// Returns true if the commit brought the work, and nothing else.
    pub fn is_its_work(&self) -> bool {
        self.how != Self::ALREADY
    }
}
