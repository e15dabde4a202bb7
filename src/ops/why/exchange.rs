use crate::model::{Oid, Timestamp};
use crate::ops::Provenance;
use crate::ops::common::{Engine, OpsError};
use crate::transcript::{EntryKind, Role, TranscriptEntry};

/// A prompt and the agent's answer.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Exchange {
    /// The prompt.
    pub prompt: Option<TranscriptEntry>,
    /// The last thing that the agent said in reply.
    pub answer: Option<TranscriptEntry>,
}

impl Engine {
    /// Returns the last prompt of a session before a commit was made, or its own commit that the answer
    /// names, and the last thing that the
    /// agent said between the two. None if no transcript of the session is here, or if it has no
    /// prompt that is as old.
    ///
    /// # Errors
    /// Fails if the transcripts cannot be read.
    pub fn exchange_before(
        &self,
        from: &Provenance,
        commit: Option<&Oid>,
    ) -> Result<Option<Exchange>, OpsError> {
        let commit = from.added_by.as_ref().or(from.via.as_ref()).or(commit);
        let facts = commit.and_then(|commit| self.repository().commit_facts(commit));
        // A rebase keeps the time of the author.
        let made = facts.map_or(i64::MAX, |facts| facts.authored);
        let is_later = |at: Timestamp| at.as_seconds() > made;
        let mut exchange = Exchange::default();
        for entry in self.entries(from.id)? {
            let entry = entry?;
            let is_said = entry.kind == EntryKind::Text && entry.sub.is_none();
            if !is_said || entry.at.is_some_and(is_later) {
                continue;
            }
            match entry.role {
                Role::User => exchange = Exchange { prompt: Some(entry), answer: None },
                Role::Assistant if exchange.prompt.is_some() => exchange.answer = Some(entry),
                _ => {}
            }
        }
        Ok(exchange.prompt.is_some().then_some(exchange))
    }
}
