//! Claude Code.
//!
//! It keeps a file `sessions/<pid>.json` in its directory as long as it runs, and replaces it
//! whenever its state changes. That file decides. As seen with 2.1.197:
//!
//! | moment | `status` | hooks |
//! |---|---|---|
//! | it asks whether to trust the folder | no file | none |
//! | a permission, a question, a plan to approve | `waiting`, `waitingFor` | PermissionRequest at once, also of a subagent |
//! | the permission was given | `busy` at once | none until the tool ends |
//! | the turn was interrupted by a key | `idle` at once | none |
//! | the model fails | `busy` as long as it tries again, then `idle` | StopFailure when it gives up |
//! | the turn is over, a shell runs in the background | `shell` | Stop |
//! | `/clear` | another `sessionId` | SessionEnd and SessionStart, both `clear` |
//! | it was killed | the file stays | none |
//! | it runs without a terminal | no `status` | as with one |

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;

use super::{
    ActivityInputs, HookMoment, HookNote, RunningConversation, StartOf, asks, not_begun, tail,
};
use crate::model::{Activity, ActivityReport, Timestamp};
use crate::transcript::{EntryKind, Tool, TranscriptEntry};

const FORMAT: &str = "claude-jsonl";
const REGISTRY: &str = "its session file";
const TRANSCRIPT: &str = "its transcript";
const HOOK: &str = "its hook";

/// The largest file that is read, in bytes.
const LARGEST: u64 = 64 << 10;

/// How long it may take to write down what it asks, in milliseconds.
const MOMENT: i64 = 1_500;

/// How long it may take until it begins with the prompt that it was started with, in milliseconds.
const FIRST_PROMPT: i64 = 10_000;

/// How far apart a hook and the file may tell of the same, in milliseconds.
const APART: i64 = 3_000;

/// The agent's own file about a process.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    pid: u32,
    #[serde(default)]
    session_id: Option<String>,
    #[serde(default)]
    cwd: Option<PathBuf>,
    #[serde(default)]
    proc_start: Option<String>,
    #[serde(default)]
    started_at: Option<i64>,
    #[serde(default)]
    status: Option<String>,
    #[serde(default)]
    status_updated_at: Option<i64>,
    #[serde(default)]
    waiting_for: Option<String>,
}

pub(super) fn look(inputs: &ActivityInputs<'_>, root: Option<&Path>) -> Option<ActivityReport> {
    let registry = root.map(|root| root.with_file_name("sessions"));
    let entry = registry.and_then(|folder| Entry::find(inputs, &folder));
    Some(match entry {
        Some(entry) => entry.report(inputs),
        None => without_entry(inputs),
    })
}

impl Entry {
    fn find(inputs: &ActivityInputs<'_>, folder: &Path) -> Option<Self> {
        let own = inputs.pid.and_then(|pid| Self::read(&folder.join(format!("{pid}.json"))));
        if let Some(own) = own.filter(|own| own.lives(inputs.start_of)) {
            return Some(own);
        }
        // The program may be a child of the process that was started.
        let ours =
            Self::all(folder).filter(|entry| entry.is_of(inputs) && entry.lives(inputs.start_of));
        ours.max_by_key(|entry| entry.started_at)
    }

    fn all(folder: &Path) -> impl Iterator<Item = Self> {
        let files = fs::read_dir(folder).into_iter().flatten().flatten();
        files.filter_map(|file| Self::read(&file.path()))
    }

    fn read(file: &Path) -> Option<Self> {
        let meta = fs::symlink_metadata(file).ok()?;
        if !meta.is_file() || meta.len() > LARGEST {
            return None;
        }
        serde_json::from_slice(&fs::read(file).ok()?).ok()
    }

    /// A file stays if its process was killed, and its number may belong to another process now.
    fn lives(&self, start_of: StartOf<'_>) -> bool {
        let Some(start) = start_of(self.pid) else { return false };
        let is_number =
            |text: &&str| !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
        let theirs = self.proc_start.as_deref().filter(is_number);
        theirs.is_none_or(|theirs| theirs == start)
    }

    fn is_of(&self, inputs: &ActivityInputs<'_>) -> bool {
        let is_conversation =
            inputs.conversation.is_some() && self.session_id.as_deref() == inputs.conversation;
        is_conversation || self.cwd.as_deref() == Some(inputs.workspace)
    }

    fn report(&self, inputs: &ActivityInputs<'_>) -> ActivityReport {
        let since = self.status_updated_at.or(self.started_at).map(Timestamp::from_millis);
        let report = |activity| ActivityReport::new(activity, REGISTRY).since(since);
        let activity = match self.status.as_deref() {
            Some("waiting") => Activity::WaitingInput,
            Some("idle") => Activity::Ready,
            _ => return report(Activity::Active),
        };
        let age = since.map_or(i64::MAX, |since| inputs.now.as_millis() - since.as_millis());
        // What it said does not change as long as its state does not, once all is written.
        let is_same = |known: &&ActivityReport| {
            known.since == since
                && age > APART
                && known.source.starts_with(REGISTRY)
                && known.what.is_some()
        };
        if let Some(known) = inputs.known.filter(is_same) {
            return known.clone();
        }
        let heard = inputs.heard.filter(|note| note.conversation == self.session_id);
        let lines = self.lines(inputs);
        let entries = tail::read(FORMAT, &lines);
        if activity == Activity::WaitingInput {
            // One that is older is that of an earlier question.
            let is_present = |note: &&HookNote| {
                let earliest = since.map_or(0, |since| since.as_millis() - APART);
                note.moment == HookMoment::Asked && note.at.as_millis() >= earliest
            };
            if let Some(note) = heard.filter(is_present) {
                return named(report(activity).what(note.what.clone()), HOOK);
            }
            return match tail::open_call(&entries).map(asks::question) {
                Some(question) => named(report(activity).what(question), TRANSCRIPT),
                // It writes the question down a moment later.
                None if age < MOMENT => report(Activity::Active),
                None => report(activity).what(self.waiting_for.clone()),
            };
        }
        let told = |moment| heard.filter(|note| note.moment == moment)?.what.clone();
        if let Some(error) = api_error(&lines) {
            return named(report(Activity::Blocked).what(error), TRANSCRIPT);
        }
        if lines.is_empty()
            && let Some(error) = told(HookMoment::Failed)
        {
            return named(report(Activity::Blocked).what(error), HOOK);
        }
        let said = tail::last_said(&entries).map(|entry| entry.text.clone());
        // It is idle for a moment before it takes a prompt, above all the one it was started with.
        let is_prompted = heard.is_some_and(|note| {
            note.moment == HookMoment::Prompted && since.is_none_or(|since| note.at >= since)
        });
        let started = inputs.started.map_or(i64::MIN, |at| at.as_millis());
        let is_new = inputs.now.as_millis().saturating_sub(started) < FIRST_PROMPT;
        let has_spoken = said.is_some() || told(HookMoment::TurnEnded).is_some();
        if is_prompted || is_new && !has_spoken {
            return report(Activity::Active);
        }
        report(activity).what(said.or_else(|| told(HookMoment::TurnEnded)))
    }

    fn lines(&self, inputs: &ActivityInputs<'_>) -> Vec<Vec<u8>> {
        let own = self.session_id.as_deref().and_then(|id| {
            let name = format!("{id}.jsonl");
            inputs.transcripts.iter().rev().find(|file| file.ends_with(&name))
        });
        own.map_or_else(Vec::new, |file| tail::last_lines(file))
    }
}

fn named(report: ActivityReport, what_from: &str) -> ActivityReport {
    let source = format!("{REGISTRY} and {what_from}");
    ActivityReport { source, ..report }
}

/// Returns the error with which the last turn has ended.
fn api_error(lines: &[Vec<u8>]) -> Option<String> {
    for line in lines.iter().rev() {
        let Ok(line) = serde_json::from_slice::<Value>(line) else { continue };
        match line["type"].as_str() {
            Some("assistant") if line["isApiErrorMessage"] == true => {
                let text = line["message"]["content"][0]["text"].as_str();
                return Some(text.unwrap_or("its model fails").to_owned());
            }
            Some("assistant" | "user") => return None,
            _ => {}
        }
    }
    None
}

/// Another version of the program may have no such file, or another form of it.
fn without_entry(inputs: &ActivityInputs<'_>) -> ActivityReport {
    if let Some(note) = inputs.heard {
        let report = |activity| ActivityReport::new(activity, HOOK).what(note.what.clone());
        let known = inputs.known.filter(|known| known.source == HOOK);
        let report = match note.moment {
            HookMoment::Asked => report(Activity::WaitingInput),
            HookMoment::Failed => report(Activity::Blocked),
            HookMoment::TurnEnded | HookMoment::Began => report(Activity::Ready),
            HookMoment::Prompted | HookMoment::Ended => report(Activity::Active),
        };
        let is_same = |known: &&ActivityReport| {
            (known.activity, &known.what) == (report.activity, &report.what)
        };
        let known = known.filter(is_same).and_then(|known| known.since);
        // The same answer to another prompt is another one.
        let known = known.filter(|since| inputs.sent.is_none_or(|sent| *since >= sent));
        return report.since(known.unwrap_or(note.at));
    }
    let Some(file) = inputs.transcripts.last() else { return not_begun(inputs) };
    let lines = tail::last_lines(file);
    if let Some(error) = api_error(&lines) {
        return ActivityReport::new(Activity::Blocked, TRANSCRIPT).what(error);
    }
    let entries = tail::read(FORMAT, &lines);
    if entries.is_empty() {
        return not_begun(inputs);
    }
    // Whether an open call waits for a permission is not told here.
    let said = tail::last_said(&entries);
    let is_last = said.is_some_and(|said| {
        let spoken = entries.iter().rfind(|entry| entry.sub.is_none() && is_spoken(entry));
        spoken.is_some_and(|last| std::ptr::eq(last, said))
    });
    match said.filter(|_| is_last) {
        Some(said) => {
            ActivityReport::new(Activity::Ready, TRANSCRIPT).since(said.at).what(said.text.clone())
        }
        None => ActivityReport::new(Activity::Active, TRANSCRIPT),
    }
}

fn is_spoken(entry: &TranscriptEntry) -> bool {
    use EntryKind as K;
    matches!(entry.kind, K::Text | K::Thinking | K::ToolUse | K::ToolResult)
}

/// Returns the conversations of the processes that run now.
pub(super) fn running(root: &Path, start_of: StartOf<'_>) -> Vec<RunningConversation> {
    let folder = root.with_file_name("sessions");
    let all = Entry::all(&folder);
    let alive = all.filter(|entry| entry.lives(start_of));
    let running =
        |entry: Entry| Some(RunningConversation::new(entry.session_id?, entry.pid, entry.cwd));
    alive.filter_map(running).collect()
}

/// Reads what a hook was given on its standard input.
pub(super) fn hear(payload: &Value) -> Option<HookNote> {
    let text = |key: &str| payload[key].as_str().map(str::to_owned);
    let is_subagent = payload["agent_id"].is_string();
    let note = |moment| HookNote::new(moment, text("session_id"));
    Some(match payload["hook_event_name"].as_str()? {
        "SessionStart" => note(HookMoment::Began),
        "UserPromptSubmit" => note(HookMoment::Prompted),
        "PermissionRequest" => {
            let tool = Tool::new(text("tool_name")?, "", payload["tool_input"].clone());
            note(HookMoment::Asked).what(Some(asks::question(&tool)))
        }
        "Elicitation" => note(HookMoment::Asked).what(text("message")),
        "Stop" if !is_subagent => note(HookMoment::TurnEnded).what(text("last_assistant_message")),
        "StopFailure" if !is_subagent => {
            let what = text("last_assistant_message").or_else(|| text("error"));
            note(HookMoment::Failed).what(what)
        }
        // The program continues with another conversation.
        "SessionEnd" if payload["reason"] == "clear" => return None,
        "SessionEnd" => note(HookMoment::Ended),
        _ => return None,
    })
}
