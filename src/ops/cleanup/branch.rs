//! Which branches are this program's to remove.

use crate::model::Session;
use crate::ops::common::FlowError;
use crate::store::Store;

/// The branch of a session that `cleanup --branches` removes, if it is there: only what was named by
/// this program, since a record may name any branch.
///
/// # Errors
/// When refs cannot be read.
pub fn branch_to_remove(store: &Store, session: &Session) -> Result<Option<String>, FlowError> {
    let prefix = branch_prefix(store);
    let Some(branch) = session.branch.as_ref() else { return Ok(None) };
    if prefix.is_empty() || !branch.starts_with(&prefix) {
        return Ok(None);
    }
    let is_there = store.repository().read_ref(&format!("refs/heads/{branch}"))?.is_some();
    Ok(is_there.then(|| branch.clone()))
}

/// What the branches begin with that this program names.
pub fn branch_prefix(store: &Store) -> String {
    store.repository().config("ao.branchPrefix").unwrap_or_else(|| "ao/".to_owned())
}
