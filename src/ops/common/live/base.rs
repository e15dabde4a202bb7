//! Compares sessions' branches with their bases.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::successor::Successors;
use crate::model::{Oid, Session};
use crate::ops::common::{OpsError, lodging};
use crate::store::Store;
use crate::workspace::{Divergence, Moved, OpenBranch, Worktrees};

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
    /// True if the branch has commits of its own and the base contains all of them, or their changes,
    /// as after a squash or a rebase. False if there are none.
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

/// Returns the tip of a session's base, as [`BaseStatus`] compares with it.
pub(in crate::ops) fn base_tip(store: &Store, session: &Session) -> Result<Option<Oid>, OpsError> {
    let mut refs = Refs::of(store, &[Some(session)])?;
    let base = base_of(store, session, &mut refs, &mut Successors::of(store))?;
    Ok(base.map(|base| base.tip))
}

/// Returns the tips of a session's base: of the branch itself, and of the branches of that name on
/// remotes, where a pull request may have been merged.
pub(in crate::ops) fn base_tips(store: &Store, session: &Session) -> Result<Vec<Oid>, OpsError> {
    let repo = store.repository();
    let mut tips: Vec<_> = base_tip(store, session)?.into_iter().collect();
    if let Some(landed) = &session.landed {
        tips.extend(repo.read_ref(&format!("refs/heads/{}", landed.into))?);
    }
    let Some(name) = session.base.as_ref().and_then(|base| base.branch.as_ref()) else {
        return Ok(tips);
    };
    for remote in repo.remotes() {
        tips.extend(repo.read_ref(&format!("refs/remotes/{remote}/{name}"))?);
    }
    Ok(tips)
}

/// A session's base, as found in this repository.
struct Found {
    against: Against,
    tip: Oid,
    is_replaced: bool,
}

/// Compares the sessions' branches with their bases, in the sessions' order.
pub(super) fn to_base(
    store: &Store,
    sessions: &[Option<&Session>],
) -> Result<Vec<Option<BaseStatus>>, OpsError> {
    let worktrees = Worktrees::new(store.repository());
    let mut refs = Refs::of(store, sessions)?;
    let mut successors = Successors::of(store);
    let mut compared = Vec::new();
    for (number, session) in sessions.iter().enumerate() {
        let Some(session) = session else { continue };
        let tip = match lodging::has_left(store, session) {
            true => session.head.clone(),
            false => session.branch.as_deref().and_then(|name| refs.branch(name)),
        };
        let Some(tip) = tip else { continue };
        if let Some(base) = base_of(store, session, &mut refs, &mut successors)? {
            compared.push((number, *session, tip, base));
        }
    }
    let pair = |(_, _, tip, base): &(_, _, Oid, Found)| (tip.clone(), base.tip.clone());
    let divergences = worktrees.divergences(&compared.iter().map(pair).collect::<Vec<_>>())?;
    let mut all = vec![None; sessions.len()];
    let (mut candidates, mut open) = (Vec::new(), Vec::new());
    for ((number, session, tip, base), divergence) in compared.into_iter().zip(divergences) {
        // If a tip is missing from the repository, there is nothing to compare.
        let Some(divergence) = divergence else { continue };
        let Found { against, is_replaced, tip: base } = base;
        match divergence {
            _ if !matches!(against, Against::Branch(_)) => {}
            Divergence { ahead: 0, .. } => candidates.push((number, session, tip)),
            // A squash is a commit of the base that the branch has not.
            Divergence { behind: 0, .. } => {}
            _ => {
                open.push((number, OpenBranch { head: tip, base, start: start(session).cloned() }))
            }
        }
        all[number] = Some(BaseStatus { divergence, against, is_replaced, is_merged: false });
    }
    let (numbers, open): (Vec<_>, Vec<_>) = open.into_iter().unzip();
    let squashed = worktrees.squashed(&open)?;
    let squashed = numbers.into_iter().zip(squashed).filter(|(_, is_merged)| *is_merged);
    let merged = merged(&worktrees, candidates)?.into_iter();
    for number in merged.chain(squashed.map(|(number, _)| number)) {
        all[number].as_mut().expect("a candidate was compared").is_merged = true;
    }
    Ok(all)
}

/// The branches of sessions and of their bases, all read together.
struct Refs(BTreeMap<String, Option<Oid>>);

impl Refs {
    fn of(store: &Store, sessions: &[Option<&Session>]) -> Result<Self, OpsError> {
        let mut names = BTreeSet::new();
        for session in sessions.iter().flatten() {
            let (Some(base), Some(branch)) = (&session.base, &session.branch) else { continue };
            let both = [Some(branch), base.branch.as_ref()];
            names.extend(both.into_iter().flatten().map(|name| format!("refs/heads/{name}")));
        }
        let tips = store
            .repository()
            .read_ref_list(&names.iter().map(String::as_str).collect::<Vec<_>>())?;
        Ok(Self(names.into_iter().zip(tips).collect()))
    }

    fn branch(&self, name: &str) -> Option<Oid> {
        self.0.get(&format!("refs/heads/{name}")).cloned().flatten()
    }

    /// Returns the tip of any ref.
    fn tip(&mut self, store: &Store, name: &str) -> Result<Option<Oid>, OpsError> {
        if !self.0.contains_key(name) {
            let tip = store.repository().read_ref_list(&[name])?.pop().flatten();
            self.0.insert(name.to_owned(), tip);
        }
        Ok(self.0[name].clone())
    }
}

/// Returns the base branch; if it is gone, its successor; otherwise the base commit.
fn base_of(
    store: &Store,
    session: &Session,
    refs: &mut Refs,
    successors: &mut Successors<'_>,
) -> Result<Option<Found>, OpsError> {
    let (Some(base), Some(_)) = (&session.base, &session.branch) else { return Ok(None) };
    if let Some(name) = &base.branch {
        let name = format!("refs/heads/{name}");
        if let Some(tip) = refs.tip(store, &name)? {
            return Ok(Some(Found { against: Against::Branch(name), tip, is_replaced: false }));
        }
        if let Some(name) = successors.find(session)?
            && let Some(tip) = refs.tip(store, &name)?
        {
            return Ok(Some(Found { against: Against::Branch(name), tip, is_replaced: true }));
        }
    }
    let commit = base.commit.clone().filter(|commit| successors.is_there(commit));
    let is_replaced = base.branch.is_some();
    Ok(commit.map(|tip| Found { against: Against::Commit(tip.clone()), tip, is_replaced }))
}

/// Returns the numbers of the merged branches. Only a branch that has moved from its start can be
/// merged. None of them is ahead of its base.
fn merged(
    worktrees: &Worktrees<'_>,
    mut candidates: Vec<(usize, &Session, Oid)>,
) -> Result<Vec<usize>, OpsError> {
    candidates.retain(|(_, session, tip)| Some(tip) != start(session));
    let branch = |session: &Session| session.branch.clone().unwrap_or_default();
    let branches: Vec<_> = candidates.iter().map(|(_, session, _)| branch(session)).collect();
    let logs = worktrees.reflogs(&branches.iter().map(String::as_str).collect::<Vec<_>>())?;
    let mut merged = Vec::new();
    for ((number, session, tip), branch) in candidates.into_iter().zip(branches) {
        let log = logs.get(&branch).map(Vec::as_slice).unwrap_or_default();
        if has_own(worktrees, start(session), &tip, log)? {
            merged.push(number);
        }
    }
    Ok(merged)
}

fn start(session: &Session) -> Option<&Oid> {
    session.base.as_ref()?.commit.as_ref()
}

/// Returns true if the branch still contains a commit that was made on it. Without a reflog, every
/// commit after the start counts, as for `git branch --merged`.
fn has_own(
    worktrees: &Worktrees<'_>,
    start: Option<&Oid>,
    tip: &Oid,
    log: &[Moved],
) -> Result<bool, OpsError> {
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
    Ok(worktrees.has_any_since(start, tip, &own)?)
}
