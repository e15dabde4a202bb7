use std::path::PathBuf;

use crate::git::Environment;

/// The directory in which an agent keeps what it knows.
#[derive(Debug, Clone)]
pub(super) struct AgentHome {
    /// The environment variables that set it, or a directory that has it, and the path in that. The
    /// first one that is set counts.
    pub moved_by: &'static [(&'static str, &'static str)],
    /// The path below the home directory if none is set.
    pub default: &'static str,
}

impl AgentHome {
    /// Returns the directory; None if nothing tells where it is.
    pub fn path(&self, env: &Environment) -> Option<PathBuf> {
        let set = |name: &str| env.os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let mut moved = self.moved_by.iter();
        match moved.find_map(|(name, inside)| Some(set(name)?.join(inside))) {
            Some(moved) => Some(moved),
            None => Some(set("HOME")?.join(self.default)),
        }
    }

    /// Returns the names of the variables.
    pub fn variables(&self) -> impl Iterator<Item = &'static str> {
        self.moved_by.iter().map(|(name, _)| *name)
    }
}
