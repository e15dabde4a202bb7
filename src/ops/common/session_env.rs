//! The environment of what runs in a session's worktree.

use std::ffi::OsString;
use std::path::Path;

use crate::git::Repository;
use crate::model::Session;
use crate::ops::common::liveness::identity;
use crate::ops::common::{SESSION_ENV, ports};

/// The variables that describe the worktree, beside those that name the session.
pub(in crate::ops) const WORKTREE_ENV: [&str; 4] =
    ["AO_BRANCH", "AO_WORKTREE", "AO_ROOT", "AO_PORT"];

/// Returns the environment of the agent. It gets no AO_PORT if no ports are free.
pub(in crate::ops) fn agent_env(
    repo: &Repository,
    session: &Session,
    workspace: &Path,
) -> Vec<(OsString, OsString)> {
    env(repo, session, (workspace, identity(repo)))
}

/// Returns the environment of other commands. What they leave running, such as a server, is not
/// taken for the agent: the clone is not named.
pub(in crate::ops) fn command_env(
    repo: &Repository,
    session: &Session,
    workspace: &Path,
) -> Vec<(OsString, OsString)> {
    env(repo, session, (workspace, "none".to_owned()))
}

fn env(
    repo: &Repository,
    session: &Session,
    (workspace, clone): (&Path, String),
) -> Vec<(OsString, OsString)> {
    let branch = session.branch.clone().unwrap_or_default();
    let named = [session.id.to_string(), branch.clone(), clone].map(OsString::from);
    let mut env: Vec<_> = SESSION_ENV.map(OsString::from).into_iter().zip(named).collect();
    let [branch_name, worktree, root, port] = WORKTREE_ENV.map(OsString::from);
    env.push((branch_name, branch.into()));
    env.push((worktree, workspace.into()));
    env.push((root, repo.main_folder().into()));
    // An agent without ports is better than none.
    if let Ok(Some(first)) = ports::of(repo, session.id) {
        env.push((port, first.to_string().into()));
    }
    env
}
