//! Gemini CLI.
//!
//! It tells its state by its terminal's title, unless its setting `ui.dynamicWindowTitle` is off. As
//! seen with 0.61.0:
//!
//! | moment | title |
//! |---|---|
//! | it starts, or asks how to log in or whether to trust the folder | the terminal's own |
//! | it waits for a prompt | `◇  Ready (folder)` |
//! | it works | `✦  Working… (folder)` |
//! | it asks for a permission | `✋  Action Required (folder)` |

use std::path::Path;

use serde_json::Value;

use super::{ActivityInputs, HookNote, asks, not_begun, tail};
use crate::model::{Activity, ActivityReport};

const FORMAT: &str = "gemini-jsonl";
const TITLE: &str = "its terminal's title";

pub(super) fn look(inputs: &ActivityInputs<'_>, _: Option<&Path>) -> Option<ActivityReport> {
    let title = inputs.terminal.map(|terminal| terminal.title.as_str()).unwrap_or_default();
    let activity = match title.chars().next() {
        Some('◇') => Activity::Ready,
        Some('✦' | '⏲') => Activity::Active,
        Some('✋') => Activity::WaitingInput,
        _ if inputs.transcripts.is_empty() => return Some(not_begun(inputs)),
        // Its titles are turned off: the terminal alone tells.
        _ => return None,
    };
    let known = inputs.known.filter(|known| known.activity == activity && known.source == TITLE);
    let since = known.map_or(Some(inputs.now), |known| known.since);
    let report = ActivityReport::new(activity, TITLE).since(since);
    if activity == Activity::Active {
        return Some(report);
    }
    let lines = inputs.transcripts.last().map(|file| tail::last_lines(file)).unwrap_or_default();
    let entries = tail::read(FORMAT, &lines);
    Some(match activity {
        Activity::WaitingInput => report.what(tail::open_call(&entries).map(asks::question)),
        _ => report.what(tail::last_said(&entries).map(|entry| entry.text.clone())),
    })
}

/// It is started without hooks.
pub(super) fn hear(_: &Value) -> Option<HookNote> {
    None
}
