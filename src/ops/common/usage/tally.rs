//! Counts what sessions have used, each answer once.

use std::cmp::Reverse;
use std::collections::HashMap;

use super::count::{Counted, Counter, Known};
use crate::agent::Entries;
use crate::model::{Session, SessionId, Timestamp};
use crate::ops::common::OpsError;
use crate::store::{Snapshot, Store};
use crate::transcript::{Transcript, TranscriptIndex, TranscriptStore};

/// What was counted of one session in one clone.
#[derive(Debug, Clone)]
pub(in crate::ops) struct CountedCopy {
    pub replica: String,
    pub counted: Counted,
}

/// Counts sessions in their transcripts.
///
/// The conversation of a fork begins with a copy of its parent's, and one that went on in another
/// clone with a copy of what was said before. What a record says a clone has counted tells when its
/// own part begins. Otherwise the copy is counted first, and its answers are known.
pub(in crate::ops) struct Tally<'s> {
    store: &'s Store,
    snapshot: &'s Snapshot<'s>,
    transcripts: Option<TranscriptStore>,
    /// Which transcripts there are; looked up for each session if None.
    index: Option<TranscriptIndex>,
    known: Known,
    /// What was counted, until it was asked for.
    counted: HashMap<SessionId, Option<Vec<CountedCopy>>>,
}

impl<'s> Tally<'s> {
    /// Begins to count a few sessions.
    pub fn new(
        store: &'s Store,
        snapshot: &'s Snapshot<'s>,
        transcripts: Option<TranscriptStore>,
    ) -> Self {
        let (known, counted) = (Known::default(), HashMap::new());
        Self { store, snapshot, transcripts, index: None, known, counted }
    }

    /// Looks up which transcripts there are, once for many sessions.
    pub fn for_many(mut self) -> Result<Self, OpsError> {
        self.index = self.transcripts.as_ref().map(TranscriptStore::index).transpose()?;
        Ok(self)
    }

    /// Counts a session, by clone. A session is counted once.
    pub fn count(
        &mut self,
        id: SessionId,
        session: Option<&Session>,
    ) -> Result<Vec<CountedCopy>, OpsError> {
        if let Some(counted) = self.counted.insert(id, None) {
            return Ok(counted.unwrap_or_default());
        }
        let copies = self.copies(id)?;
        let is_unknown = |(replica, _): &(String, _)| since(session, replica).is_none();
        if let Some(session) = session.filter(|it| it.fork.is_some())
            && copies.iter().any(is_unknown)
        {
            for (fork, parent) in self.snapshot.lineage(session)?.ancestors.into_iter().rev() {
                let id = fork.session;
                if !self.counted.contains_key(&id) {
                    let copies = self.copies(id)?;
                    let counted = self.count_copies(copies, parent.as_ref())?;
                    self.counted.insert(id, Some(counted));
                }
            }
        }
        self.count_copies(copies, session)
    }

    /// Returns the transcripts of a session, by clone.
    fn copies(&self, id: SessionId) -> Result<Vec<(String, Vec<Transcript>)>, OpsError> {
        let Some(store) = &self.transcripts else { return Ok(Vec::new()) };
        let all = match &self.index {
            Some(index) => store.copies(index, id)?,
            None => store.copies(&store.session_index(id)?, id)?,
        };
        let mut copies: Vec<(String, Vec<Transcript>)> = Vec::new();
        for transcript in all {
            match copies.last_mut().filter(|(replica, _)| *replica == transcript.replica) {
                Some((_, all)) => all.push(transcript),
                None => copies.push((transcript.replica.clone(), vec![transcript])),
            }
        }
        Ok(copies)
    }

    /// Counts those first whose own part is known, the last one that began first, and this clone
    /// last: it may have begun with any of the others.
    fn count_copies(
        &mut self,
        mut copies: Vec<(String, Vec<Transcript>)>,
        session: Option<&Session>,
    ) -> Result<Vec<CountedCopy>, OpsError> {
        let here = self.store.known_replica();
        copies.sort_by_key(|(replica, _)| {
            let is_here = Some(replica) == here.as_ref();
            let since = since(session, replica);
            (is_here && since.is_none(), since.is_none(), Reverse(since))
        });
        let mut all = Vec::new();
        for (replica, transcripts) in copies {
            let mut counter = Counter::new(&mut self.known, since(session, &replica));
            for entry in Entries::of(transcripts) {
                counter.count(&entry?);
            }
            all.push(CountedCopy { replica, counted: counter.finish() });
        }
        Ok(all)
    }
}

/// Returns when the part of a conversation begins that a clone has counted as its own.
fn since(session: Option<&Session>, replica: &str) -> Option<Timestamp> {
    session?.usage.get(replica)?.values().filter_map(|it| it.first).min()
}
