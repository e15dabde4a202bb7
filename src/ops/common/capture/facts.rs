//! What a record says of the transcripts that were captured.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::model::{CapturedTranscripts, ModelUsage, Origin, Session, SessionId, Timestamp};
use crate::ops::common::OpsError;
use crate::ops::common::usage::{Counted, Tally};
use crate::store::{Key, Store, StoreError};
use crate::transcript::{Transcript, TranscriptError, TranscriptStore};

/// How often a record learns of new captures while the agent works.
pub(super) const INTERVAL: Duration = Duration::from_secs(3600);

/// The most models whose usage a record contains. Agents use a few.
const MODELS: usize = 50;

/// The longest name of a model, in bytes.
const LONGEST_NAME: usize = 100;

/// What this clone has captured of a session, and what was used in it.
#[derive(Debug, Clone)]
pub(in crate::ops) struct Facts {
    replica: String,
    bytes: u64,
    lines: u64,
    entries: u64,
    usage: BTreeMap<String, ModelUsage>,
}

/// Returns true if the record says nothing newer than an hour of what this clone has captured.
pub(in crate::ops) fn are_due(store: &Store, session: &Session) -> bool {
    let recorded = store.known_replica().and_then(|replica| session.transcripts.get(&replica)?.at);
    let age = |at: Timestamp| store.clock().now().as_millis().saturating_sub(at.as_millis());
    recorded.is_none_or(|at| u128::try_from(age(at)).is_ok_and(|age| age >= INTERVAL.as_millis()))
}

/// Reads all that this clone has captured of a session, and counts. None if that is nothing.
pub(in crate::ops) fn facts(store: &Store, session: SessionId) -> Result<Option<Facts>, OpsError> {
    let Some(replica) = store.known_replica() else { return Ok(None) };
    let Some(transcripts) = TranscriptStore::open(store.repository())? else { return Ok(None) };
    let all = transcripts.transcripts(session, &replica)?;
    if all.is_empty() {
        return Ok(None);
    }
    let (mut bytes, mut lines) = (0, 0);
    for transcript in all {
        let size = measure(&transcript)?;
        (bytes, lines) = (bytes + size.0, lines + size.1);
    }
    let snapshot = store.snapshot()?;
    // One that was deleted is counted, too.
    let record = snapshot.session(session).ok();
    let mut tally = Tally::new(store, &snapshot, Some(transcripts));
    let mut counted = tally.count(session, record.as_ref())?.into_iter();
    let own = counted.find(|copy| copy.replica == replica).map(|copy| copy.counted);
    let own = own.unwrap_or_default();
    let (entries, usage) = (own.entries, by_model(own));
    Ok(Some(Facts { replica, bytes, lines, entries, usage }))
}

/// Returns the size of a transcript in bytes and in lines.
fn measure(transcript: &Transcript) -> Result<(u64, u64), TranscriptError> {
    let (mut bytes, mut lines, mut last) = (0, 0, b'\n');
    for nth in 0..transcript.segment_count() {
        let segment = transcript.segment(nth)?;
        bytes += segment.len() as u64;
        lines += memchr::memchr_iter(b'\n', &segment).count() as u64;
        last = segment.last().copied().unwrap_or(last);
    }
    Ok((bytes, lines + u64::from(last != b'\n')))
}

fn by_model(counted: Counted) -> BTreeMap<String, ModelUsage> {
    let mut models: BTreeMap<String, ModelUsage> = BTreeMap::new();
    for used in counted.used {
        let name = used.model.filter(|name| !name.is_empty() && name.len() <= LONGEST_NAME);
        let name = name.filter(|name| models.contains_key(name) || models.len() < MODELS);
        let name = name.unwrap_or_else(|| ModelUsage::UNKNOWN.to_owned());
        *models.entry(name).or_default() += &used.usage;
    }
    models
}

impl Facts {
    /// Puts them into the record. What was shared or withdrawn is not touched.
    pub fn put(&self, session: &mut Session, now: Timestamp) {
        self.put_usage(session);
        let Self { replica, bytes, lines, entries, .. } = self;
        let recorded = session.transcripts.entry(replica.clone()).or_default();
        if (recorded.bytes, recorded.lines, recorded.entries) == (*bytes, *lines, *entries) {
            return;
        }
        let CapturedTranscripts { bytes: b, lines: l, entries: e, at, .. } = recorded;
        (*b, *l, *e, *at) = (*bytes, *lines, *entries, Some(now));
    }

    /// Usage never decreases, even if a transcript was removed or its agent rewrote it.
    fn put_usage(&self, session: &mut Session) {
        let calls = |models: &BTreeMap<String, ModelUsage>| -> u64 {
            models.values().map(|it| it.calls.saturating_add(it.turns)).fold(0, u64::saturating_add)
        };
        let recorded = session.usage.entry(self.replica.clone()).or_default();
        if calls(&self.usage) >= calls(recorded) {
            let mut usage = self.usage.clone();
            for (model, it) in &mut usage {
                it.extra = recorded.remove(model).unwrap_or_default().extra;
            }
            *recorded = usage;
        }
        if recorded.is_empty() {
            session.usage.remove(&self.replica);
        }
    }
}

/// Records the facts of several sessions in a separate event. Archived sessions and those that
/// are gone are left as they are.
pub(in crate::ops) fn record_all_facts(
    store: &Store,
    all: &[(Key, Facts)],
) -> Result<(), StoreError> {
    if all.is_empty() {
        return Ok(());
    }
    store.transaction("transcript", |tx| {
        tx.set_origin(Origin::Automatic);
        let now = tx.now();
        for (key, facts) in all {
            let update = tx.update(key.clone(), |session| {
                facts.put(session, now);
                Ok::<_, StoreError>(())
            });
            match update {
                Ok(()) | Err(StoreError::Archived(_) | StoreError::NotFound(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    })?;
    Ok(())
}

/// Records the facts in a separate event.
pub(in crate::ops) fn record_facts(
    store: &Store,
    key: &Key,
    facts: &Facts,
) -> Result<(), OpsError> {
    Ok(record_all_facts(store, &[(key.clone(), facts.clone())])?)
}
