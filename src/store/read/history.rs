//! Reads the events of the store from its commits.

use gix::objs::Commit;

use super::Snapshot;
use crate::git::{gix_id, oid};
use crate::ledger::{Commits, commit_time};
use crate::model::{Event, Message, Oid, Person, SessionId};
use crate::store::StoreError;

/// The selection of events.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct History {
    /// The event to start at. None starts at the snapshot's tips, public and private.
    pub from: Option<Oid>,
    /// An event that is already known: it and all events in its past are left out.
    pub since: Option<Oid>,
    /// Only events that touch this session.
    pub session: Option<SessionId>,
}

impl History {
    /// Starts at this event instead of at the snapshot's tips.
    #[must_use]
    pub fn from(self, event: Oid) -> Self {
        Self { from: Some(event), ..self }
    }

    /// Leaves out this event and all events in its past.
    #[must_use]
    pub fn since(self, event: Oid) -> Self {
        Self { since: Some(event), ..self }
    }

    /// Selects only events that touch this session.
    #[must_use]
    pub fn session(self, id: SessionId) -> Self {
        Self { session: Some(id), ..self }
    }
}

/// An iterator over events, newest first, which reads them on demand.
///
/// An unreadable commit gives one error. Older events that are reachable in another way still
/// follow.
#[derive(Debug)]
pub struct Events<'s> {
    snapshot: &'s Snapshot<'s>,
    session: Option<SessionId>,
    commits: Commits<'s>,
    is_branched: bool,
}

impl<'s> Snapshot<'s> {
    /// Iterates over the events in the past of this snapshot.
    ///
    /// An event never comes before an event that is based on it, except where clocks were wrong.
    pub fn events(&'s self, history: History) -> Events<'s> {
        let repo = self.store.repository();
        let commits = match &history.from {
            Some(start) => Commits::new(repo, [start]),
            None => Commits::new(repo, self.tips()),
        };
        let commits = match &history.since {
            Some(start) => commits.since(start),
            None => commits,
        };
        Events { snapshot: self, session: history.session, commits, is_branched: false }
    }

    /// Returns the last event that touched a session.
    ///
    /// # Errors
    /// Fails if a commit on the way is unreadable.
    pub fn last_event(&self, id: SessionId) -> Result<Option<Oid>, StoreError> {
        let history = History { session: Some(id), ..History::default() };
        self.events(history).next().map(|event| event.map(|event| event.id)).transpose()
    }

    /// Reads an event.
    ///
    /// # Errors
    /// Fails if the commit is missing or unreadable.
    pub fn event(&self, id: &Oid) -> Result<Event, StoreError> {
        let commit = self.store.repository().read_commit(gix_id(id))?;
        Ok(to_event(id.clone(), &commit))
    }
}

impl Events<'_> {
    /// Returns true if the event created the session, so that the walk can stop. Below a merge the
    /// walk goes on: if clocks were wrong, another branch may still have events of the session.
    ///
    /// Neither sign is enough alone: callers choose the verb freely, and a missing earlier record
    /// may be that of a deleted session, restored by an `undo`.
    fn is_first(&self, event: &Event, id: SessionId) -> bool {
        let may_make = matches!(event.message.op.as_str(), "spawn" | "fork" | "create");
        let had_it = |parent: &Oid| {
            let before = self.snapshot.store.snapshot_at(parent);
            before.and_then(|before| before.contains(id)).unwrap_or(true)
        };
        may_make && !self.is_branched && !event.parents.iter().any(had_it)
    }
}

impl Iterator for Events<'_> {
    type Item = Result<Event, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let event = match self.commits.next()? {
                Ok((id, commit)) => to_event(id, &commit),
                Err(error) => return Some(Err(error.into())),
            };
            let Some(id) = self.session else { return Some(Ok(event)) };
            let touches = event.message.sessions.contains(&id);
            if touches && self.is_first(&event, id) {
                self.commits.stop();
                return Some(Ok(event));
            }
            // Only merges have branches: the second parent of a fork is an ancestor of the first.
            self.is_branched |= event.parents.len() > 1 && event.message.op == "merge";
            if touches {
                return Some(Ok(event));
            }
        }
    }
}

pub(super) fn to_event(id: Oid, commit: &Commit) -> Event {
    let author = &commit.author;
    Event {
        id,
        parents: commit.parents.iter().map(|parent| oid(*parent)).collect(),
        author: Person {
            name: author.name.to_string(),
            email: author.email.to_string(),
            offset: author.time.offset,
        },
        time: commit_time(commit),
        message: Message::from_text(&commit.message.to_string()),
    }
}
