//! Tells how conflicts can be resolved.

use super::plan::LandPlan;
use super::request::LandMethod;
use crate::ops::common::{ConflictRemedy, Engine, LandError, placement};

impl Engine {
    /// Returns the error for conflicts in these files.
    pub(super) fn conflicts(&self, plan: &LandPlan, files: Vec<String>) -> LandError {
        let LandPlan { session, branch, head, base, into, method, start, .. } = plan;
        let is_merged = || self.worktrees().is_in_history(base, head).unwrap_or(false);
        let remedy = match method {
            // The rebase would drop the merge in which they were resolved.
            LandMethod::Rebase if is_merged() => ConflictRemedy::Merged { branch: branch.clone() },
            LandMethod::Rebase => {
                let path = placement::workspace(self, session).ok();
                ConflictRemedy::Rebase { path, start: start.clone() }
            }
            _ => ConflictRemedy::Merge { has_rerere: self.has_rerere() },
        };
        LandError::Conflicts { id: session.id, into: into.clone(), files, remedy }
    }

    /// Returns true if git records how conflicts are resolved: rerere.enabled in git-config(1).
    fn has_rerere(&self) -> bool {
        let repo = self.repository();
        let enabled = repo.config_bool("rerere.enabled");
        enabled.unwrap_or_else(|| repo.common_dir().join("rr-cache").is_dir())
    }
}
