use crate::model::SessionStatus;
use crate::ops::cleanup::{Branches, Cleaned, Cleanup};
use crate::ops::common::status_change::{StatusChange, change};
use crate::ops::common::{Checks, Engine, OpsError};
use crate::ops::kill::Killed;
use crate::store::{Key, Shelf};
use crate::workspace::OnUnsaved;

impl Engine {
    /// Ends a session that is no longer needed, like [`kill`](Self::kill) with `cancelled` as the
    /// reason.
    ///
    /// # Errors
    /// Fails like [`kill`](Self::kill).
    pub fn cancel(&self, key: impl Into<Key>, say: &StatusChange) -> Result<Killed, OpsError> {
        self.kill(key, &cancelled(say))
    }

    /// Does the same, also with a session that has ended in another way, and removes its worktree and
    /// its branch. Its last commit is kept like that of every session, so that
    /// [`restore`](Self::restore) can bring it back.
    ///
    /// Uncommitted changes are in no commit: they prevent the removal, or are backed up if checks are
    /// skipped.
    ///
    /// # Errors
    /// Fails like [`kill`](Self::kill) and [`cleanup`](Self::cleanup).
    pub fn discard(
        &self,
        key: impl Into<Key>,
        say: &StatusChange,
    ) -> Result<(Killed, Cleaned), OpsError> {
        let key: &Key = &key.into();
        let mut killed = self.cancel(key.clone(), say)?;
        let session = &killed.changed.session;
        let is_to_be_said = killed.changed.event.is_none()
            && killed.shelf == Shelf::Active
            && session.status != SessionStatus::Merged;
        if is_to_be_said {
            let say = cancelled(say);
            killed.changed = change(self, key, "cancel", &SessionStatus::Killed, &say)?;
        }
        let session = &killed.changed.session;
        let is_shared = match &session.branch {
            Some(branch) => self.is_shared(session.id, branch)?,
            None => false,
        };
        let branches = if is_shared { Branches::Keep } else { Branches::Remove };
        let on_unsaved = match say.checks {
            Checks::All => OnUnsaved::Refuse,
            Checks::Skip => OnUnsaved::Backup,
        };
        let what = Cleanup {
            only: Some(session.id),
            is_part: killed.changed.event.is_some(),
            kept_head_is_enough: true,
            ..Cleanup::default()
        };
        let cleaned = self.cleanup(&what.branches(branches).on_unsaved(on_unsaved))?;
        Ok((killed, cleaned))
    }
}

fn cancelled(say: &StatusChange) -> StatusChange {
    let reason = match &say.reason {
        Some(why) => format!("cancelled: {why}"),
        None => "cancelled".to_owned(),
    };
    StatusChange { reason: Some(reason), ..say.clone() }
}
