//! Reads the events of the store from its commits.

use gix::objs::Commit;

use super::Snapshot;
use super::events::Events;
use crate::git::{gix_id, oid};
use crate::ledger::{Commits, commit_time};
use crate::model::{Event, Message, Oid, Origin, Person, SessionId};
use crate::store::StoreError;

/// The selection of events.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct History {
    /// The event to start at. None starts at the snapshot's tips, public and private.
    pub from: Option<Oid>,
    /// An event that is already known: it and all events in its past are left out.
    pub since: Option<Oid>,
    /// Only events that touch this session, back to the one that created it.
    pub session: Option<SessionId>,
    /// Only events of one of these operations. Empty means any.
    pub ops: Vec<String>,
    /// Only events by one of these people: parts of `name <address>`, in any case. Empty means any.
    pub authors: Vec<String>,
    /// Only events that were made in this clone.
    pub replica: Option<String>,
    /// Only events that a person caused, or only automatic ones.
    pub origin: Option<Origin>,
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

    /// Selects only events that touch this session, back to the one that created it.
    #[must_use]
    pub fn session(self, id: SessionId) -> Self {
        Self { session: Some(id), ..self }
    }

    /// Selects only events of one of these operations.
    #[must_use]
    pub fn ops(self, ops: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self { ops: ops.into_iter().map(Into::into).collect(), ..self }
    }

    /// Selects only events by one of these people: parts of `name <address>`, in any case.
    #[must_use]
    pub fn authors(self, people: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self { authors: people.into_iter().map(Into::into).collect(), ..self }
    }
}

impl<'s> Snapshot<'s> {
    /// Iterates over the events in the past of this snapshot.
    ///
    /// An event never comes before an event that is based on it, except where clocks were wrong.
    ///
    /// A search for few events among many reads little more than these, if an earlier one has left
    /// the file `ao/history` in the common git directory.
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
        Events::new(self, commits, history)
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
