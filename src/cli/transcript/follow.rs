//! Shows what is captured while an agent works.

use std::collections::HashMap;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use git_ao::agent::EntryReader;
use git_ao::model::{Oid, SessionId};
use git_ao::ops::{Engine, Liveness};
use git_ao::store::{Entry, Store};
use git_ao::transcript::{Transcript, TranscriptEntry};

use super::choice::{Choice, Found};
use super::printer::Printer;
use crate::cli::hints::refusals;
use crate::cli::{CliError, Ctx, ExitCode, interrupt, launch};

/// The time between two looks at the transcript store.
const PAUSE: Duration = Duration::from_millis(100);

/// The time between two looks at the agent, for which a process may have to be started.
const LOOK: Duration = Duration::from_secs(2);

pub fn run(
    entry: &Entry,
    store: &Store,
    choice: &Choice,
    mut printer: Printer,
    ctx: &mut Ctx,
) -> Result<ExitCode, CliError> {
    let interrupted = interrupt::watch()?;
    let engine = launch::engine(store);
    let id = entry.location.id;
    let mut reading = Reading::new(&engine, id);
    let before = reading.news()?;
    let mut is_alive = is_alive(&engine, entry);
    if before.is_empty() && !is_alive {
        return Err(refusals::no_transcript(id, &[]));
    }
    let mut chosen = choice.begin();
    let mut first: Vec<Found> = Vec::new();
    for (from, entry) in before {
        first.extend(printer.shows(&entry).then(|| chosen.put(&from, entry)).flatten());
    }
    first.extend(chosen.end());
    for (from, entry) in first {
        printer.print(&from, &entry, ctx)?;
    }
    let wanted = Choice { last: None, ..choice.clone() };
    let mut chosen = wanted.begin();
    let mut next_look = Instant::now() + LOOK;
    loop {
        ctx.out.flush()?;
        if interrupted.is_set() || !is_alive {
            return Ok(ExitCode::Done);
        }
        thread::sleep(PAUSE);
        // Look before reading, so that the last words are still read after the agent has ended.
        if Instant::now() >= next_look {
            is_alive = self::is_alive(&engine, entry);
            next_look = Instant::now() + LOOK;
        }
        for (from, entry) in reading.news()? {
            if printer.shows(&entry)
                && let Some((from, entry)) = chosen.put(&from, entry)
            {
                printer.print(&from, &entry, ctx)?;
            }
        }
    }
}

fn is_alive(engine: &Engine, entry: &Entry) -> bool {
    let session = engine.store().snapshot().and_then(|it| it.session(&entry.location));
    match session {
        Ok(session) => !matches!(engine.liveness(&session), Liveness::Gone),
        Err(_) => false,
    }
}

/// What tells transcripts apart: the conversation, the subagent and the generation.
type Key = (String, String, Option<String>, usize);

/// How far the transcripts of a session were read.
struct Reading<'e> {
    engine: &'e Engine,
    session: SessionId,
    tip: Option<Oid>,
    known: HashMap<Key, (EntryReader, usize)>,
}

impl<'e> Reading<'e> {
    fn new(engine: &'e Engine, session: SessionId) -> Self {
        Self { engine, session, tip: None, known: HashMap::new() }
    }

    /// Returns the entries that were captured since the last call.
    fn news(&mut self) -> Result<Vec<(Arc<Transcript>, TranscriptEntry)>, CliError> {
        let Some(store) = self.engine.transcripts()? else { return Ok(Vec::new()) };
        let Some(replica) = self.engine.store().known_replica() else { return Ok(Vec::new()) };
        let tip = store.tip(self.session, &replica)?;
        if tip == self.tip {
            return Ok(Vec::new());
        }
        self.tip = tip;
        let mut news = Vec::new();
        for transcript in store.transcripts(self.session, &replica)? {
            let key = (
                transcript.agent.clone(),
                transcript.agent_session_id.clone(),
                transcript.subagent.clone(),
                transcript.generation,
            );
            let begin = || (EntryReader::of(&transcript), 0);
            let (reader, read) = self.known.entry(key).or_insert_with(begin);
            let from = Arc::new(transcript.clone());
            for line in transcript.lines_from(*read) {
                let entries = reader.read(&line?);
                news.extend(entries.into_iter().map(|entry| (Arc::clone(&from), entry)));
            }
            // What is begun is shown, too.
            let begun = reader.finish().into_iter();
            news.extend(begun.map(|entry| (Arc::clone(&from), entry)));
            *read = transcript.segment_count();
        }
        Ok(news)
    }
}
