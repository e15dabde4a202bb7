use super::record::trees;
use crate::model::SessionId;
use crate::ops::{Engine, OpsError};
use crate::share::{Remote, Watcher};
use crate::transcript::TranscriptStore;

impl Engine {
    /// Fetches what other clones share of a session's transcripts, and returns the clones: by the
    /// ids that the record names, and otherwise by name.
    ///
    /// # Errors
    /// Fails if git cannot reach the remote, or if what it has is no transcript.
    pub fn fetch_transcripts(
        &self,
        remote: &Remote<'_>,
        session: SessionId,
        watcher: &mut Watcher<'_>,
    ) -> Result<Vec<String>, OpsError> {
        let store = self.store();
        let transcripts = TranscriptStore::create(store.repository())?;
        let mut recorded = self.recorded_transcripts(session)?;
        if let Some(own) = store.known_replica()
            && transcripts.tip(session, &own)?.is_some()
        {
            recorded.retain(|(replica, _)| *replica != own);
        }
        Ok(remote.fetch_transcripts(&transcripts, session, &trees(&recorded), watcher)?)
    }

    /// Returns the clones that share transcripts of a session that are not in this clone, as its
    /// record says.
    ///
    /// # Errors
    /// Fails if the record or the transcript store cannot be read.
    pub fn unfetched_transcripts(&self, session: SessionId) -> Result<Vec<String>, OpsError> {
        let store = self.store();
        let transcripts = TranscriptStore::open(store.repository())?;
        let mut unfetched = Vec::new();
        for (replica, tree) in trees(&self.recorded_transcripts(session)?) {
            let is_here = match &transcripts {
                None => false,
                Some(it) => {
                    it.tip(session, &replica)?.is_some()
                        || it.fetched_tree(session, &replica)?.as_ref() == Some(&tree)
                }
            };
            if !is_here {
                unfetched.push(replica);
            }
        }
        Ok(unfetched)
    }
}
