use std::collections::BTreeSet;

use crate::model::{Filter, SessionId};
use crate::ops::{Engine, OpsError, PreparedTranscripts};
use crate::share::{Claim, NotedShare, Remote, TranscriptsSent, Watcher};
use crate::transcript::TranscriptStore;

impl Engine {
    /// Returns the sessions whose transcripts this clone shares with a remote: those of which that is
    /// noted, and if there are no notes, because the transcript store was lost, those of which the
    /// records say so.
    ///
    /// # Errors
    /// Fails if the records cannot be read, or, without notes, if git cannot reach the remote.
    pub fn shared_sessions(
        &self,
        remote: &Remote<'_>,
        watcher: &mut Watcher<'_>,
    ) -> Result<Vec<SessionId>, OpsError> {
        let store = self.store();
        let Some(replica) = store.known_replica() else { return Ok(Vec::new()) };
        let opened = TranscriptStore::open(store.repository())?;
        let has_notes = opened.as_ref().is_some_and(|it| !NotedShare::all(it, &replica).is_empty());
        if has_notes || !remote.may_share_transcripts() {
            let noted = opened.map(|it| remote.shared_transcripts(&it, &replica));
            return Ok(noted.unwrap_or_default());
        }
        let listed = store.snapshot()?.query(Filter::All).sessions.into_iter();
        let shared = listed.filter_map(|it| it.session.ok()).filter(|session| {
            session.transcripts.get(&replica).is_some_and(|facts| facts.shared_now().is_some())
        });
        let ids: Vec<_> = shared.map(|session| session.id).collect();
        if ids.is_empty() {
            return Ok(ids);
        }
        let transcripts = TranscriptStore::create(store.repository())?;
        Ok(remote.find_transcripts(&transcripts, &ids, &replica, watcher)?)
    }

    /// Returns those of these sessions whose transcripts somebody has withdrawn from this clone's
    /// share, as their records say.
    ///
    /// # Errors
    /// Fails if a record cannot be read.
    pub fn withdrawn_by_others(
        &self,
        sessions: &[SessionId],
    ) -> Result<BTreeSet<SessionId>, OpsError> {
        let Some(replica) = self.store().known_replica() else { return Ok(BTreeSet::new()) };
        let mut withdrawn = BTreeSet::new();
        for id in sessions {
            let recorded = self.recorded_transcripts(*id)?;
            let own = recorded.into_iter().find(|(name, _)| *name == replica);
            if own.is_some_and(|(_, facts)| facts.withdrawn.is_some()) {
                withdrawn.insert(*id);
            }
        }
        Ok(withdrawn)
    }

    /// Returns true if a remote has transcripts in this form, as far as this clone knows.
    ///
    /// # Errors
    /// Fails if the transcript store cannot be read.
    pub fn is_sent(
        &self,
        remote: &Remote<'_>,
        session: SessionId,
        prepared: &PreparedTranscripts,
    ) -> Result<bool, OpsError> {
        let store = self.store();
        let opened = TranscriptStore::open(store.repository())?;
        let (Some(transcripts), Some(replica)) = (opened, store.known_replica()) else {
            return Ok(false);
        };
        Ok(remote.has_transcripts(&transcripts, (session, &replica), &prepared.form)?)
    }

    /// Sends transcripts to a remote, in place of what this clone has sent before, and records that.
    ///
    /// # Errors
    /// Fails if git cannot reach the remote, if the remote rejects the push, or if it has something
    /// that this clone has not sent.
    pub fn send_transcripts(
        &self,
        remote: &Remote<'_>,
        session: SessionId,
        prepared: &PreparedTranscripts,
        watcher: &mut Watcher<'_>,
    ) -> Result<TranscriptsSent, OpsError> {
        let store = self.store();
        let transcripts = TranscriptStore::create(store.repository())?;
        let replica = store.replica()?;
        let recorded = self.recorded_transcripts(session)?;
        let is_recorded = recorded.iter().any(|(name, facts)| {
            *name == replica && (facts.shared.is_some() || facts.withdrawn.is_some())
        });
        let claim = if is_recorded { Claim::Recorded } else { Claim::Noted };
        let (whose, form) = ((session, replica.as_str()), &prepared.form);
        let sent = remote.push_transcripts(&transcripts, whose, form, claim, watcher)?;
        self.record_shared(session, &replica, form)?;
        Ok(sent)
    }
}
