use std::io::Write as _;

use tempfile::NamedTempFile;

use super::error::ImportError;
use super::taking::Taking;
use crate::import::ForeignSession;
use crate::model::error_chain;
use crate::ops::common::{Engine, capture};
use crate::store::Key;
use crate::transcript::{CaptureExtent, Source, TranscriptError, TranscriptStore};

impl Engine {
    /// Captures the conversations of sessions that are in the store now. What was captured before is
    /// not captured again.
    pub(super) fn keep_conversations(
        &self,
        how: &Taking<'_>,
        sessions: &mut [ForeignSession],
    ) -> Result<(), ImportError> {
        let is_said = |found: &ForeignSession| found.messages > 0;
        let settings = self.repository().settings();
        if !sessions.iter().any(is_said) || !settings.transcripts() {
            return Ok(());
        }
        let (replica, limit) = (self.store().replica()?, settings.transcript_max_size());
        let transcripts = TranscriptStore::create(self.repository())?;
        let mut facts = Vec::new();
        for found in sessions.iter_mut().filter(|found| is_said(found)) {
            let id = found.session.id;
            let copy = match &found.source {
                Some(_) => None,
                None => Some(copy(how, found)?),
            };
            let source = match (&found.source, &copy) {
                (Some(source), _) => source.clone(),
                (None, Some(copy)) => {
                    Source::new(how.from, id.to_string(), "ao-jsonl", copy.path())
                }
                (None, None) => continue,
            };
            match transcripts.capture(id, &replica, &source, CaptureExtent::All, limit) {
                Ok(captured) if captured.bytes == 0 => {}
                // What cannot be counted can still be read.
                Ok(_) => {
                    let counted = capture::facts(self.store(), id).ok().flatten();
                    facts.extend(counted.map(|facts| (Key::from(id), facts)));
                }
                Err(error @ (TranscriptError::TooLarge { .. } | TranscriptError::NotAFile(_))) => {
                    found.notes.push(format!("no transcript: {}", error_chain(&error)));
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(capture::record_all_facts(self.store(), &facts)?)
    }
}

/// Writes the conversation of a session as a file that can be captured.
fn copy(how: &Taking<'_>, found: &ForeignSession) -> Result<NamedTempFile, ImportError> {
    let path = found.files.last().cloned().unwrap_or_default();
    let failed = |source| ImportError::Copy { path: path.clone(), source };
    let lines = (how.conversation)(found).map_err(failed)?;
    let mut builder = tempfile::Builder::new();
    let copy = builder.prefix("git-ao-import-").suffix(".jsonl").tempfile();
    let mut copy = copy.map_err(failed)?;
    copy.write_all(&lines).map_err(failed)?;
    Ok(copy)
}
