use std::collections::BTreeMap;

use super::{Entry, Key, Location, Shelf, Snapshot, StoreError};
use crate::model::{Oid, Session, SessionId, SessionStatus, Timestamp};

/// What one change is going to do; the store as it was when the change began, and what was staged
/// on it since.
///
/// It lives inside [`Store::transaction`](super::Store::transaction), whose closure may run again.
#[derive(Debug)]
pub struct Transaction<'s> {
    snapshot: Snapshot<'s>,
    now: Timestamp,
    staged: BTreeMap<SessionId, BTreeMap<Location, Staged>>,
    parents: Vec<Oid>,
    what: Option<String>,
}

/// What becomes of one record.
#[derive(Debug, Clone)]
pub(super) struct Staged {
    /// The record before; None for a new one.
    pub before: Option<Entry>,
    /// The session to write; None keeps the bytes that are there.
    pub session: Option<Box<Session>>,
    /// Where the record goes; None takes it out of the tree.
    pub to: Option<Shelf>,
}

impl<'s> Transaction<'s> {
    pub(super) fn new(snapshot: Snapshot<'s>, now: Timestamp) -> Self {
        Self { snapshot, now, staged: BTreeMap::new(), parents: Vec::new(), what: None }
    }

    /// The store as it was when this change began. What is staged does not show in it.
    pub fn snapshot(&self) -> &Snapshot<'s> {
        &self.snapshot
    }

    /// The time of this change.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// Says what is done, for the event's subject: `working -> done`.
    pub fn describe(&mut self, what: impl Into<String>) {
        self.what = Some(what.into());
    }

    /// Makes an event a further parent of this one: where a fork left its parent session.
    pub fn add_parent(&mut self, event: Oid) {
        self.parents.push(event);
    }

    /// Adds a new session.
    ///
    /// # Errors
    /// When there is one with this id, active or archived.
    pub fn create(&mut self, session: Session) -> Result<(), StoreError> {
        let id = session.id;
        if self.staged.contains_key(&id) || self.snapshot.contains(id)? {
            return Err(StoreError::Exists(id));
        }
        let location = Location { shelf: Shelf::Active, project: session.project_id.clone(), id };
        let staged =
            Staged { before: None, session: Some(Box::new(session)), to: Some(Shelf::Active) };
        self.stage(location, staged);
        Ok(())
    }

    /// An active session as it is now, with what was staged on it.
    ///
    /// # Errors
    /// When it is not there, archived or corrupt.
    pub fn session(&self, key: impl Into<Key>) -> Result<Session, StoreError> {
        let key = key.into();
        let (location, staged) = self.locate(&key)?;
        match &staged {
            Staged { to: None, .. } => Err(StoreError::NotFound(key)),
            Staged { to: Some(Shelf::Archived), .. } => Err(StoreError::Archived(key)),
            Staged { session: Some(session), .. } => Ok((**session).clone()),
            Staged { before, .. } => self.load(&location, before.as_ref()),
        }
    }

    /// Changes an active session in place. If nothing changes, nothing is written.
    ///
    /// # Errors
    /// When it is not there, archived or corrupt, or when the closure says so; the id and the
    /// project cannot be changed.
    pub fn update<T, E: From<StoreError>>(
        &mut self,
        key: impl Into<Key>,
        change: impl FnOnce(&mut Session) -> Result<T, E>,
    ) -> Result<T, E> {
        let key = key.into();
        let mut session = self.session(key.clone())?;
        let value = change(&mut session)?;
        self.save(&key, session)?;
        Ok(value)
    }

    fn save(&mut self, key: &Key, mut session: Session) -> Result<(), StoreError> {
        let (location, mut staged) = self.locate(key)?;
        (session.id, session.project_id) = (location.id, location.project.clone());
        if let Some(before) = &staged.before {
            let old = self.load(&location, Some(before))?;
            session.updated_at = old.updated_at;
            if session == old {
                return Ok(());
            }
            session.updated_at = Timestamp::after(self.now, old.updated_at);
        }
        staged.session = Some(Box::new(session));
        self.stage(location, staged);
        Ok(())
    }

    /// Changes an active session's status by the table, and says so in the event.
    ///
    /// # Errors
    /// As [`update`](Self::update), and when the table does not allow the change.
    pub fn change_status(
        &mut self,
        key: impl Into<Key>,
        to: &SessionStatus,
        reason: Option<&str>,
    ) -> Result<(), StoreError> {
        let what = self.update(key, |session| {
            let from = session.status.clone();
            let id = session.id;
            from.check_change(to).map_err(|source| StoreError::Transition { id, source })?;
            session.status = to.clone();
            session.status_reason = reason.map(str::to_owned);
            Ok::<_, StoreError>(format!("{from} -> {to}"))
        })?;
        self.describe(what);
        Ok(())
    }

    /// Moves a session into the archive; its record does not change. False if it was there.
    pub fn archive(&mut self, key: impl Into<Key>) -> Result<bool, StoreError> {
        self.put_on(Shelf::Archived, key.into())
    }

    /// Moves a session back from the archive. False if it was active.
    pub fn unarchive(&mut self, key: impl Into<Key>) -> Result<bool, StoreError> {
        self.put_on(Shelf::Active, key.into())
    }

    fn put_on(&mut self, shelf: Shelf, key: Key) -> Result<bool, StoreError> {
        let (location, mut staged) = self.locate(&key)?;
        match staged.to {
            None => Err(StoreError::NotFound(key)),
            Some(now) if now == shelf => Ok(false),
            Some(_) => {
                staged.to = Some(shelf);
                self.stage(location, staged);
                Ok(true)
            }
        }
    }

    /// Takes a session out of the tree; history keeps it. False if there is none.
    pub fn delete(&mut self, key: impl Into<Key>) -> Result<bool, StoreError> {
        let (location, mut staged) = match self.locate(&key.into()) {
            Err(StoreError::NotFound(_)) => return Ok(false),
            found => found?,
        };
        if staged.to.take().is_none() {
            return Ok(false);
        }
        self.stage(location, staged);
        Ok(true)
    }

    fn stage(&mut self, location: Location, staged: Staged) {
        self.staged.entry(location.id).or_default().insert(location, staged);
    }

    /// Where a record was when this change began, and what is to become of it so far.
    fn locate(&self, key: &Key) -> Result<(Location, Staged), StoreError> {
        let meant = |location: &Location| {
            key.project.as_ref().is_none_or(|project| *project == location.project)
        };
        let mut staged = self.staged.get(&key.id).into_iter().flatten();
        if let Some((location, staged)) = staged.find(|(location, _)| meant(location)) {
            return Ok((location.clone(), staged.clone()));
        }
        let entry = self.snapshot.find(key.clone())?;
        let entry = entry.ok_or_else(|| StoreError::NotFound(key.clone()))?;
        let (location, to) = (entry.location.clone(), Some(entry.location.shelf));
        Ok((location, Staged { before: Some(entry), session: None, to }))
    }

    fn load(&self, location: &Location, entry: Option<&Entry>) -> Result<Session, StoreError> {
        let key = Key::from(location);
        let entry = entry.ok_or_else(|| StoreError::NotFound(key.clone()))?;
        self.snapshot.load(entry).map_err(|problem| StoreError::Corrupt { key, problem })
    }

    pub(super) fn into_parts(self) -> Parts<'s> {
        let staged = self.staged.into_values().flatten();
        let staged = staged.filter(|(_, staged)| staged.changes_something()).collect();
        Parts { snapshot: self.snapshot, staged, parents: self.parents, what: self.what }
    }
}

/// A finished transaction, taken apart.
pub(super) struct Parts<'s> {
    pub snapshot: Snapshot<'s>,
    pub staged: BTreeMap<Location, Staged>,
    pub parents: Vec<Oid>,
    pub what: Option<String>,
}

impl Parts<'_> {
    /// The sessions touched, sorted.
    pub fn ids(&self) -> Vec<SessionId> {
        self.staged.keys().map(|location| location.id).collect()
    }
}

impl Staged {
    fn changes_something(&self) -> bool {
        match &self.before {
            None => self.to.is_some(),
            Some(before) => self.session.is_some() || self.to != Some(before.location.shelf),
        }
    }
}
