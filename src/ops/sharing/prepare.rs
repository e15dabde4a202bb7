//! Prepares the transcripts of a session for sharing.

use crate::agent::redact_transcript;
use crate::model::SessionId;
use crate::ops::{Engine, OpsError};
use crate::redact::{Hits, RULES_VERSION, Redactor};
use crate::transcript::{SharedForm, SharedPart, TranscriptStore};

/// What happens to lines of more than 50 MB, which are not searched for secrets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LongLines {
    /// A transcript that has one is not shared.
    #[default]
    Refuse,
    /// They are shared too.
    Allow,
}

/// The size from which a line is long, in bytes.
const LONG: usize = 50_000_000;

/// Transcripts that are ready to be shared.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PreparedTranscripts {
    /// What is sent.
    pub form: SharedForm,
    /// What was replaced.
    pub hits: Hits,
}

impl Engine {
    /// Removes the secrets from what this clone has captured of a session, and writes the form in
    /// which it is shared. Nothing is sent. None if nothing was captured. Whoever sends it
    /// [keeps a purge out](TranscriptStore::keep_purge_out) until then.
    ///
    /// # Errors
    /// Fails if the transcripts cannot be read, or if one has a line of more than 50 MB, unless
    /// those are allowed.
    pub fn prepare_transcripts(
        &self,
        session: SessionId,
        redactor: &Redactor,
        long: LongLines,
    ) -> Result<Option<PreparedTranscripts>, OpsError> {
        let store = self.store();
        let Some(replica) = store.known_replica() else { return Ok(None) };
        let Some(transcripts) = TranscriptStore::open(store.repository())? else { return Ok(None) };
        let mut hits = Hits::default();
        let form = transcripts.write_shared_form(
            session,
            &replica,
            RULES_VERSION,
            |part, bytes: Vec<u8>| {
                let longest = bytes.split(|byte| *byte == b'\n').map(<[u8]>::len).max();
                if let Some(size) = longest.filter(|size| *size > LONG && long == LongLines::Refuse)
                {
                    return Err(OpsError::LongLine(size));
                }
                let redacted = match part {
                    SharedPart::Transcript(format) => redact_transcript(redactor, format, &bytes),
                    SharedPart::File => redactor.text(&bytes),
                };
                hits.add(&redacted.hits);
                Ok(redacted.bytes.into_owned())
            },
        )?;
        Ok(form.map(|form| PreparedTranscripts { form, hits }))
    }
}
