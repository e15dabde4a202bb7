use std::collections::BTreeMap;

use crate::flow::FlowError;
use crate::model::Session;
use crate::workspace::{Divergence, WorkspaceError, Worktrees};

/// How the sessions' branches stand to what they were started from, in the sessions' order: one git
/// process for all that have the same base.
pub(super) fn to_base(
    worktrees: &Worktrees<'_>,
    sessions: &[Option<&Session>],
) -> Result<Vec<Option<Divergence>>, FlowError> {
    let mut groups: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for session in sessions.iter().copied().flatten() {
        if let (Some(base), Some(branch)) = (base_of(session), &session.branch) {
            groups.entry(base).or_default().push(branch);
        }
    }
    let mut found = BTreeMap::new();
    for (base, branches) in groups {
        match worktrees.divergence(&base, &branches) {
            Ok(all) => drop(found.insert(base, all)),
            // The base is gone: nothing can be said.
            Err(WorkspaceError::BaseMissing(_) | WorkspaceError::Unborn(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let of =
        |session: &Session| found.get(&base_of(session)?)?.get(session.branch.as_deref()?).copied();
    Ok(sessions.iter().map(|session| session.and_then(of)).collect())
}

/// The base's branch, which moves on; the commit where it was none.
fn base_of(session: &Session) -> Option<String> {
    let base = session.base.as_ref()?;
    let branch = base.branch.as_ref().map(|branch| format!("refs/heads/{branch}"));
    branch.or_else(|| base.commit.as_ref().map(ToString::to_string))
}
