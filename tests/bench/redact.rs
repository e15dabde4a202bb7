//! How fast transcripts are redacted.

use git_ao::agent::redact_line;
use git_ao::redact::Redactor;

use super::lines::{REDACT, REDACT_SPEED};
use super::measure::{at_speed, in_turn};

const LINES: usize = 10_000;

/// Redacting the lines of transcripts against parsing them.
pub fn lines() {
    let lines: Vec<String> = (0..LINES).map(line).collect();
    let bytes: usize = lines.iter().map(String::len).sum();
    let redactor = Redactor::default();
    let pair = in_turn(
        9,
        |_| {
            let redacted = lines
                .iter()
                .map(|line| redact_line(&redactor, "claude-jsonl", line.as_bytes()).hits.total());
            assert_eq!(redacted.sum::<u64>(), (LINES / 50) as u64);
        },
        |_| {
            for line in &lines {
                let parsed = serde_json::from_str::<serde::de::IgnoredAny>(line);
                assert!(parsed.is_ok());
            }
        },
    );
    println!("{} MB of lines", bytes / 1_000_000);
    REDACT.report(LINES, pair);
    let pair = at_speed(9, bytes, |_| {
        for line in &lines {
            redact_line(&redactor, "claude-jsonl", line.as_bytes());
        }
    });
    REDACT_SPEED.report(LINES, pair);
}

/// A line as agents write them: mostly what a tool has printed. Some have colors, one in fifty has
/// a secret.
fn line(number: usize) -> String {
    let mut text = String::new();
    for row in 0..number % 120 + 10 {
        text.push_str(&format!(
            "    {row}\\tlet value_{row} = find(\\\"key {row}\\\", &path)?;\\n"
        ));
    }
    if number.is_multiple_of(10) {
        text.push_str("\\u001b[32mok\\u001b[0m https://example.com/a?b=c me@example.com");
    }
    if number % 50 == 7 {
        text.push_str(&format!("\\nghp_{}", "a1B2".repeat(9)));
    }
    format!(
        r#"{{"type":"user","uuid":"{number}","message":{{"content":[{{"type":"tool_result","content":"{text}"}}]}}}}"#
    )
}
