use super::{Fetched, Remote, ShareError, Watcher};
use crate::model::Oid;
use crate::store::{MergeMode, MergeReport, StoreError};

/// The result of a pull.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PullReport {
    /// The result of the fetch.
    pub fetched: Fetched,
    /// The result of the merge; None if the remote has no sessions.
    pub merged: Option<MergeReport>,
}

impl Remote<'_> {
    /// Fetches the remote's sessions and merges them.
    ///
    /// # Errors
    /// Fails like [`fetch`](Self::fetch), or if the fetched sessions cannot be merged; our store is
    /// then unchanged.
    pub fn pull(&self, watcher: &mut Watcher<'_>) -> Result<PullReport, ShareError> {
        let fetched = self.fetch(watcher)?;
        let merged = match &fetched.tip {
            Some(tip) => Some(self.merge(tip, MergeMode::Converge)?),
            None => None,
        };
        Ok(PullReport { fetched, merged })
    }

    pub(super) fn merge(&self, tip: &Oid, mode: MergeMode) -> Result<MergeReport, ShareError> {
        let unmergeable = |source| self.unmergeable(tip, source);
        self.store.merge_tip(tip, mode, self.histories).map_err(unmergeable)
    }

    pub(super) fn unmergeable(&self, tip: &Oid, source: StoreError) -> ShareError {
        let (remote, source) = (self.name.clone(), Box::new(source));
        ShareError::Unmergeable { remote, tip: tip.clone(), source }
    }
}
