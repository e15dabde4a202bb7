use super::pattern::Pattern;
use crate::model::Timestamp;
use crate::transcript::Role;

/// What [`search`](crate::ops::Engine::search) looks for.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Search {
    /// The pattern, which must match within a line.
    pub pattern: Pattern,
    /// Only what these roles said or did; all if there are none. A task is a user's.
    pub roles: Vec<Role>,
    /// Only what was said from this time on.
    pub since: Option<Timestamp>,
    /// Only what was said before this time.
    pub until: Option<Timestamp>,
}

impl Search {
    /// Looks for a pattern everywhere.
    pub fn new(pattern: Pattern) -> Self {
        Self { pattern, roles: Vec::new(), since: None, until: None }
    }
}
