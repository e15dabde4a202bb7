//! What ao-rs notes in the working directory of a session: `.ao/usage.jsonl` has what each turn cost,
//! `.ao/activity.jsonl` what the agent was seen doing.

use std::path::Path;

use serde_json::Value as Json;

use super::contents::ForeignContents;
use super::file;
use crate::model::{Cost, Map, Timestamp};

/// What is noted of one session.
#[derive(Default)]
pub struct TurnLogs {
    /// What it has cost.
    pub cost: Option<Cost>,
    /// What its agent was seen doing last, and when.
    pub activity: Option<(Timestamp, String)>,
}

impl TurnLogs {
    /// Reads the logs in a working directory. There need not be any.
    pub fn read(workspace: &Path, contents: &mut ForeignContents) -> Self {
        let cost = cost(workspace, contents);
        Self { cost, activity: last_activity(workspace, contents) }
    }
}

/// The sum of the costs of all turns, or None if nothing was counted. A line that is not complete
/// counts as nothing.
fn cost(workspace: &Path, contents: &mut ForeignContents) -> Option<Cost> {
    let mut sum = Cost {
        input_tokens: 0,
        output_tokens: 0,
        cache_read_tokens: 0,
        cache_creation_tokens: 0,
        cost_usd: None,
        extra: Map::new(),
    };
    for turn in entries(&workspace.join(".ao/usage.jsonl"), contents) {
        let add = |tokens: &mut u64, key: &str| {
            let more = turn.get(key).and_then(Json::as_u64).unwrap_or_default();
            *tokens = tokens.saturating_add(more);
        };
        add(&mut sum.input_tokens, "input_tokens");
        add(&mut sum.output_tokens, "output_tokens");
        add(&mut sum.cache_read_tokens, "cache_read_tokens");
        add(&mut sum.cache_creation_tokens, "cache_creation_tokens");
        // A price that is not known is written as zero.
        let paid = turn.get("cost_usd").and_then(Json::as_f64).filter(|paid| *paid > 0.0);
        if let Some(paid) = paid {
            sum.cost_usd = Some(sum.cost_usd.unwrap_or_default() + paid);
        }
    }
    sum.cost_usd = sum.cost_usd.filter(|paid| paid.is_finite());
    (sum.input_tokens > 0 || sum.output_tokens > 0).then_some(sum)
}

fn last_activity(workspace: &Path, contents: &mut ForeignContents) -> Option<(Timestamp, String)> {
    let mut seen = entries(&workspace.join(".ao/activity.jsonl"), contents);
    seen.reverse();
    seen.iter().find_map(|entry| {
        let state = entry.get("state")?.as_str()?;
        Some((time(entry.get("ts")?.as_str()?)?, state.to_owned()))
    })
}

/// A time as a number of milliseconds, or as RFC 3339 has it.
fn time(text: &str) -> Option<Timestamp> {
    let millis = text.parse().ok().map(Timestamp::from_millis);
    millis.or_else(|| text.parse().ok())
}

/// Returns the lines that are JSON. There need not be a file.
fn entries(path: &Path, contents: &mut ForeignContents) -> Vec<Json> {
    if path.symlink_metadata().is_err() {
        return Vec::new();
    }
    match file::read(path) {
        Ok(content) => {
            let lines = content.bytes.split(|byte| *byte == b'\n');
            lines.filter_map(|line| serde_json::from_slice(line).ok()).collect()
        }
        Err(why) => {
            contents.unreadable(path, why);
            Vec::new()
        }
    }
}
