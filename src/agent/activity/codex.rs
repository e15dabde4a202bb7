//! Codex.
//!
//! It has no file that tells its state. Its terminal's title tells when it asks, its rollout (the
//! file of its conversation) where a turn begins and ends. As seen with 0.169.0:
//!
//! | moment | title | rollout |
//! |---|---|---|
//! | it asks whether to trust the folder | the terminal's own | none |
//! | it works, or tries again to reach the model | begins with a spinner | `task_started` |
//! | it asks for a permission | `[ ! ] Action Required`, blinking to `[ . ]` | an open call |
//! | the turn is over | the folder's name | `task_complete` with `last_agent_message` |
//! | the model fails, and it gives up | the folder's name | `task_complete` with `error` |
//! | the turn was interrupted by a key | the folder's name | `turn_aborted` |
//!
//! Its `notify` tells of ended turns, and also of those in which it gives the conversation a title.

use std::path::Path;

use serde_json::Value;

use super::{ActivityInputs, HookMoment, HookNote, asks, not_begun, tail};
use crate::model::{Activity, ActivityReport, Timestamp};

const FORMAT: &str = "codex-jsonl";
const TITLE: &str = "its terminal's title";
const ROLLOUT: &str = "its rollout";

/// What the title contains while it asks something.
const ASKS: &str = "] Action Required";

/// The characters of its spinner.
const SPINNER: std::ops::RangeInclusive<char> = '\u{2800}'..='\u{28ff}';

pub(super) fn look(inputs: &ActivityInputs<'_>, _: Option<&Path>) -> Option<ActivityReport> {
    let title = inputs.terminal.map(|terminal| terminal.title.as_str()).unwrap_or_default();
    let lines = inputs.transcripts.last().map(|file| tail::last_lines(file)).unwrap_or_default();
    if title.contains(ASKS) {
        return Some(asking(inputs, &lines));
    }
    if let Some(report) = turn(&lines) {
        return Some(report);
    }
    let report = |activity, source| ActivityReport::new(activity, source);
    Some(match title.starts_with(|first| SPINNER.contains(&first)) {
        true => report(Activity::Active, TITLE).since(inputs.known.and_then(|known| known.since)),
        // The beginning of the turn is further from the end than what was read.
        false if !lines.is_empty() => report(Activity::Active, ROLLOUT).since(
            inputs.known.filter(|it| it.activity == Activity::Active).and_then(|it| it.since),
        ),
        false => not_begun(inputs),
    })
}

fn asking(inputs: &ActivityInputs<'_>, lines: &[Vec<u8>]) -> ActivityReport {
    let report = ActivityReport::new(Activity::WaitingInput, TITLE);
    let entries = tail::read(FORMAT, lines);
    let Some(call) = tail::open_call(&entries) else {
        let known = inputs.known.filter(|known| known.activity == Activity::WaitingInput);
        return report.since(known.map_or(Some(inputs.now), |known| known.since));
    };
    let is_call = |entry: &&crate::transcript::TranscriptEntry| {
        entry.tool.as_ref().is_some_and(|tool| std::ptr::eq(tool, call))
    };
    let at = entries.iter().find(is_call).and_then(|entry| entry.at);
    let source = format!("{TITLE} and {ROLLOUT}");
    ActivityReport { source, ..report.since(at).what(asks::question(call)) }
}

/// Returns where the last turn is, if its beginning or its end is in these lines.
fn turn(lines: &[Vec<u8>]) -> Option<ActivityReport> {
    for line in lines.iter().rev() {
        // Most lines are answers and outputs, which may be long.
        if memchr::memmem::find(line, b"\"event_msg\"").is_none() {
            continue;
        }
        let Ok(line) = serde_json::from_slice::<Value>(line) else { continue };
        let event = &line["payload"];
        let at: Option<Timestamp> = line["timestamp"].as_str().and_then(|at| at.parse().ok());
        let report = |activity| ActivityReport::new(activity, ROLLOUT).since(at);
        let text = |value: &Value| value.as_str().map(str::to_owned);
        return Some(match event["type"].as_str() {
            Some("task_started") => report(Activity::Active),
            Some("task_complete") if event["error"].is_object() => {
                let error = text(&event["error"]["message"]).map(inner_message);
                report(Activity::Blocked).what(error)
            }
            Some("task_complete") => {
                report(Activity::Ready).what(text(&event["last_agent_message"]))
            }
            Some("turn_aborted") => report(Activity::Ready).what("interrupted".to_owned()),
            _ => continue,
        });
    }
    None
}

/// An error may be the JSON that the model's server has answered.
fn inner_message(text: String) -> String {
    let json: Option<Value> = serde_json::from_str(&text).ok();
    let inner = json.and_then(|json| json["error"]["message"].as_str().map(str::to_owned));
    inner.unwrap_or(text)
}

/// Reads what `notify` was given.
pub(super) fn hear(payload: &Value) -> Option<HookNote> {
    if payload["type"] != "agent-turn-complete" {
        return None;
    }
    let text = |key: &str| payload[key].as_str().map(str::to_owned);
    Some(
        HookNote::new(HookMoment::TurnEnded, text("thread-id"))
            .what(text("last-assistant-message")),
    )
}
