//! Records what a clone shares. As all that a clone records on its own, this is no update of the
//! session.

use crate::model::{CapturedTranscripts, Oid, Origin, SessionId, SharedTranscripts, Timestamp};
use crate::ops::{Engine, OpsError};
use crate::redact::RULES_VERSION;
use crate::store::StoreError;
use crate::transcript::SharedForm;

impl Engine {
    /// Returns what the record says that the clones have captured and shared of a session. Nothing
    /// if there is no such record.
    pub(super) fn recorded_transcripts(
        &self,
        session: SessionId,
    ) -> Result<Vec<(String, CapturedTranscripts)>, OpsError> {
        let snapshot = self.store().snapshot()?;
        match snapshot.session(session) {
            Ok(session) => Ok(session.transcripts.into_iter().collect()),
            Err(StoreError::NotFound(_) | StoreError::Corrupt { .. }) => Ok(Vec::new()),
            Err(error) => Err(error.into()),
        }
    }

    /// Records that this clone shares transcripts.
    pub(super) fn record_shared(
        &self,
        session: SessionId,
        replica: &str,
        form: &SharedForm,
    ) -> Result<(), OpsError> {
        self.record_sharing(session, replica, |facts, now| {
            let rules = RULES_VERSION.to_string();
            let is_same = |shared: &SharedTranscripts| {
                shared.tree.as_ref() == Some(&form.tree) && shared.rules.as_ref() == Some(&rules)
            };
            if facts.shared_now().is_some_and(is_same) {
                return;
            }
            let mut shared = facts.shared.take().unwrap_or_default();
            shared.tree = Some(form.tree.clone());
            (shared.bytes, shared.lines) = (form.bytes, form.lines);
            (shared.at, shared.rules) = (Some(now), Some(rules));
            (facts.shared, facts.withdrawn) = (Some(shared), None);
        })
    }

    /// Records that a clone shares nothing any more.
    pub(super) fn record_withdrawn(
        &self,
        session: SessionId,
        replica: &str,
    ) -> Result<(), OpsError> {
        self.record_sharing(session, replica, |facts, now| {
            facts.shared = None;
            facts.withdrawn.get_or_insert(now);
        })
    }

    /// Changes what a session's record says of a clone; an archived one stays in the archive. A
    /// session without a record that can be read is shared all the same.
    fn record_sharing(
        &self,
        session: SessionId,
        replica: &str,
        change: impl Fn(&mut CapturedTranscripts, Timestamp),
    ) -> Result<(), OpsError> {
        let recorded = self.store().transaction("transcript", |tx| {
            tx.set_origin(Origin::Automatic);
            let now = tx.now();
            let is_archived = tx.unarchive(session)?;
            tx.update(session, |session| {
                change(session.transcripts.entry(replica.to_owned()).or_default(), now);
                Ok::<_, StoreError>(())
            })?;
            if is_archived {
                tx.archive(session)?;
            }
            Ok(())
        });
        match recorded {
            Ok(_) => Ok(()),
            Err(StoreError::NotFound(_) | StoreError::Corrupt { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

/// Returns the trees that clones share now.
pub(super) fn trees(recorded: &[(String, CapturedTranscripts)]) -> Vec<(String, Oid)> {
    let trees = recorded
        .iter()
        .filter_map(|(replica, facts)| Some((replica.clone(), facts.shared_now()?.tree.clone()?)));
    trees.collect()
}
