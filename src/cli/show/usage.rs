//! Prints what is known of the transcripts of a session, and of what was used in them.

use std::collections::BTreeMap;

use git_ao::model::{CapturedTranscripts, ModelUsage, Session, Timestamp};
use git_ao::view::{DateFormat, LocalPlacements};

use super::fields::line;
use crate::cli::sharing::counted;
use crate::cli::ui::Style;
use crate::cli::{CliError, Ctx};

pub fn print(session: &Session, here: &LocalPlacements<'_>, ctx: &mut Ctx) -> Result<(), CliError> {
    for (replica, captured) in &session.transcripts {
        let mark = if here.is(replica) { " (here)" } else { "" };
        let text = format!("{replica}{mark}: {}", said(captured, ctx.now));
        line(ctx, "Transcript", Style::Plain, &text)?;
    }
    let mut models: BTreeMap<&str, ModelUsage> = BTreeMap::new();
    for (model, usage) in session.usage.values().flatten() {
        *models.entry(model).or_default() += usage;
    }
    for (model, usage) in models {
        line(ctx, "Usage", Style::Plain, &format!("{model}: {}", used(&usage)))?;
    }
    Ok(())
}

fn said(captured: &CapturedTranscripts, now: Timestamp) -> String {
    let CapturedTranscripts { bytes, lines, entries, .. } = captured;
    let withdrawn = captured.withdrawn.map(|_| "no longer shared".to_owned());
    let at = captured.at.map(|at| DateFormat::Relative.show(at, 0, now));
    let size = (*bytes > 0).then(|| {
        let entries = format!("{entries} {}", if *entries == 1 { "entry" } else { "entries" });
        format!("{entries}, {}, {}", counted(*lines, "line"), counted(*bytes, "byte"))
    });
    [size, at, withdrawn].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn used(usage: &ModelUsage) -> String {
    let ModelUsage { calls, calls_without_usage, turns, .. } = usage;
    let tokens = match usage.tokens {
        Some(it) => {
            let written = it.cache_write_5m.saturating_add(it.cache_write_1h);
            let cached = match it.cache_read.saturating_add(written) {
                0 => String::new(),
                cached => format!(", {cached} cached"),
            };
            format!("{} tokens in, {} out{cached}", it.input, it.output)
        }
        None => "- tokens".to_owned(),
    };
    let unknown = match calls_without_usage {
        0 => String::new(),
        count => format!(" ({count} without figures)"),
    };
    let price = usage.cost_usd.map(|usd| format!(", ${usd:.2}")).unwrap_or_default();
    let (turns, calls) = (counted(*turns, "turn"), counted(*calls, "call"));
    format!("{turns}, {calls}{unknown}, {tokens}{price}")
}
