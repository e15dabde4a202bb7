use std::io::Write as _;

use super::{ImportError, ImportOutcome};
use crate::import::{ForeignSession, ForeignStore};
use crate::model::error_chain;
use crate::ops::common::Engine;
use crate::transcript::{CaptureExtent, Source, TranscriptError, TranscriptStore};

/// The largest transcript of a session, in bytes.
const LIMIT: u64 = 256 << 20;

impl Engine {
    /// Captures the conversations of sessions that are in the store now. What was captured before is
    /// not captured again.
    pub(super) fn keep_conversations(
        &self,
        store: ForeignStore,
        sessions: &mut [ForeignSession],
        outcomes: &[ImportOutcome],
    ) -> Result<(), ImportError> {
        let is_said = |found: &ForeignSession| found.messages > 0;
        if !sessions.iter().any(is_said) {
            return Ok(());
        }
        let replica = self.store().replica()?;
        let transcripts = TranscriptStore::create(self.repository())?;
        for (found, outcome) in sessions.iter_mut().zip(outcomes) {
            if !is_said(found) || matches!(outcome, ImportOutcome::Kept(_)) {
                continue;
            }
            let path = found.files.last().cloned().unwrap_or_default();
            let failed = |source| ImportError::Copy { path: path.clone(), source };
            let lines = store.conversation(found).map_err(failed)?;
            let mut copy = tempfile::Builder::new()
                .prefix("git-ao-import-")
                .suffix(".jsonl")
                .tempfile()
                .map_err(failed)?;
            copy.write_all(&lines).map_err(failed)?;
            let id = found.session.id;
            let source = Source::new(store.name(), id.to_string(), "ao-jsonl", copy.path());
            match transcripts.capture(id, &replica, &source, CaptureExtent::All, LIMIT) {
                Ok(_) => {}
                Err(error @ TranscriptError::TooLarge { .. }) => {
                    found.notes.push(format!("no transcript: {}", error_chain(&error)));
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }
}
