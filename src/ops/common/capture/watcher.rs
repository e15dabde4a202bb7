//! Captures the transcripts of a running agent. The agent's supervisor asks it again and again; the
//! work is done by separate threads, so that nothing waits for it.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError, channel};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use super::facts::INTERVAL;
use super::{Capturer, Facts, facts, record_facts};
use crate::model::SessionId;
use crate::ops::common::OpsError;
use crate::store::{Key, Store};
use crate::transcript::CaptureExtent;

/// How long a file must not have grown before it is captured.
const QUIET: Duration = Duration::from_secs(2);

/// How long a file may grow without pause before it is captured anyway.
const LONGEST_GROWTH: Duration = Duration::from_secs(30);

/// The time between two looks at files that do not grow.
const LOOK: Duration = Duration::from_secs(5);

/// The longest time between two searches for the files.
const LONGEST_SEARCH: Duration = Duration::from_secs(60);

/// How long nothing is captured after a failure: a full disk is not emptied by attempts.
const AFTER_FAILURE: Duration = Duration::from_secs(60);

/// How long a capture waits for another one.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long the end of an agent waits for its last capture before it is recorded.
const LAST: Duration = Duration::from_secs(10);

/// The size and the time of a file.
type Stamp = Option<(u64, SystemTime)>;

/// Watches the transcripts of one running agent.
pub(in crate::ops) struct Watcher {
    capturer: Capturer,
    session: Key,
    /// The watched files, and the state in which each was captured.
    watched: Vec<(PathBuf, Stamp)>,
    /// The state at the last look, and since when it has been so.
    seen: Option<(Vec<Stamp>, Instant)>,
    /// When they began to grow.
    growing: Option<Instant>,
    working: Option<Receiver<Done>>,
    /// Nothing is looked for or captured before.
    not_before: Instant,
    search: Duration,
    /// The record learns of captures then.
    record_at: Instant,
    /// How long the end of the agent waits for its last capture.
    last: Duration,
}

/// The result of a capture: what to look at next.
type Done = Result<Vec<PathBuf>, OpsError>;

/// The last capture of an agent, which may still be running.
pub(in crate::ops) struct LastCapture(Result<Option<Facts>, Receiver<Option<Facts>>>);

impl Watcher {
    /// Begins to watch; None if the agent has nothing to watch.
    pub fn new(capturer: Capturer, session: Key) -> Option<Self> {
        let now = Instant::now();
        capturer.can_capture().then_some(Self {
            capturer,
            session,
            watched: Vec::new(),
            seen: None,
            growing: None,
            working: None,
            not_before: now,
            search: LOOK,
            record_at: now + INTERVAL,
            last: LAST,
        })
    }

    /// Sets the agent's own id of the conversation.
    pub fn set_conversation(&mut self, id: &str) {
        self.capturer.set_conversation(Some(id));
        (self.not_before, self.search) = (Instant::now(), LOOK);
    }

    /// Lets the next look capture what is there, even if it has just been written.
    pub fn capture_soon(&mut self) {
        self.growing = Instant::now().checked_sub(LONGEST_GROWTH);
    }

    /// Looks at the files, and begins to capture what is new. Returns when to look again.
    pub fn look(&mut self, store: &Store) -> Duration {
        let now = Instant::now();
        if self.is_working(now) {
            return QUIET;
        }
        if now < self.not_before {
            return (self.not_before - now).min(LOOK);
        }
        if self.watched.is_empty() {
            let paths = Capturer::watched(&self.capturer.sources());
            if paths.is_empty() {
                self.not_before = now + self.search;
                self.search = LONGEST_SEARCH.min(self.search * 2);
                return LOOK;
            }
            self.watched = paths.into_iter().map(|path| (path, None)).collect();
        }
        let stamps: Vec<_> = self.watched.iter().map(|(path, _)| stamp(path)).collect();
        if self.watched.iter().map(|(_, captured)| captured).eq(&stamps) {
            (self.seen, self.growing) = (None, None);
            return LOOK;
        }
        let growing = *self.growing.get_or_insert(now);
        let since = match &self.seen {
            Some((seen, since)) if *seen == stamps => *since,
            _ => now,
        };
        let is_old = |(_, time): &(u64, SystemTime)| time.elapsed().is_ok_and(|age| age >= QUIET);
        let is_quiet = now - since >= QUIET || stamps.iter().flatten().all(is_old);
        if !is_quiet && now - growing < LONGEST_GROWTH {
            self.seen = Some((stamps, since));
            return QUIET;
        }
        (self.seen, self.growing) = (None, None);
        for ((_, captured), stamp) in self.watched.iter_mut().zip(stamps) {
            *captured = stamp;
        }
        self.begin(store, now);
        QUIET
    }

    /// Begins to capture complete lines.
    fn begin(&mut self, store: &Store, now: Instant) {
        let (capturer, store, key) = (self.capturer.clone(), store.clone(), self.session.clone());
        let is_due = now >= self.record_at;
        if is_due {
            self.record_at = now + INTERVAL;
        }
        let (done, working) = channel();
        let work = move || {
            let capture = || {
                let sources = capturer.sources();
                capturer.capture(&store, &sources, CaptureExtent::Lines, PATIENCE)?;
                if is_due && let Some(facts) = facts(&store, key.id)? {
                    record_facts(&store, &key, &facts)?;
                }
                Ok(Capturer::watched(&sources))
            };
            // Nobody listens if the agent has ended meanwhile.
            let _ = done.send(capture());
        };
        // Without a thread, the next look tries again.
        if thread::Builder::new().name("capture".to_owned()).spawn(work).is_ok() {
            self.working = Some(working);
        }
    }

    fn is_working(&mut self, now: Instant) -> bool {
        let Some(working) = &self.working else { return false };
        match working.try_recv() {
            Err(TryRecvError::Empty) => return true,
            Ok(Ok(paths)) => {
                let known = std::mem::take(&mut self.watched);
                let before = |path: &PathBuf| {
                    known.iter().find(|(known, _)| known == path).and_then(|(_, stamp)| *stamp)
                };
                let watched = paths.into_iter().map(|path| (before(&path), path));
                self.watched = watched.map(|(stamp, path)| (path, stamp)).collect();
            }
            Ok(Err(_)) | Err(TryRecvError::Disconnected) => {
                self.not_before = now + AFTER_FAILURE;
                self.watched.iter_mut().for_each(|(_, captured)| *captured = None);
            }
        }
        self.working = None;
        false
    }

    /// Captures everything after the agent has exited. A long capture continues.
    pub fn finish(self, store: &Store) -> LastCapture {
        let (capturer, store, session) = (self.capturer, store.clone(), self.session.id);
        let (done, last) = channel();
        let work = move || {
            let _ = done.send(capture_last(&capturer, &store, session).ok().flatten());
        };
        if thread::Builder::new().name("capture".to_owned()).spawn(work).is_err() {
            return LastCapture(Ok(None));
        }
        LastCapture(match last.recv_timeout(self.last) {
            Ok(facts) => Ok(facts),
            Err(RecvTimeoutError::Disconnected) => Ok(None),
            Err(RecvTimeoutError::Timeout) => Err(last),
        })
    }
}

fn capture_last(
    capturer: &Capturer,
    store: &Store,
    session: SessionId,
) -> Result<Option<Facts>, OpsError> {
    let sources = capturer.sources();
    if sources.is_empty() {
        return Ok(None);
    }
    let captured = capturer.capture(store, &sources, CaptureExtent::All, PATIENCE);
    // Of one that has failed, the record says what is there.
    let facts = facts(store, session)?;
    captured.map(|_| facts)
}

impl LastCapture {
    /// Returns what the record is to say, if the capture has ended.
    pub fn facts(&self) -> Option<&Facts> {
        self.0.as_ref().ok().and_then(Option::as_ref)
    }

    /// Waits for a running capture, and records it.
    pub fn wait(self, store: &Store, session: &Key) -> Result<(), OpsError> {
        let Err(last) = self.0 else { return Ok(()) };
        match last.recv() {
            Ok(Some(facts)) => record_facts(store, session, &facts),
            Ok(None) | Err(_) => Ok(()),
        }
    }
}

fn stamp(path: &Path) -> Stamp {
    let meta = fs::symlink_metadata(path).ok()?;
    Some((meta.len(), meta.modified().ok()?))
}

#[cfg(test)]
mod tests;
