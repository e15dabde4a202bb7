//! All transcripts of a session: those of this clone, and those that were fetched of others.

use std::collections::{BTreeMap, BTreeSet};

use super::copies::without_beginnings;
use super::layout::{CAPTURED, FETCHED, captured_refs, fetched_refs, ref_name, session_of};
use super::{Transcript, TranscriptError, TranscriptOrigin, TranscriptStore};
use crate::ledger::LedgerError;
use crate::model::{Oid, SessionId};

/// The sessions and clones with transcripts, as of the time when this was read.
#[derive(Debug, Clone, Default)]
pub struct TranscriptIndex(BTreeMap<SessionId, Vec<Copy>>);

/// What was captured or fetched of a session in one clone.
#[derive(Debug, Clone)]
struct Copy {
    replica: String,
    origin: TranscriptOrigin,
    tip: Oid,
}

impl TranscriptStore {
    /// Returns the sessions with transcripts that were captured here, sorted.
    pub fn sessions(&self) -> Vec<SessionId> {
        let names = self.repository().refs_below("refs/ao/transcripts/");
        let ids = names.iter().filter_map(|name| name.split('/').nth(4)?.parse().ok());
        let ids: std::collections::BTreeSet<_> = ids.collect();
        ids.into_iter().collect()
    }

    /// Returns the sessions with transcripts that were captured or fetched here.
    pub fn all_sessions(&self) -> BTreeSet<SessionId> {
        let names = [CAPTURED, FETCHED].map(|prefix| self.repository().refs_below(prefix)).concat();
        names.iter().filter_map(|name| session_of(name)).map(|(session, _)| session).collect()
    }

    /// Returns the sessions with transcripts that a clone has captured.
    pub fn captured_by(&self, replica: &str) -> BTreeSet<SessionId> {
        let names = self.repository().refs_below(CAPTURED);
        let found = names.iter().filter_map(|name| session_of(name));
        found.filter(|(_, by)| *by == replica).map(|(session, _)| session).collect()
    }

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
    /// What this clone captured is not returned again if it was also fetched. Of a conversation
    /// that went on in another clone, the longest copy is returned.
    ///
    /// # Errors
    /// Fails if the store cannot be read.
    pub fn session_transcripts(
        &self,
        session: SessionId,
    ) -> Result<Vec<Transcript>, TranscriptError> {
        self.indexed(&self.session_index(session)?, session)
    }

    /// Looks up which transcripts there are of one session.
    ///
    /// # Errors
    /// Fails if the store cannot be read.
    pub fn session_index(&self, session: SessionId) -> Result<TranscriptIndex, TranscriptError> {
        self.index_of([captured_refs(session), fetched_refs(session)])
    }

    /// Looks up which transcripts there are. To read those of many sessions, do this once.
    ///
    /// # Errors
    /// Fails if the store cannot be read.
    pub fn index(&self) -> Result<TranscriptIndex, TranscriptError> {
        self.index_of([CAPTURED.to_owned(), FETCHED.to_owned()])
    }

    /// Does the same as [`session_transcripts`](Self::session_transcripts), with what was looked up
    /// before.
    ///
    /// # Errors
    /// Fails if the store cannot be read.
    pub fn indexed(
        &self,
        index: &TranscriptIndex,
        session: SessionId,
    ) -> Result<Vec<Transcript>, TranscriptError> {
        without_beginnings(self.copies(index, session)?)
    }

    /// Returns all transcripts of a session, also those that another clone has more of.
    ///
    /// # Errors
    /// Fails if the store cannot be read.
    pub fn copies(
        &self,
        index: &TranscriptIndex,
        session: SessionId,
    ) -> Result<Vec<Transcript>, TranscriptError> {
        let mut all = Vec::new();
        for Copy { replica, origin, tip } in index.0.get(&session).into_iter().flatten() {
            all.extend(self.transcripts_at(tip, replica, *origin)?);
        }
        Ok(all)
    }

    /// Looks up the refs below these prefixes; the first one is of captures.
    fn index_of(&self, prefixes: [String; 2]) -> Result<TranscriptIndex, TranscriptError> {
        let origins = [TranscriptOrigin::Captured, TranscriptOrigin::Fetched];
        let repo = self.repository();
        let mut index = TranscriptIndex::default();
        for (prefix, origin) in prefixes.iter().zip(origins) {
            let names = repo.refs_below(prefix);
            let wanted: Vec<_> = names.iter().map(String::as_str).collect();
            let tips = repo.read_ref_list(&wanted).map_err(LedgerError::from)?;
            for (name, tip) in names.iter().zip(tips) {
                let (Some(tip), Some((session, replica))) = (tip, session_of(name)) else {
                    continue;
                };
                let copies = index.0.entry(session).or_default();
                if copies.iter().all(|copy| copy.replica != replica) {
                    copies.push(Copy { replica: replica.to_owned(), origin, tip });
                }
            }
        }
        for copies in index.0.values_mut() {
            copies.sort_by(|a, b| a.replica.cmp(&b.replica));
        }
        Ok(index)
    }
}
