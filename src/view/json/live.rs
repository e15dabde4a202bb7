use serde::{Deserialize, Serialize};

use crate::model::{ActivityReport, Oid, Timestamp, error_chain};
use crate::ops::{Against, AgentState, BaseStatus, Live};
use crate::workspace::{Changes, Divergence, WorkspaceState};

/// The present state of a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LiveJson {
    /// The agent: `alive`, `gone`, `unknown`, `not_started` or `elsewhere`.
    pub agent: String,
    /// What the agent is doing; absent if it never ran in this clone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub activity: Option<ActivityJson>,
    /// How the session [stands](crate::ops::SessionStanding): the state of its activity, or `vanished`,
    /// `exited`, `not_started` or `elsewhere`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standing: Option<String>,
    /// The path of its worktree in this clone: as git knows it, otherwise as recorded.
    pub path: Option<String>,
    /// The state of the worktree; null if there is none in this clone or it was not inspected.
    pub workspace: Option<WorkspaceJson>,
    /// The relation of its branch to the base; null if either does not exist here.
    pub base: Option<BaseJson>,
    /// The other clones in which it has a placement.
    pub elsewhere: Vec<String>,
    /// The process of an agent that is alive, if it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pid: Option<u32>,
    /// Why the state of the agent is unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_error: Option<String>,
    /// The last thing that the agent said, as far as its transcript was captured here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_words: Option<String>,
}

/// What an agent is doing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ActivityJson {
    /// The [activity](crate::model::Activity): `waiting_input`, `blocked`, `ready`, `idle`, `active`,
    /// `unknown` or `exited`.
    pub state: String,
    /// Since when, if that is known.
    pub since: Option<Timestamp>,
    /// The question, the error, the last thing said, or why it is unknown.
    pub what: Option<String>,
    /// How it is known, in words.
    pub source: String,
}

/// The state of a worktree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct WorkspaceJson {
    /// The name of the [condition](crate::workspace::Condition), for programs.
    pub condition: String,
    /// The condition in words, for people.
    pub state: String,
    /// The current branch.
    pub branch: Option<String>,
    /// The reason if it is locked; may be empty.
    pub locked: Option<String>,
    /// The uncommitted changes; null if they were not inspected.
    pub changes: Option<Changes>,
    /// The divergence from the upstream; null if there is none or it was not inspected.
    pub upstream: Option<Divergence>,
}

/// The relation of a branch to its base.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct BaseJson {
    /// Commits of the branch only.
    pub ahead: u64,
    /// Commits of the base only.
    pub behind: u64,
    /// True if the branch has commits of its own and the base contains all of them.
    pub merged: bool,
    /// The base, if it is a branch: a full ref.
    #[serde(rename = "ref")]
    pub name: Option<String>,
    /// The base, if it is a commit.
    pub commit: Option<Oid>,
    /// True if the recorded base no longer exists and another ref replaces it.
    pub replaced: bool,
}

impl From<&Live> for LiveJson {
    fn from(live: &Live) -> Self {
        let pid = match live.agent {
            AgentState::Alive { pid } => pid,
            _ => None,
        };
        let agent_error = match &live.agent {
            AgentState::Unknown(error) => Some(error_chain(error)),
            _ => None,
        };
        Self {
            agent: live.agent.as_str().to_owned(),
            activity: live.activity.as_ref().map(ActivityJson::from),
            standing: None,
            path: live.path.as_ref().map(|path| path.to_string_lossy().into_owned()),
            workspace: live.workspace.as_ref().map(WorkspaceJson::from),
            base: live.base.as_ref().map(BaseJson::from),
            elsewhere: live.elsewhere.clone(),
            pid,
            agent_error,
            last_words: live.last_words.clone(),
        }
    }
}

impl From<&ActivityReport> for ActivityJson {
    fn from(report: &ActivityReport) -> Self {
        Self {
            state: report.activity.as_str().to_owned(),
            since: report.since,
            what: report.what.clone(),
            source: report.source.clone(),
        }
    }
}

impl From<&WorkspaceState> for WorkspaceJson {
    fn from(state: &WorkspaceState) -> Self {
        Self {
            condition: state.condition.name().to_owned(),
            state: state.condition.to_string(),
            branch: state.branch.clone(),
            locked: state.locked.clone(),
            changes: state.changes,
            upstream: state.upstream,
        }
    }
}

impl From<&BaseStatus> for BaseJson {
    fn from(status: &BaseStatus) -> Self {
        let (name, commit) = match &status.against {
            Against::Branch(name) => (Some(name.clone()), None),
            Against::Commit(commit) => (None, Some(commit.clone())),
        };
        Self {
            ahead: status.divergence.ahead,
            behind: status.divergence.behind,
            merged: status.is_merged,
            name,
            commit,
            replaced: status.is_replaced,
        }
    }
}
