//! Settings that several verbs read (git-ao-config(5)), each with its default.

use crate::git::Repository;

/// Returns the prefix of the branches that git-ao names.
pub(in crate::ops) fn branch_prefix(repo: &Repository) -> String {
    repo.config("ao.branchPrefix").unwrap_or_else(|| "ao/".to_owned())
}

/// Returns the socket of the tmux server that starts agents; None for the user's own server.
pub(in crate::ops) fn tmux_socket(repo: &Repository) -> Option<String> {
    repo.config("ao.tmuxSocket")
}

/// Returns the name of the agent that starts where none is named.
pub(in crate::ops) fn default_agent(repo: &Repository) -> Option<String> {
    repo.config("ao.agent")
}
