use std::collections::BTreeMap;

use super::staged::{Parts, Rules, Staged};
use crate::git::Identity;
use crate::model::{Oid, Origin, Session, SessionId, Timestamp};
use crate::store::{Entry, Key, Location, Shelf, Snapshot, StoreError, Visibility};

/// A change in progress: the store as it was when the change began, and the staged changes.
///
/// It exists inside [`Store::transaction`](crate::store::Store::transaction), whose closure may run again.
#[derive(Debug)]
pub struct Transaction<'s> {
    pub(super) snapshot: Snapshot<'s>,
    now: Timestamp,
    /// How many sessions were created.
    pub(super) created: i64,
    pub(super) staged: BTreeMap<SessionId, BTreeMap<Location, Staged>>,
    parents: Vec<Oid>,
    what: Option<String>,
    origin: Origin,
    author: Option<Identity>,
}

impl<'s> Transaction<'s> {
    pub(super) fn new(snapshot: Snapshot<'s>, now: Timestamp) -> Self {
        Self {
            snapshot,
            now,
            created: 0,
            staged: BTreeMap::new(),
            parents: Vec::new(),
            what: None,
            origin: Origin::Person,
            author: None,
        }
    }

    /// Returns the store as it was when this change began, without staged changes.
    pub fn snapshot(&self) -> &Snapshot<'s> {
        &self.snapshot
    }

    /// Returns the time of this change. It advances by a millisecond with each session that is
    /// created, so that those of one change have an order.
    pub fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.now.as_millis() + self.created)
    }

    /// Sets the description in the event's subject, such as `working -> done`.
    pub fn describe(&mut self, what: impl Into<String>) {
        self.what = Some(what.into());
    }

    /// Sets the origin of this change. The default is a person.
    pub fn set_origin(&mut self, origin: Origin) {
        self.origin = origin;
    }

    /// Sets the author of this event. The default is the identity of the repository, which stays the
    /// committer: a program can write for several people.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let dir = tempfile::tempdir()?;
    /// # assert!(std::process::Command::new("git").args(["init", "-q"]).arg(dir.path()).status()?.success());
    /// # let store = git_ao::store::Store::discover(dir.path())?;
    /// use git_ao::git::Identity;
    /// use git_ao::model::{Session, SessionId};
    ///
    /// let author = Identity::new("Ann Author", "ann@example.com")?;
    /// store.transaction("spawn", |tx| {
    ///     tx.set_author(author.clone());
    ///     let project = "demo".parse().expect("a project name");
    ///     tx.create(Session::new(SessionId::random(), project, tx.now()))
    /// })?;
    /// let event = store.changes(git_ao::store::Tips::default())?.events.remove(0);
    /// assert_eq!(event.author.name, "Ann Author");
    /// # Ok(()) }
    /// ```
    pub fn set_author(&mut self, author: Identity) {
        self.author = Some(author);
    }

    /// Adds a parent to this event: the event at which a fork leaves its parent session.
    pub fn add_parent(&mut self, event: Oid) {
        self.parents.push(event);
    }

    pub(super) fn check_place(&self, visibility: Visibility) -> Result<(), StoreError> {
        match self.snapshot.store.ref_of(visibility) {
            Some(_) if visibility == Visibility::Public => Ok(()),
            Some(_) => self.snapshot.check_private(),
            None => Err(StoreError::NoPrivate(self.snapshot.store.ref_name().to_owned())),
        }
    }

    /// Returns an active session with its staged changes.
    ///
    /// # Errors
    /// Fails if the session does not exist, is archived, or is corrupt.
    pub fn session(&self, key: impl Into<Key>) -> Result<Session, StoreError> {
        let key = key.into();
        let (location, staged) = self.locate(&key)?;
        self.read(&key, &location, &staged)
    }

    pub(super) fn read(
        &self,
        key: &Key,
        location: &Location,
        staged: &Staged,
    ) -> Result<Session, StoreError> {
        match staged {
            Staged { to: None, .. } => Err(StoreError::NotFound(key.clone())),
            Staged { to: Some(to), .. } if to.shelf == Shelf::Archived => {
                Err(StoreError::Archived(key.clone()))
            }
            Staged { session: Some(session), .. } => Ok((**session).clone()),
            Staged { before, .. } => self.load(location, before.as_ref()),
        }
    }

    /// Sets the time of a session's last update to now, active or archived. A creation time later
    /// than that, as a wrong clock gives it, is corrected.
    ///
    /// # Errors
    /// Fails if the session does not exist or is corrupt.
    pub fn touch(&mut self, key: impl Into<Key>) -> Result<(), StoreError> {
        let key = key.into();
        let (location, mut staged) = self.locate(&key)?;
        let mut session = match &staged.session {
            _ if staged.to.is_none() => return Err(StoreError::NotFound(key)),
            Some(session) => (**session).clone(),
            None => self.load(&location, staged.before.as_ref())?,
        };
        session.updated_at = Timestamp::after(self.now, session.updated_at);
        session.created_at = session.created_at.min(session.updated_at);
        staged.session = Some(Box::new(session));
        self.stage(location, staged);
        Ok(())
    }

    /// Archives a session without changing its record. Returns false if it was already archived.
    ///
    /// This does not check that its agent has stopped: use [`Engine::archive`](crate::ops::Engine::archive).
    ///
    /// # Errors
    /// Fails if there is no such session, or if the store cannot be read.
    pub fn archive(&mut self, key: impl Into<Key>) -> Result<bool, StoreError> {
        self.put_on(Shelf::Archived, key.into())
    }

    /// Unarchives a session. Returns false if it was active.
    ///
    /// # Errors
    /// Fails if there is no such session.
    pub fn unarchive(&mut self, key: impl Into<Key>) -> Result<bool, StoreError> {
        self.put_on(Shelf::Active, key.into())
    }

    fn put_on(&mut self, shelf: Shelf, key: Key) -> Result<bool, StoreError> {
        let (location, mut staged) = self.locate(&key)?;
        match &mut staged.to {
            None => Err(StoreError::NotFound(key)),
            Some(to) if to.shelf == shelf => Ok(false),
            Some(to) => {
                to.shelf = shelf;
                self.stage(location, staged);
                Ok(true)
            }
        }
    }

    /// Makes a session public or private, active or archived. Its history stays where it is.
    /// Returns false if nothing changes.
    ///
    /// The record of a session that becomes public loses its references to private sessions
    /// (`fork`, `spawned_by`, and the parent's branch in `base`), and is merged with an existing
    /// public record. Otherwise the record does not change.
    ///
    /// The change is one commit on each ref. The ref that receives the session moves first, so that
    /// one of them always has it.
    ///
    /// # Errors
    /// Fails if there is no such session, if the store was opened without private sessions, or if
    /// this transaction changes another session in the opposite way.
    pub fn set_visibility(
        &mut self,
        key: impl Into<Key>,
        visibility: Visibility,
    ) -> Result<bool, StoreError> {
        self.check_place(visibility)?;
        let key = key.into();
        if self
            .staged
            .values()
            .flat_map(BTreeMap::values)
            .any(|staged| staged.moves_to(visibility.other()))
        {
            return Err(StoreError::BothWays);
        }
        let (location, mut staged) = self.locate(&key)?;
        let duplicate = self.snapshot.public_duplicate(&location)?;
        let Some(to) = &mut staged.to else { return Err(StoreError::NotFound(key)) };
        if to.visibility == visibility && duplicate.is_none() {
            return Ok(false);
        }
        to.visibility = visibility;
        if visibility == Visibility::Public {
            self.publish(&location, &mut staged, duplicate.as_ref())?;
        }
        staged.duplicate = duplicate.map(|duplicate| duplicate.location);
        self.stage(location, staged);
        Ok(true)
    }

    /// Stages the record to publish. A corrupt record is published unchanged.
    fn publish(
        &self,
        location: &Location,
        staged: &mut Staged,
        duplicate: Option<&Entry>,
    ) -> Result<(), StoreError> {
        let session = match &staged.session {
            Some(session) => (**session).clone(),
            None => match self.load(location, staged.before.as_ref()) {
                Err(StoreError::Corrupt { .. }) => return Ok(()),
                session => session?,
            },
        };
        let published = self.snapshot.published(&session, duplicate, self.now)?;
        if published != session {
            staged.session = Some(Box::new(published));
        }
        Ok(())
    }

    /// Deletes a session; history keeps its record. Returns false if there is none.
    ///
    /// This does not check that the session has ended or that its agent has stopped, and keeps the
    /// agent's files: use [`Engine::delete`](crate::ops::Engine::delete) for that.
    ///
    /// # Errors
    /// Fails if the store cannot be read.
    pub fn delete(&mut self, key: impl Into<Key>) -> Result<bool, StoreError> {
        let (location, mut staged) = match self.locate(&key.into()) {
            Err(StoreError::NotFound(_)) => return Ok(false),
            found => found?,
        };
        if staged.to.take().is_none() {
            return Ok(false);
        }
        staged.duplicate =
            self.snapshot.public_duplicate(&location)?.map(|duplicate| duplicate.location);
        self.stage(location, staged);
        Ok(true)
    }

    pub(super) fn stage(&mut self, location: Location, staged: Staged) {
        self.staged.entry(location.id).or_default().insert(location, staged);
    }

    pub(super) fn staged_at(&self, location: &Location) -> Option<&Staged> {
        self.staged.get(&location.id)?.get(location)
    }

    pub(super) fn all_staged(&self) -> impl Iterator<Item = (&Location, &Staged)> {
        self.staged.values().flatten()
    }

    /// Returns the original location of a record, and its staged change so far.
    pub(super) fn locate(&self, key: &Key) -> Result<(Location, Staged), StoreError> {
        let meant = |location: &Location| {
            key.project.as_ref().is_none_or(|project| *project == location.project)
        };
        let mut staged = self.staged.get(&key.id).into_iter().flatten();
        if let Some((location, staged)) = staged.find(|(location, _)| meant(location)) {
            return Ok((location.clone(), staged.clone()));
        }
        let entry = self.snapshot.get(key.clone())?;
        let (location, to) = (entry.location.clone(), Some(entry.location.clone()));
        Ok((
            location,
            Staged {
                before: Some(entry),
                session: None,
                blob: None,
                to,
                duplicate: None,
                rules: Rules::Kept,
            },
        ))
    }

    pub(super) fn load(
        &self,
        location: &Location,
        entry: Option<&Entry>,
    ) -> Result<Session, StoreError> {
        let key = Key::from(location);
        let entry = entry.ok_or_else(|| StoreError::NotFound(key.clone()))?;
        self.snapshot.load(entry).map_err(|problem| StoreError::Corrupt { key, problem })
    }

    pub(super) fn into_parts(self) -> Parts<'s> {
        let staged = self.staged.into_values().flatten();
        let staged = staged.filter(|(_, staged)| staged.changes_something()).collect();
        let Self { snapshot, parents, what, origin, author, .. } = self;
        Parts { snapshot, staged, parents, what, origin, author }
    }
}
