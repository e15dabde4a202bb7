use crate::model::{Oid, Origin, SessionId};

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
