//! Creates a session that continues from another one.

use crate::ops::common::branch_sessions::catch_up;
use crate::ops::common::{Engine, OpsError, SpawnRequest};
use crate::ops::spawn::{SpawnPlan, Spawned};
use crate::store::{History, Key, StoreError, Visibility};

impl Engine {
    /// Creates a session that continues from another one: from the tip of its branch, and with a
    /// copy of its conversation if the agent supports that.
    ///
    /// # Errors
    /// Fails like [`fork_plan`](Self::fork_plan) and [`spawn_planned`](Self::spawn_planned).
    pub fn fork(&self, parent: impl Into<Key>, request: SpawnRequest) -> Result<Spawned, OpsError> {
        self.spawn_planned(self.fork_plan(parent, request)?)
    }

    /// Plans a fork, without creating it. It leaves the parent at the parent's last event. A fork
    /// of a private session is private.
    ///
    /// The parent's conversation is forked if the agent is the parent's, supports it, and has the
    /// conversation on this machine. Another agent is told what was said and done, as far as the
    /// parent's transcripts are here: in a summary without secrets, which is in no record.
    ///
    /// # Errors
    /// Fails if the parent's record cannot be read or has no event, and like
    /// [`spawn_plan`](Self::spawn_plan).
    pub fn fork_plan(
        &self,
        parent: impl Into<Key>,
        request: SpawnRequest,
    ) -> Result<SpawnPlan, OpsError> {
        let store = self.store();
        let snapshot = store.snapshot()?;
        let key = parent.into();
        let entry = snapshot.get(key.clone())?;
        let mut session = snapshot
            .load(&entry)
            .map_err(|problem| StoreError::Corrupt { key: key.clone(), problem })?;
        catch_up(store, &mut session)?;
        // Use a parent event of the parent's own ref: a public fork must not link to a private
        // event.
        let visibility = entry.location.visibility;
        let tip = snapshot.tip_of(visibility);
        let history = History { from: tip.cloned(), ..History::default().session(session.id) };
        let event = snapshot.events(history).next().transpose()?.map(|event| event.id);
        let event = event.or_else(|| tip.cloned());
        let event = event.ok_or(StoreError::NotFound(key))?;
        let visibility = match visibility {
            Visibility::Private => visibility,
            Visibility::Public => request.visibility,
        };
        self.spawn_plan(SpawnRequest { parent: Some((session, event)), visibility, ..request })
    }
}
