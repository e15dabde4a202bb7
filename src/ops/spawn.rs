//! Creates a session with its record, branch, worktree and agent, all or nothing.

mod fetch;
mod make;
mod plan;
mod record;

use self::make::make;
use self::plan::{choose, plan};
use crate::ops::common::branch_sessions::record_branch;
use crate::ops::common::run_request::key_of;
use crate::ops::common::spawn_request::SpawnRequest;
use crate::ops::common::{Engine, OpsError, parent};
use crate::workspace;

pub use self::make::Spawned;
pub use self::plan::{SpawnPlan, Tenure};

impl Engine {
    /// Creates a session with its record, branch and worktree, and starts its agent.
    ///
    /// # Errors
    /// Fails like [`spawn_plan`](Self::spawn_plan) and [`spawn_planned`](Self::spawn_planned).
    pub fn spawn(&self, request: SpawnRequest) -> Result<Spawned, OpsError> {
        self.spawn_planned(self.spawn_plan(request)?)
    }

    /// Plans a new session, without creating it.
    ///
    /// # Errors
    /// Fails if there is no commit to start at, if a name is invalid, if another session works on
    /// the issue, or if the agent cannot be started.
    pub fn spawn_plan(&self, mut request: SpawnRequest) -> Result<SpawnPlan, OpsError> {
        let (agent, start, no_agent) = choose(self, &request)?;
        request.agent = agent;
        let mut plan = plan(self, request)?;
        (plan.start, plan.no_agent) = (start, no_agent);
        if let (Some(start), Some(origin)) = (&mut plan.start, &mut plan.parent) {
            let agent = plan.session.agent.as_deref().unwrap_or_default();
            start.action = parent::action(self, agent, origin)?;
        }
        if let (Some(start), Some(workspace)) = (&plan.start, &plan.workspace) {
            self.check_start(&plan.session, plan.parent.as_ref(), workspace, start)?;
        }
        Ok(plan)
    }

    /// Creates the planned session and starts its agent, if any. Until the agent is started, any
    /// failure removes the record, the worktree and the branch again. The agent begins its work
    /// once the record is written.
    ///
    /// # Errors
    /// Fails if any step fails. Nothing is then left behind, except with [`OpsError::Kept`].
    pub fn spawn_planned(&self, plan: SpawnPlan) -> Result<Spawned, OpsError> {
        let (id, project) = (plan.session.id, plan.session.project_id.clone());
        let workspace = plan.workspace.clone();
        if let Some(parent) = &plan.parent {
            let recorded = self.store().snapshot()?.session(key_of(parent));
            if recorded.is_ok_and(|recorded| recorded.branch != parent.branch) {
                record_branch(self.store(), &key_of(parent))?;
            }
        }
        make(self, plan).map_err(|error| match workspace {
            Some(path) if workspace::is_of(&path, id, &project) => {
                OpsError::Kept { source: Box::new(error), path }
            }
            _ => error,
        })
    }
}
