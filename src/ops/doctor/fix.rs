use super::Finding;
use super::apply::apply;
use super::remedy::Remedy;
use crate::ops::common::{Engine, OpsError};
use crate::store::RepairMode;

/// A finding and its outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FixResult {
    /// The finding.
    pub finding: Finding,
    /// The outcome.
    pub outcome: FixOutcome,
}

/// The outcome of a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FixOutcome {
    /// It was fixed in this way.
    Fixed(String),
    /// It would be fixed in this way.
    Planned(String),
    /// It could not be fixed, for this reason.
    Failed(String),
    /// It needs a person's decision.
    Left,
}

impl Engine {
    /// Fixes all [fixable](super::Weight::Fixable) findings in a way that can be undone, and returns
    /// the outcome of each finding. Outdated records are updated. Unowned files, and git's entries of
    /// missing worktrees, are moved to `ao/set-aside/` in the git directory. Worktrees that lost their
    /// repository because it was moved are linked to it again. Nothing is fixed if the store is
    /// damaged. With [`RepairMode::Plan`], nothing is changed.
    ///
    /// # Errors
    /// Fails if git or the store cannot be read at all.
    pub fn doctor_fix(&self, mode: RepairMode) -> Result<Vec<FixResult>, OpsError> {
        let mut done: Vec<FixResult> = Vec::new();
        loop {
            let found = self.doctor()?;
            if mode == RepairMode::Plan {
                return Ok(found.into_iter().map(plan).collect());
            }
            let is_new = |finding: &&Finding| {
                finding.remedy().is_some() && !done.iter().any(|it| it.finding == **finding)
            };
            let open: Vec<_> = found.iter().filter(is_new).collect();
            let Some(stage) = open.iter().filter_map(|it| it.remedy()).map(Remedy::stage).min()
            else {
                return Ok(outcome(done, found));
            };
            let now = open.into_iter().filter_map(|it| Some((it, it.remedy()?)));
            let (findings, remedies): (Vec<_>, Vec<_>) =
                now.filter(|(_, remedy)| remedy.stage() == stage).unzip();
            let outcomes = apply(self, &remedies).into_iter().map(|done| match done {
                Ok(how) => FixOutcome::Fixed(how),
                Err(why) => FixOutcome::Failed(why),
            });
            let treated = findings.into_iter().cloned().zip(outcomes);
            done.extend(treated.map(|(finding, outcome)| FixResult { finding, outcome }));
        }
    }
}

fn plan(finding: Finding) -> FixResult {
    let outcome = finding.remedy().map_or(FixOutcome::Left, |it| FixOutcome::Planned(it.plan()));
    FixResult { finding, outcome }
}

/// Returns the outcome of each finding. A fix whose finding is still there has failed.
fn outcome(mut done: Vec<FixResult>, found: Vec<Finding>) -> Vec<FixResult> {
    for FixResult { finding, outcome } in &mut done {
        if let FixOutcome::Fixed(how) = outcome
            && found.contains(finding)
        {
            *outcome = FixOutcome::Failed(format!("{how}, but it is found again"));
        }
    }
    let left = found.into_iter().filter(|finding| finding.remedy().is_none());
    done.extend(left.map(|finding| FixResult { finding, outcome: FixOutcome::Left }));
    done
}
