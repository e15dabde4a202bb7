use git_ao::model::error_chain;
use git_ao::transcript::TranscriptError;

use crate::cli::CliError;

impl From<TranscriptError> for CliError {
    fn from(error: TranscriptError) -> Self {
        let (kind, message) = (error.kind(), error_chain(&error));
        match &error {
            TranscriptError::Ledger(error) => error.into(),
            TranscriptError::Io { .. } | TranscriptError::Create(_) => {
                CliError::of(kind, message).write_hint(&error)
            }
            _ => CliError::of(kind, message),
        }
    }
}
