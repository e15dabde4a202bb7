//! Sessions as a queue: each is taken by one worker only.

use super::Transaction;
use crate::model::{Field, Filter, Order, Session, SessionStatus, Subject};
use crate::store::{Key, Query, Shelf, Store, StoreError};

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
        sessions.extend(self.staged_sessions()?);
        sessions.sort_by_key(|session| (session.created_at, session.id));
        Ok(sessions)
    }

    /// Takes a session from the queue: sets the status of the first one that the query selects to
    /// `working`, with the worker as the reason. Without an order, the one that was created first is
    /// the first. Sessions that are working already, or cannot begin to, are passed over. Returns
    /// None if no session is left.
    ///
    /// # Errors
    /// Fails if a part of the store is unreadable.
    pub fn take(
        &mut self,
        queue: impl Into<Query>,
        worker: &str,
    ) -> Result<Option<Session>, StoreError> {
        let Some(next) = self.next_of(&queue.into())? else { return Ok(None) };
        let key = Key { id: next.id, project: Some(next.project_id) };
        self.change_status(key.clone(), &SessionStatus::Working, Some(worker))?;
        self.session(key).map(Some)
    }

    /// Returns the session that is taken next.
    fn next_of(&self, queue: &Query) -> Result<Option<Session>, StoreError> {
        let working = SessionStatus::Working;
        let begins = |session: &Session| {
            session.status != working && session.status.check_change(&working).is_ok()
        };
        // Archived sessions do not change.
        if !queue.shelves.contains(&Shelf::Active) || queue.limit == Some(0) {
            return Ok(None);
        }
        let order = queue.order.clone().unwrap_or_else(Order::first_in_first_out);
        let is_working = Filter::Is(Field::Status, working.to_string());
        let filter = queue.filter.clone().and(!Filter::Ended).and(!is_working);
        let stored = Query::new(filter).sorted(order.clone()).at_most(1);
        let stored = self.snapshot().query_all(stored, |listed| {
            self.staged_at(&listed.location).is_none() && listed.session.as_ref().is_ok_and(begins)
        })?;
        let stored = stored.into_iter().filter_map(|listed| listed.session.ok());
        let staged = self.staged_sessions()?.into_iter().filter(|session| {
            begins(session) && queue.filter.matches(Subject { session, shelf: Shelf::Active })
        });
        let mut waiting: Vec<_> = stored.chain(staged).collect();
        waiting.sort_by_key(|session| (session.created_at, session.id));
        Ok(waiting.into_iter().min_by(|a, b| order.compare(a, b, self.now())))
    }

    /// Returns the active sessions that have staged changes.
    fn staged_sessions(&self) -> Result<Vec<Session>, StoreError> {
        let mut sessions = Vec::new();
        for (location, staged) in self.all_staged() {
            match self.read(&Key::from(location), location, staged) {
                Ok(session) => sessions.push(session),
                Err(
                    StoreError::NotFound(_) | StoreError::Archived(_) | StoreError::Corrupt { .. },
                ) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(sessions)
    }
}

impl Store {
    /// Takes a session from the queue, as [`Transaction::take`] does. Of several workers, in
    /// several threads or processes of this clone, only one gets it. Then
    /// [`Engine::start`](crate::ops::Engine::start) gives it an agent.
    ///
    /// Other clones learn of it when the store is shared. Two clones that take the same session
    /// before that both have it: the merge keeps both histories, and the later take as the status.
    /// Let each clone take from a part of its own, for example by a tag that names the clone.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let dir = tempfile::tempdir()?;
    /// # assert!(std::process::Command::new("git").args(["init", "-q"]).arg(dir.path()).status()?.success());
    /// # let store = git_ao::store::Store::discover(dir.path())?;
    /// use git_ao::model::{Field, Filter, Order};
    /// use git_ao::store::Query;
    ///
    /// // First in, first out.
    /// let waiting = Filter::Is(Field::Status, "idle".into());
    /// let first = store.take(&waiting, "worker 1")?;
    ///
    /// // The highest priority first; of the same priority, first in, first out.
    /// let urgent: Order = "-context.priority".parse()?;
    /// let next = store.take(Query::new(waiting).sorted(urgent), "worker 1")?;
    /// # assert_eq!((first, next), (None, None));
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// Fails if the store cannot be read or written.
    pub fn take(
        &self,
        queue: impl Into<Query>,
        worker: &str,
    ) -> Result<Option<Session>, StoreError> {
        let queue = queue.into();
        let taken = self.transaction("take", |tx| tx.take(&queue, worker))?.value;
        // Other writers no longer wait.
        if let Some(index) = self.index() {
            index.save(self.repository());
        }
        Ok(taken)
    }
}
