//! Which branches git-ao may remove.

use crate::model::Session;
use crate::ops::common::FlowError;
use crate::store::Store;

/// Returns the branch of a session that `cleanup --branches` removes, if it exists. Only a branch
/// that git-ao named qualifies, because a record can name any branch.
///
/// # Errors
/// Fails if the refs cannot be read.
pub fn branch_to_remove(store: &Store, session: &Session) -> Result<Option<String>, FlowError> {
    let prefix = branch_prefix(store);
    let Some(branch) = session.branch.as_ref() else { return Ok(None) };
    if prefix.is_empty() || !branch.starts_with(&prefix) {
        return Ok(None);
    }
    let is_there = store.repository().read_ref(&format!("refs/heads/{branch}"))?.is_some();
    Ok(is_there.then(|| branch.clone()))
}

/// Returns the prefix of the branches that git-ao names.
pub fn branch_prefix(store: &Store) -> String {
    store.repository().config("ao.branchPrefix").unwrap_or_else(|| "ao/".to_owned())
}
