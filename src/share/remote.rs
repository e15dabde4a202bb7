use std::time::Duration;

use super::ShareError;
use crate::model::Oid;
use crate::store::{Histories, SESSIONS_REF, Store};

/// A remote with which the store is shared.
#[derive(Debug, Clone)]
pub struct Remote<'s> {
    pub(super) store: &'s Store,
    pub(super) name: String,
    pub(super) their_ref: String,
    pub(super) histories: Histories,
    pub(super) hooks: Hooks,
}

/// Which pushes run the user's `pre-push` hook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Hooks {
    /// None.
    Never,
    /// Pushes of branches. Sessions are not code that the hook could test.
    #[default]
    Branches,
    /// All.
    Always,
}

impl<'s> Remote<'s> {
    /// Chooses the remote: the one named `name`, otherwise `ao.remote`, otherwise the only one.
    ///
    /// # Errors
    /// Fails if there is no such remote, or if there are several and none is selected.
    pub fn choose(store: &'s Store, name: Option<&str>) -> Result<Self, ShareError> {
        let repo = store.repository();
        let known = repo.remotes();
        let name = name.map(str::to_owned).or_else(|| repo.settings().remote());
        let name = match (name, known.as_slice()) {
            (Some(name), _) if known.contains(&name) => name,
            (Some(name), _) => return Err(ShareError::UnknownRemote { name, known }),
            (None, []) => return Err(ShareError::NoRemote),
            (None, [only]) => only.clone(),
            (None, _) => return Err(ShareError::ManyRemotes(known)),
        };
        let their_ref = repo.settings().remote_ref().unwrap_or_else(|| SESSIONS_REF.to_owned());
        if !is_full_ref(&their_ref) {
            return Err(ShareError::InvalidRef(their_ref));
        }
        let key = format!("remote.{name}.aoAllowUnrelated");
        let histories = match repo.config_bool(&key) {
            Some(true) => Histories::Any,
            _ => Histories::Related,
        };
        Ok(Self { store, name, their_ref, histories, hooks: Hooks::default() })
    }

    /// Sets which pushes run the user's hook.
    pub fn with_hooks(self, hooks: Hooks) -> Self {
        Self { hooks, ..self }
    }

    /// Allows merges with this remote although its sessions share no history with ours. The setting
    /// is kept in this clone's configuration, as `remote.<name>.aoAllowUnrelated`.
    ///
    /// # Errors
    /// Fails if the configuration cannot be written.
    pub fn allow_unrelated(self) -> Result<Self, ShareError> {
        if self.histories == Histories::Related {
            let key = format!("remote.{}.aoAllowUnrelated", self.name);
            let git = self.store.repository().git("config").shielded();
            git.args(["--local", &key, "true"]).run()?;
        }
        Ok(Self { histories: Histories::Any, ..self })
    }

    /// Returns the name of the remote.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the ref on the remote that holds the sessions.
    pub fn their_ref(&self) -> &str {
        &self.their_ref
    }

    /// Returns the full name of the local remote-tracking ref.
    pub fn tracking_ref(&self) -> String {
        format!("refs/ao/remotes/{}/sessions", self.name)
    }

    /// Returns the last known tip of the remote, if it is usable. The remote-tracking ref is only a
    /// cache, so it is deleted if it is damaged.
    pub(super) fn known(&self) -> Result<Option<Oid>, ShareError> {
        let repo = self.store.repository();
        match self.tip() {
            Ok(None) => return Ok(None),
            Ok(Some(tip)) if self.store.snapshot_at(&tip).is_ok_and(|s| s.tip().is_some()) => {
                return Ok(Some(tip));
            }
            // The tip exists but is not a store, which the merge will report.
            Ok(Some(tip)) if repo.git("cat-file").args(["-e", tip.as_str()]).find()?.is_some() => {
                return Ok(Some(tip));
            }
            Ok(Some(_)) | Err(_) => {}
        }
        let name = self.tracking_ref();
        let deleted = repo.git("update-ref").shielded().args(["--no-deref", "-d", &name]).run();
        if deleted.is_err() {
            // Git cannot delete a ref that it cannot read. If this fails too, the fetch reports it.
            let _ = std::fs::remove_file(repo.common_dir().join(&name));
        }
        Ok(None)
    }

    /// Returns the remote's tip at the last fetch, or None if there was no fetch or the remote had
    /// no sessions.
    ///
    /// # Errors
    /// Fails if the remote-tracking ref cannot be read.
    pub fn tip(&self) -> Result<Option<Oid>, ShareError> {
        Ok(self.store.repository().read_ref(&self.tracking_ref())?)
    }

    pub(super) fn patience(&self) -> Result<Duration, ShareError> {
        self.store.repository().settings().push_timeout().map_err(ShareError::InvalidTimeout)
    }
}

/// Returns true for a full ref name (git-check-ref-format(1)) that cannot be taken for an option, a
/// pattern or a refspec.
fn is_full_ref(name: &str) -> bool {
    name.strip_prefix("refs/")
        .is_some_and(|rest| rest.contains('/') && crate::model::is_branch_name(rest))
}
