use std::time::Duration;

use super::ShareError;
use crate::model::Oid;
use crate::store::{SESSIONS_REF, Store};

/// How long a push is tried, unless `ao.pushTimeout` says.
const PUSH_TIMEOUT: u64 = 120;

/// A remote with which a store is shared.
#[derive(Debug, Clone)]
pub struct Remote<'s> {
    pub(super) store: &'s Store,
    pub(super) name: String,
    pub(super) their_ref: String,
}

impl<'s> Remote<'s> {
    /// Chooses the remote: the one that is named; else `ao.remote`; else the only one.
    ///
    /// # Errors
    /// When there is no such remote, or more than one and nothing that chooses.
    pub fn choose(store: &'s Store, name: Option<&str>) -> Result<Self, ShareError> {
        let repo = store.repository();
        let known = repo.remotes();
        let name = name.map(str::to_owned).or_else(|| repo.config("ao.remote"));
        let name = match (name, known.as_slice()) {
            (Some(name), _) if known.contains(&name) => name,
            (Some(name), _) => return Err(ShareError::UnknownRemote { name, known }),
            (None, []) => return Err(ShareError::NoRemote),
            (None, [only]) => only.clone(),
            (None, _) => return Err(ShareError::ManyRemotes(known)),
        };
        let their_ref = repo.config("ao.remoteRef").unwrap_or_else(|| SESSIONS_REF.to_owned());
        if !is_full_ref(&their_ref) {
            return Err(ShareError::InvalidRef(their_ref));
        }
        Ok(Self { store, name, their_ref })
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The ref that holds the sessions there.
    pub fn their_ref(&self) -> &str {
        &self.their_ref
    }

    /// The ref that remembers here what the remote had.
    pub fn tracking_ref(&self) -> String {
        format!("refs/ao/remotes/{}/sessions", self.name)
    }

    /// What the remote had when it was last asked; None where it was never asked, or had nothing.
    pub fn tip(&self) -> Result<Option<Oid>, ShareError> {
        Ok(self.store.repository().read_ref(&self.tracking_ref())?)
    }

    pub(super) fn patience(&self) -> Result<Duration, ShareError> {
        let Some(text) = self.store.repository().config("ao.pushTimeout") else {
            return Ok(Duration::from_secs(PUSH_TIMEOUT));
        };
        let seconds = text.trim().parse().map_err(|_| ShareError::InvalidTimeout(text))?;
        Ok(Duration::from_secs(seconds))
    }
}

/// A full name by git-check-ref-format(1) that no option, pattern or refspec can be taken for.
fn is_full_ref(name: &str) -> bool {
    name.strip_prefix("refs/")
        .is_some_and(|rest| rest.contains('/') && crate::model::is_branch_name(rest))
}
