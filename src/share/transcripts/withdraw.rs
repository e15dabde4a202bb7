use crate::model::SessionId;
use crate::share::{Remote, ShareError, Watcher};
use crate::transcript::{TranscriptError, TranscriptStore};

impl Remote<'_> {
    /// Removes from the remote what a clone has shared of a session's transcripts, if nobody
    /// replaces it at the same time. Returns false if the remote has nothing of it and this clone
    /// has noted nothing.
    ///
    /// # Errors
    /// Fails if git cannot reach the remote, or if the remote rejects the push.
    pub fn withdraw_transcripts(
        &self,
        transcripts: &TranscriptStore,
        session: SessionId,
        replica: &str,
        watcher: &mut Watcher<'_>,
    ) -> Result<bool, ShareError> {
        let _kept = transcripts.keep_purge_out().map_err(TranscriptError::from)?;
        let notes = self.notes(transcripts, session, replica);
        let is_noted = notes.sent()?.is_some() || notes.pending()?.is_some();
        // What was noted may be older than what the remote has: another clone may have withdrawn it,
        // or this one may have lost its notes.
        let Some(there) = self.present(transcripts, session, replica, watcher)? else {
            notes.forget()?;
            return Ok(is_noted);
        };
        let name = self.transcripts_ref(session, replica);
        self.replace(transcripts, &name, Some(&there), None, watcher)?;
        notes.forget()?;
        Ok(true)
    }
}
