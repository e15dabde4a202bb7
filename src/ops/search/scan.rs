use super::found::{Match, MatchPlace};
use super::request::Search;
use crate::agent::EntryReader;
use crate::model::{Session, Timestamp};
use crate::store::ListedSession;
use crate::transcript::{EntryKind, Role, Transcript, TranscriptEntry, TranscriptError};

/// Searches the title and the task of a session.
pub fn record(search: &Search, listed: &ListedSession) -> Vec<Match> {
    let Ok(session) = &listed.session else { return Vec::new() };
    if !is_due(search, Some(session.created_at)) {
        return Vec::new();
    }
    let (title, task) = texts(search, session);
    let title = title.map(|text| (MatchPlace::Title, text));
    let task = task.map(|text| (MatchPlace::Task, text));
    let found = [title, task].into_iter().flatten().map(|(place, text)| {
        let lines = search.pattern.lines(&text);
        Match { place, text, lines }
    });
    found.filter(|found| !found.lines.is_empty()).collect()
}

fn texts(search: &Search, session: &Session) -> (Option<String>, Option<String>) {
    let title = search.roles.is_empty().then(|| session.title.clone());
    let is_asked = search.roles.is_empty() || search.roles.contains(&Role::User);
    (title.filter(|title| !title.is_empty()), session.task.clone().filter(|_| is_asked))
}

/// Searches a transcript, and adds what it finds.
///
/// # Errors
/// Fails if the transcript cannot be read to its end.
pub fn transcript(
    search: &Search,
    transcript: &Transcript,
    found: &mut Vec<Match>,
) -> Result<(), TranscriptError> {
    if !may_match(search, transcript)? {
        return Ok(());
    }
    let mut reader = EntryReader::of(transcript);
    let mut last_time = None;
    let mut look = |entry: TranscriptEntry, may_match: bool| {
        last_time = entry.at.or(last_time);
        let is_wanted = search.roles.is_empty() || search.roles.contains(&entry.role);
        if !(may_match && is_wanted && is_due(search, last_time)) {
            return;
        }
        let text = text(&entry);
        let lines = search.pattern.lines(&text);
        if !lines.is_empty() {
            let place = MatchPlace::Entry(Box::new(entry));
            found.push(Match { place, text, lines });
        }
    };
    for line in transcript.lines() {
        let line = line?;
        // Every line is read: entries are counted.
        let entries = reader.read(&line);
        let may_match = !reader.reads_lines() || search.pattern.may_be_in(&line.bytes);
        entries.into_iter().for_each(|entry| look(entry, may_match));
    }
    reader.finish().into_iter().for_each(|entry| look(entry, true));
    Ok(())
}

/// Looks at the bytes of all segments.
fn may_match(search: &Search, transcript: &Transcript) -> Result<bool, TranscriptError> {
    if !search.pattern.is_selective() {
        return Ok(true);
    }
    for nth in 0..transcript.segment_count() {
        let segment = transcript.segment(nth)?;
        // A line that continues in the next segment is rare, and is not searched in two parts.
        let is_torn = nth + 1 < transcript.segment_count() && !segment.ends_with(b"\n");
        if is_torn || search.pattern.may_be_in(&segment) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Returns true for a time that is searched. What has none is searched only if all times are.
fn is_due(search: &Search, time: Option<Timestamp>) -> bool {
    let is_since = |since: Timestamp| time.is_some_and(|time| time >= since);
    let is_until = |until: Timestamp| time.is_some_and(|time| time < until);
    search.since.is_none_or(is_since) && search.until.is_none_or(is_until)
}

/// Returns what an entry says.
fn text(entry: &TranscriptEntry) -> String {
    match (&entry.kind, &entry.tool) {
        (EntryKind::ToolUse, Some(tool)) => tool.texts().join("\n"),
        _ => entry.text.clone(),
    }
}
