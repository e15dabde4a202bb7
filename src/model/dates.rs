use super::{SessionId, Timestamp};

/// The times and the id of a session, by which most lists are ordered.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Dates {
    pub id: SessionId,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl Dates {
    /// Returns the time of the last update, as [`Session::last_update`](super::Session::last_update)
    /// does.
    pub fn last_update(self, now: Timestamp) -> Timestamp {
        let told = [self.updated_at, self.created_at];
        told.into_iter().find(|time| *time <= now.latest()).unwrap_or(Timestamp::EPOCH)
    }
}

/// The place of a session in an order by one of its [`Dates`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Rank {
    pub key: u128,
    pub created_at: Timestamp,
    pub id: SessionId,
}
