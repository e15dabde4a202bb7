use crate::model::error_chain;
use crate::ops::{Against, AgentState, BaseStatus, Live};
use crate::workspace::{Condition, Divergence, WorkspaceState};
use serde_json::{Value, json};

use super::status::StatusRow;
use super::{LocalPlacements, json};

/// Returns a row of the status: the keys of [`json::session`], and `live`.
pub fn status_row(row: &StatusRow, here: &LocalPlacements<'_>) -> Value {
    match &row.session {
        Ok((session, live)) => {
            let mut value = json::session(session, &row.location, here);
            value["live"] = as_json(live);
            value
        }
        Err(problem) => json::corrupt(&row.location, problem),
    }
}

fn as_json(live: &Live) -> Value {
    let mut value = json!({
        "agent": live.agent.as_str(),
        "path": live.path.as_ref().map(|path| path.to_string_lossy()),
        "workspace": live.workspace.as_ref().map(workspace),
        "base": live.base.as_ref().map(base),
        "elsewhere": live.elsewhere,
    });
    match &live.agent {
        AgentState::Alive { pid: Some(pid) } => value["pid"] = (*pid).into(),
        AgentState::Unknown(error) => value["agent_error"] = error_chain(error).into(),
        _ => {}
    }
    value
}

/// Returns a stable name of the condition for scripts; `state` is the text for people.
fn condition(condition: &Condition) -> &'static str {
    match condition {
        Condition::Ready => "ready",
        Condition::Missing => "missing",
        Condition::Prunable => "prunable",
        Condition::NotAWorktree => "not_a_worktree",
        Condition::Foreign(_) => "foreign",
        Condition::Another(_) => "another_session",
        Condition::Unregistered => "unregistered",
        Condition::WrongBranch(_) => "wrong_branch",
        Condition::Detached => "detached",
        Condition::Busy(_) => "busy",
        Condition::Unreadable(_) => "unreadable",
    }
}

fn workspace(state: &WorkspaceState) -> Value {
    let changes = state.changes.map(|changes| {
        json!({
            "staged": changes.staged,
            "unstaged": changes.unstaged,
            "untracked": changes.untracked,
            "conflicted": changes.conflicted,
        })
    });
    json!({
        "condition": condition(&state.condition),
        "state": state.condition.to_string(),
        "branch": state.branch,
        "locked": state.locked,
        "changes": changes,
        "upstream": state.upstream.map(divergence),
    })
}

fn base(status: &BaseStatus) -> Value {
    let (name, commit) = match &status.against {
        Against::Branch(name) => (Some(name), None),
        Against::Commit(commit) => (None, Some(commit.as_str())),
    };
    json!({
        "ahead": status.divergence.ahead,
        "behind": status.divergence.behind,
        "merged": status.is_merged,
        "ref": name,
        "commit": commit,
        "replaced": status.is_replaced,
    })
}

fn divergence(divergence: Divergence) -> Value {
    json!({ "ahead": divergence.ahead, "behind": divergence.behind })
}
