//! Decides which branches git-ao may remove.

use crate::model::Session;
use crate::ops::common::OpsError;
use crate::store::Store;

/// Returns the branch of a session that `cleanup --branches` removes, if it exists. Only a branch
/// that git-ao named qualifies, because a record can name any branch.
///
/// # Errors
/// Fails if the refs cannot be read.
pub fn branch_to_remove(store: &Store, session: &Session) -> Result<Option<String>, OpsError> {
    let branch = session.branch.as_ref().filter(|branch| is_removable(store, session, branch));
    let Some(branch) = branch else { return Ok(None) };
    let is_there = store.repository().read_ref(&format!("refs/heads/{branch}"))?.is_some();
    Ok(is_there.then(|| branch.clone()))
}

/// Returns true if git-ao named the branch, and it did not exist before the session.
pub(super) fn is_removable(store: &Store, session: &Session, branch: &str) -> bool {
    let prefix = store.repository().settings().branch_prefix();
    !prefix.is_empty() && branch.starts_with(&prefix) && !session.found_branch(branch)
}
