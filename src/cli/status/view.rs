use std::path::Path;

use git_ao::model::{Session, error_chain};
use git_ao::ops::{AgentState, Live, Scope, survey};
use git_ao::store::{ListedSession, Listing, Location, RecordProblem, Shelf, Store, Unexpected};
use git_ao::workspace::{Condition, Detail};

use crate::cli::selection::Selection;
use crate::cli::{CliError, Ctx, open};

/// What is to be shown.
pub struct Request<'a> {
    pub session: Option<&'a str>,
    pub selection: &'a Selection,
    /// Ended sessions too.
    pub all: bool,
    pub detail: Detail,
}

/// What is true at one moment.
pub struct View {
    pub rows: Vec<Row>,
    /// How many ended sessions are not among the rows.
    pub hidden: usize,
    pub unreadable: Vec<Unexpected>,
}

pub struct Row {
    pub location: Location,
    /// The session, unless its record is corrupt.
    pub session: Result<(Session, Live), RecordProblem>,
}

impl View {
    pub fn look(request: &Request<'_>, store: &Store, ctx: &Ctx) -> Result<Self, CliError> {
        let snapshot = store.snapshot()?;
        let mut listing = match request.session {
            None => snapshot.listing(Shelf::Active),
            Some(handle) => {
                let entry = open::find(&snapshot, store, handle)?;
                let session = snapshot.load(&entry);
                let listed = ListedSession { session, location: entry.location };
                Listing { sessions: vec![listed], unreadable: Vec::new() }
            }
        };
        if request.session.is_none() {
            let chosen = request.selection.choose(ctx, store, &snapshot)?;
            listing.sessions.retain(|listed| chosen.takes(listed));
        }
        let all = request.all || request.session.is_some();
        let scope = if all { Scope::All } else { Scope::Open };
        let sessions: Vec<_> =
            listing.sessions.iter().filter_map(|listed| listed.session.as_ref().ok()).collect();
        let mut live = survey(store, &sessions, scope, request.detail)?.into_iter();
        let rows =
            listing.sessions.into_iter().filter_map(|ListedSession { location, session }| {
                let session = match session {
                    Ok(session) => Ok((session, live.next()?)),
                    Err(problem) => Err(problem),
                };
                Some(Row { location, session })
            });
        let (mut rows, hidden): (Vec<_>, Vec<_>) = rows.partition(|row| all || row.is_open());
        if scope == Scope::Open {
            look_at_ended(&mut rows, store, request.detail)?;
        }
        Ok(Self { rows, hidden: hidden.len(), unreadable: listing.unreadable })
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.hidden == 0 && self.unreadable.is_empty()
    }

    /// The first worktree that git does not know, or that does not know its repository.
    pub fn unlinked(&self) -> Option<&Path> {
        let mut live = self.rows.iter().filter_map(|row| Some(&row.session.as_ref().ok()?.1));
        live.find_map(|live| match live.workspace.as_ref()?.condition {
            Condition::Unregistered => live.path.as_deref(),
            _ => None,
        })
    }

    /// Why it cannot be told whether agents are alive, each reason once.
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

/// Looks closely at those that ended and are shown because their agent is alive.
fn look_at_ended(rows: &mut [Row], store: &Store, detail: Detail) -> Result<(), CliError> {
    let ended = rows.iter_mut().filter_map(|row| row.session.as_mut().ok());
    let mut ended: Vec<_> = ended.filter(|(session, _)| session.status.is_terminal()).collect();
    let sessions: Vec<_> = ended.iter().map(|(session, _)| session).collect();
    if sessions.is_empty() {
        return Ok(());
    }
    let looks = survey(store, &sessions, Scope::All, detail)?;
    for ((_, live), look) in ended.iter_mut().zip(looks) {
        *live = look;
    }
    Ok(())
}

impl Row {
    /// True for what a person has to look after: also an agent that runs although its session has
    /// ended, and a record that cannot be read.
    fn is_open(&self) -> bool {
        self.session.as_ref().map_or(true, |(session, live)| {
            !session.status.is_terminal() || matches!(live.agent, AgentState::Alive { .. })
        })
    }
}
