use std::path::PathBuf;

use crate::git::Environment;

/// The directory in which an agent keeps what it knows.
#[derive(Debug, Clone)]
pub(super) struct AgentHome {
    /// The environment variable that sets it, or a directory that has it; empty if there is none.
    pub variable: &'static str,
    /// The path that is appended to the variable's value.
    pub inside: &'static str,
    /// The path below the home directory if the variable is not set.
    pub default: &'static str,
}

impl AgentHome {
    /// Returns the directory; None if nothing tells where it is.
    pub fn path(&self, env: &Environment) -> Option<PathBuf> {
        let set = |name: &str| env.os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        Some(match set(self.variable) {
            Some(moved) => moved.join(self.inside),
            None => set("HOME")?.join(self.default),
        })
    }
}
