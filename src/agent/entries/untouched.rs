use crate::redact::{Redacted, Redactor, Untouched};

use super::{claude, codex};

/// Redacts a line of a transcript with this format. What its agent needs to resume the conversation
/// stays as it is.
pub fn redact_line<'t>(redactor: &Redactor, format: &str, line: &'t [u8]) -> Redacted<'t> {
    redactor.line(&untouched(format), line)
}

/// Redacts a whole transcript with this format: line by line if it has lines of JSON. Lines that are
/// not JSON are redacted together with their neighbours, since a key has several.
pub fn redact_transcript<'t>(
    redactor: &Redactor,
    format: &str,
    transcript: &'t [u8],
) -> Redacted<'t> {
    if !format.ends_with("-jsonl") {
        return redactor.text(transcript);
    }
    let untouched = untouched(format);
    let mut all = Redacted::default();
    let mut text = 0..0;
    let mut at = 0;
    for line in transcript.split_inclusive(|byte| *byte == b'\n') {
        let is_json = matches!(line.trim_ascii_start().first(), Some(b'{' | b'['));
        let end = at + line.len();
        if is_json {
            all.push(redactor.text(&transcript[text.clone()]));
            all.push(redactor.line(&untouched, line));
            text = end..end;
        } else {
            text.end = end;
        }
        at = end;
    }
    all.push(redactor.text(&transcript[text]));
    all
}

fn untouched(format: &str) -> Untouched {
    match format {
        "claude-jsonl" => claude::UNTOUCHED,
        "codex-jsonl" => codex::UNTOUCHED,
        _ => Untouched::default(),
    }
}
