use crate::redact::{Redacted, Redactor, Untouched};

use super::{claude, codex};

/// Redacts a line of a transcript with this format. What its agent needs to resume the conversation
/// stays as it is.
pub fn redact_line<'t>(redactor: &Redactor, format: &str, line: &'t [u8]) -> Redacted<'t> {
    let untouched = match format {
        "claude-jsonl" => claude::UNTOUCHED,
        "codex-jsonl" => codex::UNTOUCHED,
        _ => Untouched::default(),
    };
    redactor.line(&untouched, line)
}
