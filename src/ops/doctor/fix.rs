use super::apply::apply;
use super::remedy::Remedy;
use super::{Finding, check};
use crate::ops::common::FlowError;
use crate::store::{RepairMode, Store};

/// A finding, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FixResult {
    /// The finding.
    pub finding: Finding,
    /// What became of it.
    pub outcome: FixOutcome,
}

/// What became of a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FixOutcome {
    /// It was put right, in this way.
    Fixed(String),
    /// It would be put right, in this way.
    Planned(String),
    /// It could not be put right, for this reason.
    Failed(String),
    /// Somebody has to decide.
    Left,
}

/// Puts right what is [fixable](super::Weight::Fixable), in a way that can be undone, and says what
/// became of each finding: records that are behind the facts are updated; files that belong to
/// nobody, and git's entries of worktrees that are gone, are moved to `ao/set-aside/` in the git
/// directory; worktrees of sessions that do not find the repository since it was moved are led to
/// it. Nothing is fixable where the store is damaged. With [`RepairMode::Plan`], nothing is changed.
///
/// # Errors
/// When git or the store cannot be read at all.
pub fn fix(store: &Store, mode: RepairMode) -> Result<Vec<FixResult>, FlowError> {
    let mut done: Vec<FixResult> = Vec::new();
    loop {
        let found = check(store)?;
        if mode == RepairMode::Plan {
            return Ok(found.into_iter().map(plan).collect());
        }
        let is_new = |finding: &&Finding| {
            finding.remedy().is_some() && !done.iter().any(|it| it.finding == **finding)
        };
        let open: Vec<_> = found.iter().filter(is_new).collect();
        let Some(stage) = open.iter().filter_map(|it| it.remedy()).map(Remedy::stage).min() else {
            return Ok(outcome(done, found));
        };
        let now = open.into_iter().filter_map(|it| Some((it, it.remedy()?)));
        let (findings, remedies): (Vec<_>, Vec<_>) =
            now.filter(|(_, remedy)| remedy.stage() == stage).unzip();
        let outcomes = apply(store, &remedies).into_iter().map(|done| match done {
            Ok(how) => FixOutcome::Fixed(how),
            Err(why) => FixOutcome::Failed(why),
        });
        let treated = findings.into_iter().cloned().zip(outcomes);
        done.extend(treated.map(|(finding, outcome)| FixResult { finding, outcome }));
    }
}

fn plan(finding: Finding) -> FixResult {
    let outcome = finding.remedy().map_or(FixOutcome::Left, |it| FixOutcome::Planned(it.plan()));
    FixResult { finding, outcome }
}

/// What was done, and what is still to be found after it.
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
