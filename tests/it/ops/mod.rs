//! The verbs as a library user calls them: what protects people's work is not the command line's.

mod archive;
mod delete;

use git_ao::model::SessionId;

use crate::support::Repo;
use crate::support::agents::{STAYS, agent, spawn, wait_working};

/// A repository with a session whose agent is running.
fn with_agent() -> (Repo, SessionId) {
    let repo = Repo::new();
    agent(&repo, "mine", STAYS);
    let id = spawn(&repo, &["--runtime", "detached", "--agent", "mine", "the task"]);
    wait_working(&repo, id);
    (repo, id)
}
