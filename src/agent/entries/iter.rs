use std::collections::VecDeque;
use std::sync::Arc;

use super::reader::EntryReader;
use crate::model::Timestamp;
use crate::transcript::{Lines, Transcript, TranscriptEntry, TranscriptError};

/// In how many lines the time is looked for at which a subagent began.
const FIRST_LINES: usize = 20;

/// Iterates over the entries of transcripts, one conversation after the other. What a subagent said
/// comes where it began, as a whole.
///
/// If a transcript cannot be read to its end, the iterator returns one error and continues with the
/// next.
#[derive(Debug)]
pub struct Entries {
    waiting: VecDeque<Transcript>,
    main: Option<Open>,
    /// The entry of the conversation that comes next, after the subagents that began before it.
    next: Option<TranscriptEntry>,
    /// The subagents of the conversation that have not begun, the next one first.
    subagents: VecDeque<(Option<Timestamp>, Transcript)>,
    subagent: Option<Open>,
    current: Option<Arc<Transcript>>,
}

impl Entries {
    /// Reads the entries of these transcripts. Those of subagents follow that of their
    /// conversation.
    pub fn of(transcripts: Vec<Transcript>) -> Self {
        Self {
            waiting: transcripts.into(),
            main: None,
            next: None,
            subagents: VecDeque::new(),
            subagent: None,
            current: None,
        }
    }

    /// Returns the transcript from which the last entry was read.
    pub fn transcript(&self) -> Option<&Arc<Transcript>> {
        self.current.as_ref()
    }

    /// Opens the next conversation. Returns false if there is none.
    fn open(&mut self) -> bool {
        let Some(next) = self.waiting.pop_front() else { return false };
        let is_its = |it: &&Transcript| it.is_subagent_of(&next);
        let count = self.waiting.iter().take_while(is_its).count();
        self.subagents = self.waiting.drain(..count).map(|sub| (began(&sub), sub)).collect();
        // Those that tell no time come last.
        self.subagents.make_contiguous().sort_by_key(|(time, _)| (time.is_none(), *time));
        self.main = Some(Open::new(next));
        true
    }

    /// Opens the next subagent if it began before `time`, or whichever comes next.
    fn open_subagent(&mut self, before: Option<Timestamp>) -> bool {
        let has_begun = match (before, self.subagents.front()) {
            (_, None) | (Some(_), Some((None, _))) => false,
            (Some(before), Some((Some(began), _))) => *began < before,
            (None, Some(_)) => true,
        };
        let next = if has_begun { self.subagents.pop_front() } else { None };
        self.subagent = next.map(|(_, transcript)| Open::new(transcript));
        has_begun
    }
}

impl Iterator for Entries {
    type Item = Result<TranscriptEntry, TranscriptError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(open) = &mut self.subagent {
                if let Some(entry) = open.next() {
                    self.current = Some(Arc::clone(&open.transcript));
                    return Some(entry);
                }
                self.subagent = None;
            }
            if let Some(entry) = self.next.take() {
                if entry.at.is_some() && self.open_subagent(entry.at) {
                    self.next = Some(entry);
                    continue;
                }
                self.current = self.main.as_ref().map(|open| Arc::clone(&open.transcript));
                return Some(Ok(entry));
            }
            let Some(open) = &mut self.main else {
                if !self.open() {
                    return None;
                }
                continue;
            };
            match open.next() {
                Some(Ok(entry)) => self.next = Some(entry),
                Some(Err(error)) => {
                    self.current = Some(Arc::clone(&open.transcript));
                    return Some(Err(error));
                }
                None if self.open_subagent(None) => {}
                None => self.main = None,
            }
        }
    }
}

/// A transcript that is being read.
#[derive(Debug)]
struct Open {
    transcript: Arc<Transcript>,
    reader: EntryReader,
    lines: Lines,
    ready: VecDeque<TranscriptEntry>,
    is_over: bool,
}

impl Open {
    fn new(transcript: Transcript) -> Self {
        let reader = EntryReader::of(&transcript);
        let lines = transcript.lines();
        Self {
            transcript: Arc::new(transcript),
            reader,
            lines,
            ready: VecDeque::new(),
            is_over: false,
        }
    }

    fn next(&mut self) -> Option<Result<TranscriptEntry, TranscriptError>> {
        loop {
            if let Some(entry) = self.ready.pop_front() {
                return Some(Ok(entry));
            }
            match self.lines.next() {
                Some(Ok(line)) => self.ready.extend(self.reader.read(&line)),
                Some(Err(error)) => return Some(Err(error)),
                None if self.is_over => return None,
                None => {
                    self.is_over = true;
                    self.ready.extend(self.reader.finish());
                }
            }
        }
    }
}

/// Returns the time of the first entry that has one.
fn began(transcript: &Transcript) -> Option<Timestamp> {
    let mut reader = EntryReader::of(transcript);
    let lines = transcript.lines().take(FIRST_LINES).map_while(Result::ok);
    lines.flat_map(|line| reader.read(&line)).find_map(|entry| entry.at)
}
