//! Rebases without a worktree, to find conflicts.

use super::plan::LandPlan;
use crate::model::Oid;
use crate::ops::common::{Engine, OpsError};
use crate::workspace::TrialMerge;

impl Engine {
    /// Applies the commits one after the other, and returns the last commit; None if this git cannot
    /// do that. The new commits are not referred to.
    pub(super) fn try_rebase(&self, plan: &LandPlan) -> Result<Option<Oid>, OpsError> {
        let LandPlan { head, base, place, start, .. } = plan;
        let (repo, worktrees) = (self.repository(), self.worktrees());
        let from = start.as_ref().unwrap_or(base);
        let git = repo.git("rev-list").args(["--reverse", "--topo-order", "--parents"]);
        let git = git.args(["--right-only", "--cherry-pick", "--no-merges"]);
        let listed = git.args([&format!("{from}...{head}"), "--"]).run()?.text();
        let mut last = base.clone();
        for line in listed.lines() {
            let mut ids = line.split(' ').map(str::parse::<Oid>);
            let (Some(Ok(commit)), Some(Ok(parent))) = (ids.next(), ids.next()) else {
                return Ok(None);
            };
            if parent == last {
                last = commit;
                continue;
            }
            match worktrees.try_pick_at(place.as_deref(), &parent, &last, &commit) {
                Ok(TrialMerge::Clean(tree)) => {
                    let git = repo.git("commit-tree").args(["-p", last.as_str(), "-m", "trial"]);
                    let made = git.arg(tree.as_str()).run().map(|output| output.text());
                    let Some(made) = made.ok().and_then(|made| made.parse().ok()) else {
                        return Ok(None);
                    };
                    last = made;
                }
                Ok(TrialMerge::Conflicts(files)) => {
                    return Err(self.conflicts(plan, files).into());
                }
                Err(_) => return Ok(None),
            }
        }
        Ok(Some(last))
    }
}
