use crate::model::SessionId;
use crate::share::{Remote, ShareError, Watcher};
use crate::transcript::{SharedForm, TranscriptError, TranscriptStore};

/// The result of sharing transcripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TranscriptsSent {
    /// The remote has them now.
    Sent,
    /// The remote had the same ones.
    UpToDate,
}

/// What a push may replace on the remote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Claim {
    /// What this clone has noted that it sent.
    #[default]
    Noted,
    /// Also what the remote has under this clone's name, if nothing is noted: the record says that
    /// this clone shares the session, and its transcript store was lost.
    Recorded,
}

impl Remote<'_> {
    /// Returns true if this clone has noted that it sent transcripts in this form.
    ///
    /// # Errors
    /// Fails if the notes cannot be read.
    pub fn has_transcripts(
        &self,
        transcripts: &TranscriptStore,
        (session, replica): (SessionId, &str),
        form: &SharedForm,
    ) -> Result<bool, ShareError> {
        let sent = self.notes(transcripts, session, replica).sent()?;
        Ok(sent.is_some_and(|sent| transcripts.is_same_form(&sent, form).unwrap_or(false)))
    }

    /// Sends transcripts in the form in which they are shared, in place of what this clone has sent
    /// of the session before.
    ///
    /// # Errors
    /// Fails if git cannot reach the remote, or if the remote rejects the push, which it also does
    /// if it has something that this clone has not sent.
    pub fn push_transcripts(
        &self,
        transcripts: &TranscriptStore,
        (session, replica): (SessionId, &str),
        form: &SharedForm,
        claim: Claim,
        watcher: &mut Watcher<'_>,
    ) -> Result<TranscriptsSent, ShareError> {
        let _kept = transcripts.keep_purge_out().map_err(TranscriptError::from)?;
        let notes = self.notes(transcripts, session, replica);
        let sent = notes.sent()?;
        if self.has_transcripts(transcripts, (session, replica), form)? {
            return Ok(TranscriptsSent::UpToDate);
        }
        let before = notes.pending()?;
        notes.begin(&form.commit)?;
        let name = self.transcripts_ref(session, replica);
        let replace = |expected: Option<&_>, watcher: &mut Watcher<'_>| {
            self.replace(transcripts, &name, expected, Some(&form.commit), watcher)
        };
        match replace(sent.as_ref(), watcher) {
            Err(error) if error.is_stale() => {
                let there = self.present(transcripts, session, replica, watcher)?;
                let is_ours = (sent.is_none() && claim == Claim::Recorded)
                    || (there.is_some() && there == before);
                if !is_ours {
                    return Err(error);
                }
                replace(there.as_ref(), watcher)?;
            }
            done => done?,
        }
        notes.end(&form.commit)?;
        Ok(TranscriptsSent::Sent)
    }
}
