//! Compares sessions' branches with their bases.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::successor::Successors;
use crate::model::{Oid, Session};
use crate::ops::common::OpsError;
use crate::store::Store;
use crate::workspace::{Divergence, Moved, Worktrees};

/// The relation of a session's branch to its base.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct BaseStatus {
    /// How many commits the branch is ahead and behind.
    pub divergence: Divergence,
    /// The base of the comparison.
    pub against: Against,
    /// True if the recorded base no longer exists and another ref replaces it.
    pub is_replaced: bool,
    /// True if the branch has commits of its own and the base contains all of them. False if there
    /// are none.
    pub is_merged: bool,
}

/// The base of a comparison.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Against {
    /// A branch, as a full ref: local or remote-tracking.
    Branch(String),
    /// The commit at which the branch started.
    Commit(Oid),
}

/// A session's base, as found in this repository.
struct Found {
    against: Against,
    tip: Oid,
    is_replaced: bool,
}

/// Compares the sessions' branches with their bases, in the sessions' order. Runs one git process
/// for all branches with the same base.
pub(super) fn to_base(
    store: &Store,
    sessions: &[Option<&Session>],
) -> Result<Vec<Option<BaseStatus>>, OpsError> {
    let worktrees = Worktrees::new(store.repository());
    let mut successors = Successors::of(store);
    let mut found = Vec::new();
    let mut groups: BTreeMap<Oid, BTreeSet<&str>> = BTreeMap::new();
    for session in sessions {
        let base = session.map(|session| base_of(store, session, &mut successors)).transpose()?;
        let base = base.flatten();
        if let (Some(base), Some(branch)) =
            (&base, session.and_then(|session| session.branch.as_deref()))
        {
            groups.entry(base.tip.clone()).or_default().insert(branch);
        }
        found.push(base);
    }
    let mut stands = BTreeMap::new();
    for (tip, branches) in groups {
        let branches: Vec<_> = branches.into_iter().collect();
        match worktrees.divergence(&tip, &branches) {
            Ok(all) => drop(stands.insert(tip, all)),
            // The base's tip is missing from the repository, so there is nothing to compare.
            Err(_) if !successors.is_there(&tip) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let status = |(session, base): (&Option<&Session>, Option<Found>)| {
        let (base, branch) = (base?, session.as_ref()?.branch.as_deref()?);
        let divergence = *stands.get(&base.tip)?.get(branch)?;
        let Found { against, is_replaced, .. } = base;
        Some(BaseStatus { divergence, against, is_replaced, is_merged: false })
    };
    let mut all: Vec<_> = sessions.iter().zip(found).map(status).collect();
    find_merged(store, &worktrees, sessions, &mut all)?;
    Ok(all)
}

/// Returns the base branch; if it is gone, its successor; otherwise the base commit.
fn base_of(
    store: &Store,
    session: &Session,
    successors: &mut Successors<'_>,
) -> Result<Option<Found>, OpsError> {
    let (Some(base), Some(_)) = (&session.base, &session.branch) else { return Ok(None) };
    if let Some(name) = &base.branch {
        let name = format!("refs/heads/{name}");
        if let Some(tip) = store.repository().read_ref(&name)? {
            return Ok(Some(Found { against: Against::Branch(name), tip, is_replaced: false }));
        }
        if let Some(name) = successors.find(session)?
            && let Some(tip) = store.repository().read_ref(&name)?
        {
            return Ok(Some(Found { against: Against::Branch(name), tip, is_replaced: true }));
        }
    }
    let commit = base.commit.clone().filter(|commit| successors.is_there(commit));
    let is_replaced = base.branch.is_some();
    Ok(commit.map(|tip| Found { against: Against::Commit(tip.clone()), tip, is_replaced }))
}

/// Marks merged branches. Only a branch that is not ahead of its base and has moved from its start
/// can be merged.
fn find_merged(
    store: &Store,
    worktrees: &Worktrees<'_>,
    sessions: &[Option<&Session>],
    all: &mut [Option<BaseStatus>],
) -> Result<(), OpsError> {
    let mut candidates = Vec::new();
    for (session, status) in sessions.iter().zip(all) {
        let (Some(session), Some(status)) = (session, status) else { continue };
        let Some(branch) = session.branch.as_deref() else { continue };
        if status.divergence.ahead > 0 || !matches!(status.against, Against::Branch(_)) {
            continue;
        }
        let start = session.base.as_ref().and_then(|base| base.commit.as_ref());
        let tip = store.repository().read_ref(&format!("refs/heads/{branch}"))?;
        if let Some(tip) = tip.filter(|tip| Some(tip) != start) {
            candidates.push((branch, start, tip, status));
        }
    }
    let branches: Vec<_> = candidates.iter().map(|(branch, ..)| *branch).collect();
    let mut logs = worktrees.reflogs(&branches)?;
    for (branch, start, tip, status) in candidates {
        let log = logs.remove(branch).unwrap_or_default();
        status.is_merged = has_own(store, start, &tip, &log)?;
    }
    Ok(())
}

/// Returns true if the branch still contains a commit that was made on it. Without a reflog, every
/// commit after the start counts, as for `git branch --merged`.
fn has_own(store: &Store, start: Option<&Oid>, tip: &Oid, log: &[Moved]) -> Result<bool, OpsError> {
    let Some(oldest) = log.last() else { return Ok(start.is_some()) };
    let start = start.unwrap_or(&oldest.to);
    let mut own: BTreeSet<_> =
        log.iter().filter(|moved| !moved.made_nothing()).map(|moved| &moved.to).collect();
    // A branch that was recreated or fetched begins with earlier work.
    own.insert(&oldest.to);
    own.remove(start);
    if own.is_empty() || own.contains(tip) {
        return Ok(!own.is_empty());
    }
    let git = store.repository().git("rev-list").arg(tip.as_str());
    let text = git.arg(format!("^{start}")).arg("--").run()?.text();
    Ok(text.lines().filter_map(|line| line.parse::<Oid>().ok()).any(|id| own.contains(&id)))
}
