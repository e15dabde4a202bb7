use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use super::own_bell::OwnBell;
use super::survey::now;
use super::{ActivityFile, AgentFacts, Sent, heard, look};
use crate::agent::Agent;
use crate::git::Environment;
use crate::model::{Activity, ActivityReport, SessionId, SessionStatus, TerminalState};
use crate::ops::common::capture::Capturer;
use crate::runtime::Runtime;
use crate::store::Store;

/// The time between two looks at an agent.
const LOOK: Duration = Duration::from_secs(1);

/// How long to watch an agent to see whether it uses the processor.
const SAMPLE: Duration = Duration::from_millis(100);

/// The time between two looks at a terminal in which nothing happens: each runs a program.
const RARE: Duration = Duration::from_secs(5);

/// The time between the first two searches for transcripts. It doubles as long as none is found.
const SEARCH: Duration = Duration::from_secs(1);

/// The longest time between two searches for the first transcript.
const LONGEST_SEARCH: Duration = Duration::from_secs(8);

/// The time between two searches once a transcript is known: a conversation may be followed by
/// another.
const NEXT_SEARCH: Duration = Duration::from_secs(30);

/// Watches what a running agent is doing, and keeps its [file](ActivityFile) up to date.
pub(in crate::ops) struct ActivityWatcher {
    pub agent: Arc<dyn Agent>,
    pub session: SessionId,
    pub facts: AgentFacts,
    /// The runtime and the handle of the process.
    pub terminal: Option<(Arc<dyn Runtime>, String)>,
    pub environment: Environment,
    pub capturer: Capturer,
    report: Option<ActivityReport>,
    /// When to search for transcripts next.
    search: Instant,
    /// The time until the search after the next one.
    wait: Duration,
    /// When to look at the terminal next, unless something else has changed.
    rare: Instant,
    stamps: Vec<Option<SystemTime>>,
    /// The terminal at the last look.
    seen: Option<TerminalState>,
}

impl ActivityWatcher {
    pub fn new(
        agent: Arc<dyn Agent>,
        session: SessionId,
        facts: AgentFacts,
        terminal: Option<(Arc<dyn Runtime>, String)>,
        (environment, capturer): (Environment, Capturer),
    ) -> Self {
        let now = Instant::now();
        Self {
            agent,
            session,
            facts,
            terminal,
            environment,
            capturer,
            report: None,
            search: now,
            wait: SEARCH,
            rare: now,
            stamps: Vec::new(),
            seen: None,
        }
    }

    /// Sets the runtime and the handle of a process that was started just now.
    pub fn set_terminal(&mut self, runtime: Arc<dyn Runtime>, handle: &str) {
        self.terminal = Some((runtime, handle.to_owned()));
    }

    /// Sets the agent's own id of the conversation.
    pub fn set_conversation(&mut self, id: &str) {
        self.capturer.set_conversation(Some(id));
        self.facts.conversation = Some(id.to_owned());
        (self.search, self.wait) = (Instant::now(), SEARCH);
    }

    /// Looks at the agent. Returns a report if its activity has changed, and when to look
    /// again.
    pub fn look(&mut self, store: &Store) -> (Option<ActivityReport>, Duration) {
        let started = Instant::now();
        if started >= self.search {
            let sources = self.capturer.sources();
            self.facts.transcripts = sources.into_iter().map(|source| source.file).collect();
            if self.facts.transcripts.is_empty() {
                self.search = started + self.wait;
                self.wait = LONGEST_SEARCH.min(self.wait * 2);
            } else {
                self.search = started + NEXT_SEARCH;
            }
        }
        let is_quiet = self.is_quiet();
        if is_quiet && started < self.rare {
            return (None, LOOK);
        }
        self.rare = started + if is_quiet { RARE } else { Duration::ZERO };
        let repo = store.repository();
        self.seen = self.terminal_state();
        if let Some(seen) = &self.seen {
            // Somebody has looked at the terminal, and the agent has printed something since.
            self.facts.bell.take_if(|bell| !seen.has_rung && bell.taken_out_of(seen) == *seen);
        }
        let heard = heard(repo, self.session);
        let report = look(
            Some(&*self.agent),
            &self.facts,
            self.seen.as_ref(),
            heard.as_ref(),
            (self.report.as_ref(), Sent::to(repo, self.session, self.facts.started)),
            (&self.environment, now()),
            &|process| process.is_busy(SAMPLE),
        );
        if self.report.as_ref() == Some(&report) {
            return (None, LOOK);
        }
        // A report that cannot be written is still what others see: they look for themselves.
        let _ = ActivityFile::new(&report, self.facts.clone()).write(repo, self.session);
        let before = self.report.replace(report.clone());
        let is_other = before.is_none_or(|before| {
            (before.activity, before.since) != (report.activity, report.since)
        });
        (is_other.then_some(report), LOOK)
    }

    /// Returns true if nothing has happened since the last look, as far as files tell, and nothing
    /// is expected: the agent waits for a person.
    fn is_quiet(&mut self) -> bool {
        let modified = |file| std::fs::metadata(file).and_then(|meta| meta.modified()).ok();
        let stamps: Vec<_> = self.facts.transcripts.iter().map(modified).collect();
        let is_same = stamps == self.stamps;
        self.stamps = stamps;
        let waits = self.report.as_ref().is_some_and(|report| match report.activity {
            Activity::Ready | Activity::Blocked | Activity::Unknown => true,
            // Only its bell would tell anything.
            _ => !self.facts.has_terminal,
        });
        is_same && waits && self.agent.tells_by_terminal()
    }

    /// Returns the status that a record should have: that of an agent that has waited for a person
    /// for this long; None if the status need not change.
    pub fn lasting_status(&self, after: Duration) -> Option<SessionStatus> {
        let report = self.report.as_ref()?;
        let status = match report.activity {
            Activity::WaitingInput => SessionStatus::NeedsInput,
            Activity::Blocked => SessionStatus::Stuck,
            Activity::Unknown => return None,
            _ => return Some(SessionStatus::Working),
        };
        let age = now().as_millis() - report.since?.as_millis();
        u128::try_from(age).is_ok_and(|age| age >= after.as_millis()).then_some(status)
    }

    /// Notes that the supervisor is about to ring the terminal's bell, so that it is not attributed
    /// to the agent.
    pub fn note_bell(&mut self, store: &Store) {
        let Some((terminal, report)) = self.seen.as_ref().zip(self.report.as_ref()) else { return };
        let before = self.facts.bell.as_ref().map(|bell| bell.taken_out_of(terminal));
        self.facts.bell = Some(OwnBell::in_terminal(before.as_ref().unwrap_or(terminal), now()));
        let _ =
            ActivityFile::new(report, self.facts.clone()).write(store.repository(), self.session);
    }

    /// Returns whether a terminal is attached to the agent.
    pub fn is_watched(&self) -> bool {
        let Some((runtime, handle)) = &self.terminal else { return false };
        let states = runtime.terminals(&[(self.session, handle.as_str())]);
        states.into_iter().flatten().any(|state| state.is_watched)
    }

    fn terminal_state(&self) -> Option<TerminalState> {
        let (runtime, handle) = self.terminal.as_ref()?;
        if !self.agent.tells_by_terminal() {
            return None;
        }
        runtime.terminals(&[(self.session, handle.as_str())]).pop().flatten()
    }
}
