//! All transcripts of a session: those of this clone, and those that were fetched of others.

use super::layout::{captured_refs, fetched_refs, ref_name};
use super::{Transcript, TranscriptError, TranscriptOrigin, TranscriptStore};
use crate::model::{Oid, SessionId};

impl TranscriptStore {
    /// Returns the newest capture of a session in a clone. It changes with each capture.
    ///
    /// # Errors
    /// Fails if the store cannot be read.
    pub fn tip(&self, session: SessionId, replica: &str) -> Result<Option<Oid>, TranscriptError> {
        Ok(self.ledger().tip(&ref_name(session, replica))?)
    }

    /// Returns all transcripts of a session, in the order in which its clones have the names; those
    /// of one clone as [`transcripts`](Self::transcripts) does.
    ///
    /// What this clone captured is not returned again if it was also fetched. Of a conversation that
    /// went on in another clone, the longest copy is returned.
    ///
    /// # Errors
    /// Fails if the store cannot be read.
    pub fn session_transcripts(
        &self,
        session: SessionId,
    ) -> Result<Vec<Transcript>, TranscriptError> {
        let mut found: Vec<(String, Vec<Transcript>)> = Vec::new();
        for (prefix, origin) in [
            (captured_refs(session), TranscriptOrigin::Captured),
            (fetched_refs(session), TranscriptOrigin::Fetched),
        ] {
            for name in self.repository().refs_below(&prefix) {
                let replica = &name[prefix.len()..];
                if found.iter().any(|(known, _)| known == replica) {
                    continue;
                }
                if let Some(tip) = self.ledger().tip(&name)? {
                    found.push((replica.to_owned(), self.transcripts_at(&tip, replica, origin)?));
                }
            }
        }
        found.sort_by(|(a, _), (b, _)| a.cmp(b));
        without_beginnings(found.into_iter().flat_map(|(_, transcripts)| transcripts).collect())
    }
}

/// Leaves out each transcript that is the beginning of another clone's.
fn without_beginnings(all: Vec<Transcript>) -> Result<Vec<Transcript>, TranscriptError> {
    let mut kept: Vec<Transcript> = Vec::with_capacity(all.len());
    for transcript in all {
        let mut is_known = false;
        for other in &mut kept {
            if !other.is_copy_of(&transcript) {
                continue;
            }
            if other.begins_with(&transcript)? {
                is_known = true;
            } else if transcript.begins_with(other)? {
                *other = transcript.clone();
                is_known = true;
            }
        }
        if !is_known {
            kept.push(transcript);
        }
    }
    Ok(kept)
}

impl Transcript {
    fn is_copy_of(&self, other: &Self) -> bool {
        self.replica != other.replica
            && (&self.agent, &self.agent_session_id) == (&other.agent, &other.agent_session_id)
            && self.subagent == other.subagent
    }

    /// Returns true if this transcript begins with all bytes of another one.
    fn begins_with(&self, other: &Self) -> Result<bool, TranscriptError> {
        let (mut here, mut next) = (Vec::new(), 0);
        for nth in 0..other.segment_count() {
            let there = other.segment(nth)?;
            let mut rest = &there[..];
            while !rest.is_empty() {
                if here.is_empty() {
                    if next == self.segment_count() {
                        return Ok(false);
                    }
                    (here, next) = (self.segment(next)?, next + 1);
                }
                let size = here.len().min(rest.len());
                if here[..size] != rest[..size] {
                    return Ok(false);
                }
                here.drain(..size);
                rest = &rest[size..];
            }
        }
        Ok(true)
    }
}
