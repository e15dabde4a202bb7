//! Sessions as a queue: each is taken by one worker only.

use super::Transaction;
use crate::model::{Filter, Session, SessionStatus, Subject};
use crate::store::{Key, Shelf, Store, StoreError};

impl Transaction<'_> {
    /// Returns the active sessions with their staged changes, by the time of their creation, then
    /// by id. Corrupt records are left out.
    ///
    /// # Errors
    /// Fails if a part of the store is unreadable.
    pub fn sessions(&self) -> Result<Vec<Session>, StoreError> {
        let listed = self.snapshot().list(Shelf::Active)?.into_iter();
        let unchanged = listed.filter(|listed| self.staged_at(&listed.location).is_none());
        let mut sessions: Vec<_> = unchanged.filter_map(|listed| listed.session.ok()).collect();
        for (location, staged) in self.all_staged() {
            match self.read(&Key::from(location), location, staged) {
                Ok(session) => sessions.push(session),
                Err(
                    StoreError::NotFound(_) | StoreError::Archived(_) | StoreError::Corrupt { .. },
                ) => {}
                Err(error) => return Err(error),
            }
        }
        sessions.sort_by_key(|session| (session.created_at, session.id));
        Ok(sessions)
    }

    /// Takes a session from the queue: sets the status of the oldest one that matches to `working`,
    /// with the worker as the reason. Sessions that are working already, or cannot begin to, are
    /// passed over. Returns None if no session is left.
    ///
    /// # Errors
    /// Fails if a part of the store is unreadable.
    pub fn take(&mut self, filter: &Filter, worker: &str) -> Result<Option<Session>, StoreError> {
        let working = SessionStatus::Working;
        let waits = |session: &Session| {
            session.status != working
                && session.status.check_change(&working).is_ok()
                && filter.matches(Subject { session, shelf: Shelf::Active })
        };
        let Some(next) = self.sessions()?.into_iter().find(waits) else { return Ok(None) };
        let key = Key { id: next.id, project: Some(next.project_id) };
        self.change_status(key.clone(), &working, Some(worker))?;
        self.session(key).map(Some)
    }
}

impl Store {
    /// Takes a session from the queue, as [`Transaction::take`] does. Of several workers, in
    /// several threads or processes, only one gets it.
    ///
    /// # Errors
    /// Fails if the store cannot be read or written.
    pub fn take(&self, filter: &Filter, worker: &str) -> Result<Option<Session>, StoreError> {
        Ok(self.transaction("take", |tx| tx.take(filter, worker))?.value)
    }
}
