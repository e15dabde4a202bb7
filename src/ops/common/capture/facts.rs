//! What a record says of the transcripts that were captured.

use std::time::Duration;

use crate::agent::EntryReader;
use crate::model::{CapturedTranscripts, Origin, Session, SessionId, Timestamp};
use crate::ops::common::OpsError;
use crate::store::{Key, Store, StoreError};
use crate::transcript::{TranscriptError, TranscriptStore};

/// How often a record learns of new captures while the agent works.
pub(super) const INTERVAL: Duration = Duration::from_secs(3600);

/// The size of what this clone has captured of a session.
#[derive(Debug, Clone)]
pub(in crate::ops) struct Facts {
    replica: String,
    bytes: u64,
    lines: u64,
    entries: u64,
}

/// Reads all that this clone has captured of a session, and counts. None if that is nothing.
pub(in crate::ops) fn facts(
    store: &Store,
    session: SessionId,
) -> Result<Option<Facts>, TranscriptError> {
    let Some(replica) = store.known_replica() else { return Ok(None) };
    let Some(transcripts) = TranscriptStore::open(store.repository())? else { return Ok(None) };
    let all = transcripts.transcripts(session, &replica)?;
    if all.is_empty() {
        return Ok(None);
    }
    let (mut bytes, mut lines, mut entries) = (0, 0, 0);
    for transcript in all {
        bytes += transcript.size()?;
        let mut reader = EntryReader::of(&transcript);
        for line in transcript.lines() {
            lines += 1;
            entries += reader.read(&line?).len() as u64;
        }
    }
    Ok(Some(Facts { replica, bytes, lines, entries }))
}

impl Facts {
    /// Puts them into the record. What was shared or withdrawn is not touched.
    pub fn put(&self, session: &mut Session, now: Timestamp) {
        let Self { replica, bytes, lines, entries } = self;
        let recorded = session.transcripts.entry(replica.clone()).or_default();
        if (recorded.bytes, recorded.lines, recorded.entries) == (*bytes, *lines, *entries) {
            return;
        }
        let CapturedTranscripts { bytes: b, lines: l, entries: e, at, .. } = recorded;
        (*b, *l, *e, *at) = (*bytes, *lines, *entries, Some(now));
    }
}

/// Records the facts in an event of their own.
pub(in crate::ops) fn record_facts(
    store: &Store,
    key: &Key,
    facts: &Facts,
) -> Result<(), OpsError> {
    let recorded = store.transaction("transcript", |tx| {
        tx.set_origin(Origin::Automatic);
        let now = tx.now();
        tx.update(key.clone(), |session| {
            facts.put(session, now);
            Ok::<_, StoreError>(())
        })
    });
    match recorded {
        Ok(_) | Err(StoreError::Archived(_) | StoreError::NotFound(_)) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
