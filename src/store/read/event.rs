//! Reads one event from its commit.

use gix::objs::Commit;

use super::Snapshot;
use crate::git::{gix_id, oid};
use crate::ledger::commit_time;
use crate::model::{Event, Message, Oid, Person};
use crate::store::StoreError;

impl Snapshot<'_> {
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
