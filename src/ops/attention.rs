//! Determines which sessions need a person, and waits for changes.

use std::collections::BTreeMap;
use std::thread;
use std::time::{Duration, Instant};

use crate::model::{ActivityReport, Session, SessionId};
use crate::ops::common::activity::activities;
use crate::ops::common::live::Probes;
use crate::ops::common::{AgentState, Engine, OpsError, SessionStanding};
use crate::store::{Key, StoreError};

/// The pause between two looks for signs.
const PAUSE: Duration = Duration::from_millis(100);

/// The time between two looks at the agents: without a sign, and with one.
const LOOK: [Duration; 2] = [Duration::from_secs(1), Duration::from_millis(300)];

/// The current state of a session, as far as `status` can determine it without looking at worktrees
/// and branches.
#[derive(Debug)]
#[non_exhaustive]
pub struct Attention {
    /// Whether its agent is alive.
    pub agent: AgentState,
    /// What its agent is doing; None if it never ran in this clone.
    pub activity: Option<ActivityReport>,
    /// Its standing.
    pub standing: SessionStanding,
}

/// A session with its current state.
#[derive(Debug)]
#[non_exhaustive]
pub struct AwaitedSession {
    /// The session.
    pub session: Session,
    /// Its standing.
    pub attention: Attention,
    /// Whether it has reached an awaited state.
    pub is_reached: bool,
}

/// What [`Engine::await_standing`] waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Awaited {
    /// It cannot continue until a person does something. This includes vanished sessions.
    NeedsPerson,
    /// Its agent has finished its turn.
    Ready,
    /// It has ended, or its agent is gone.
    Ended,
    /// Its standing has changed since the wait began.
    Change,
}

/// How many sessions to wait for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HowMany {
    /// The wait ends as soon as one of them has reached an awaited state.
    First,
    /// The wait ends when all of them have.
    All,
}

impl Attention {
    /// Returns the key that sorts sessions by urgency; see
    /// [`SessionStanding::order`].
    pub fn order(&self) -> (SessionStanding, i64) {
        self.standing.order(self.activity.as_ref().and_then(|report| report.since))
    }
}

impl Awaited {
    fn is_reached(self, session: &Session, now: SessionStanding, first: SessionStanding) -> bool {
        match self {
            Self::NeedsPerson => now.needs_person() || now == SessionStanding::Vanished,
            Self::Ready => matches!(now, SessionStanding::Ready | SessionStanding::Idle),
            Self::Ended => is_over(session, now),
            Self::Change => now != first,
        }
    }
}

impl AwaitedSession {
    /// Returns true if its state can no longer change by itself.
    pub fn is_over(&self) -> bool {
        is_over(&self.session, self.attention.standing)
    }
}

fn is_over(session: &Session, standing: SessionStanding) -> bool {
    session.status.is_terminal()
        || matches!(standing, SessionStanding::Exited | SessionStanding::Vanished)
}

impl Engine {
    /// Determines the state of sessions, in their order. Runs no git, and writes nothing.
    pub fn attention(&self, sessions: &[&Session]) -> Vec<Attention> {
        let replica = self.store().known_replica();
        let agents = Probes::new(self, replica.as_deref(), sessions).run();
        let activities = activities(self, sessions, &agents);
        let all = sessions.iter().zip(agents).zip(activities);
        let attention = all.map(|((session, agent), activity)| {
            let standing = SessionStanding::of(session, &agent, activity.as_ref());
            Attention { agent, activity, standing }
        });
        attention.collect()
    }

    /// Waits until sessions have reached an awaited state, for at most `limit`, or until none can:
    /// all others are over. Returns the state of all of them, without those that were deleted in
    /// the meantime.
    ///
    /// # Errors
    /// Fails if there is no such session, or if the store cannot be read. Fails with
    /// [`OpsError::Interrupted`] if the engine's interrupt fires.
    pub fn await_standing(
        &self,
        keys: &[Key],
        awaited: &[Awaited],
        (how_many, limit): (HowMany, Option<Duration>),
    ) -> Result<Vec<AwaitedSession>, OpsError> {
        let end = limit.and_then(|limit| Instant::now().checked_add(limit));
        let mut signs = self.signs()?;
        let mut first: BTreeMap<SessionId, SessionStanding> = BTreeMap::new();
        loop {
            let looked = Instant::now();
            let mut now = self.awaited_now(keys, first.is_empty())?;
            for it in &mut now {
                let standing = it.attention.standing;
                let first = *first.entry(it.session.id).or_insert(standing);
                let is_reached = |it_is: &Awaited| it_is.is_reached(&it.session, standing, first);
                it.is_reached = awaited.iter().any(is_reached);
            }
            let is_done = match how_many {
                HowMany::First => now.iter().any(|it| it.is_reached),
                HowMany::All => now.len() == keys.len() && now.iter().all(|it| it.is_reached),
            };
            let is_vain = now.iter().all(|it| it.is_reached || it.is_over());
            if is_done || is_vain || end.is_some_and(|end| Instant::now() >= end) {
                return Ok(now);
            }
            let mut has_sign = false;
            loop {
                self.interrupt().check()?;
                let passed = looked.elapsed();
                has_sign |= signs.seen();
                let [rare, soon] = LOOK;
                let is_late = end.is_some_and(|end| Instant::now() >= end);
                if is_late || passed >= rare || has_sign && passed >= soon {
                    break;
                }
                let left = end.map(|end| end.saturating_duration_since(Instant::now()));
                thread::sleep(left.map_or(PAUSE, |left| left.min(PAUSE)));
            }
        }
    }

    /// Looks at the sessions; the first time, each of them must exist.
    fn awaited_now(&self, keys: &[Key], is_first: bool) -> Result<Vec<AwaitedSession>, OpsError> {
        let snapshot = self.store().snapshot()?;
        let mut sessions = Vec::new();
        for key in keys {
            match snapshot.session(key.clone()) {
                Err(StoreError::NotFound(_)) if !is_first => {}
                found => sessions.push(found?),
            }
        }
        let attention = self.attention(&sessions.iter().collect::<Vec<_>>());
        let all = sessions.into_iter().zip(attention);
        Ok(all
            .map(|(session, attention)| AwaitedSession { session, attention, is_reached: false })
            .collect())
    }
}
