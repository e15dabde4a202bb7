use serde::Serialize;

use crate::model::{SessionId, error_chain};
use crate::ops::{CaptureOutcome, OpsError};

/// The result of a capture, as JSON output has it.
#[derive(Debug, Serialize)]
pub struct CaptureJson {
    id: String,
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lines: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

impl CaptureJson {
    /// Describes the capture of a session.
    pub fn new(id: SessionId, done: &Result<CaptureOutcome, OpsError>) -> Self {
        let (outcome, new, error) = match done {
            Ok(CaptureOutcome::Captured(new)) => ("captured", Some(*new), None),
            Ok(CaptureOutcome::NotFound) => ("not_found", None, None),
            Ok(CaptureOutcome::NoTranscript) => ("no_transcript", None, None),
            Err(error) => ("failed", None, Some(error_chain(error))),
        };
        let (bytes, lines) = (new.map(|new| new.bytes), new.map(|new| new.lines));
        Self { id: id.to_string(), outcome, bytes, lines, error }
    }
}
