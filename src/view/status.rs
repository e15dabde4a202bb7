//! Takes a snapshot of sessions and their present state.

use std::path::Path;

use crate::model::{Session, error_chain};
use crate::ops::{AgentState, Engine, Live, OpsError, Scope, SessionStanding};
use crate::store::{ListedSession, Location, RecordProblem};
use crate::workspace::{Condition, Detail};

/// A snapshot of sessions.
#[non_exhaustive]
pub struct Status {
    /// The sessions. The most urgent ones come first and, among those with the same standing, the
    /// one that has waited longest. The others are in the order in which they were given, and
    /// corrupt records come last.
    pub rows: Vec<StatusRow>,
    /// The number of ended sessions that are not in the rows.
    pub hidden: usize,
}

/// A session and its present state.
#[non_exhaustive]
pub struct StatusRow {
    /// The location of the record.
    pub location: Location,
    /// The session, unless its record is corrupt.
    pub session: Result<(Session, Live), RecordProblem>,
}

impl Status {
    /// Determines the state of sessions. [`Scope::Open`] leaves out those that have ended, unless
    /// their agent is still alive, was [taken down](Session::was_taken_down), or
    /// [could not be started](Session::failed_start).
    ///
    /// # Errors
    /// Fails if git or the worktrees cannot be read.
    pub fn look(
        engine: &Engine,
        sessions: Vec<ListedSession>,
        scope: Scope,
        detail: Detail,
    ) -> Result<Self, OpsError> {
        let readable: Vec<_> =
            sessions.iter().filter_map(|listed| listed.session.as_ref().ok()).collect();
        let mut live = engine.survey(&readable, scope, detail)?.into_iter();
        let rows = sessions.into_iter().filter_map(|ListedSession { location, session }| {
            let session = match session {
                Ok(session) => Ok((session, live.next()?)),
                Err(problem) => Err(problem),
            };
            Some(StatusRow { location, session })
        });
        let (mut rows, hidden): (Vec<_>, Vec<_>) =
            rows.partition(|row| scope == Scope::All || row.is_open());
        if scope == Scope::Open {
            look_at_ended(&mut rows, engine, detail)?;
        }
        rows.sort_by_key(StatusRow::order);
        Ok(Self { rows, hidden: hidden.len() })
    }

    /// Returns the number of sessions of each standing, in the order of [`SessionStanding::ALL`].
    /// Standings without sessions are left out, and corrupt records are not counted.
    pub fn counts(&self) -> Vec<(SessionStanding, usize)> {
        let standings: Vec<_> = self.rows.iter().filter_map(StatusRow::standing).collect();
        let count = |it| standings.iter().filter(|standing| **standing == it).count();
        let counts = SessionStanding::ALL.into_iter().map(|standing| (standing, count(standing)));
        counts.filter(|(_, count)| *count > 0).collect()
    }

    /// Returns true if there are no sessions at all.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.hidden == 0
    }

    /// Returns the first worktree that git does not list, or that does not point back to its
    /// repository.
    pub fn unlinked(&self) -> Option<&Path> {
        let mut live = self.rows.iter().filter_map(|row| Some(&row.session.as_ref().ok()?.1));
        live.find_map(|live| match live.workspace.as_ref()?.condition {
            Condition::Unregistered => live.path.as_deref(),
            _ => None,
        })
    }

    /// Returns the reasons why the state of agents is unknown, each once.
    pub fn problems(&self) -> Vec<String> {
        let mut problems: Vec<(String, Vec<String>)> = Vec::new();
        for row in &self.rows {
            let Ok((session, Live { agent: AgentState::Unknown(error), .. })) = &row.session else {
                continue;
            };
            let (why, id) = (error_chain(error), session.id.short());
            match problems.iter_mut().find(|(other, _)| *other == why) {
                Some((_, ids)) => ids.push(id),
                None => problems.push((why, vec![id])),
            }
        }
        let line = |(why, ids): (String, Vec<String>)| {
            format!("cannot determine whether the agent of {} is alive: {why}", ids.join(", "))
        };
        problems.into_iter().map(line).collect()
    }
}

/// Inspects ended sessions that are shown because their agent is alive.
fn look_at_ended(rows: &mut [StatusRow], engine: &Engine, detail: Detail) -> Result<(), OpsError> {
    let ended = rows.iter_mut().filter_map(|row| row.session.as_mut().ok());
    let mut ended: Vec<_> = ended.filter(|(session, _)| session.status.is_terminal()).collect();
    let sessions: Vec<_> = ended.iter().map(|(session, _)| session).collect();
    if sessions.is_empty() {
        return Ok(());
    }
    let looks = engine.survey(&sessions, Scope::All, detail)?;
    for ((_, live), look) in ended.iter_mut().zip(looks) {
        *live = look;
    }
    Ok(())
}

impl StatusRow {
    /// Returns how the session stands, unless its record is corrupt.
    pub fn standing(&self) -> Option<SessionStanding> {
        let (session, live) = self.session.as_ref().ok()?;
        Some(live.standing(session))
    }

    /// Returns true if the row needs attention. This includes an agent that runs although its
    /// session has ended, one that vanished or could not be started, and a corrupt record.
    fn is_open(&self) -> bool {
        self.session
            .as_ref()
            .map_or(true, |(session, live)| live.standing(session).is_open(session, &live.agent))
    }

    fn order(&self) -> impl Ord + use<> {
        let urgency = self
            .session
            .as_ref()
            .ok()
            .map(|(session, live)| live.standing(session).urgency(session, live.since()));
        (urgency.is_none(), urgency)
    }
}
