//! Turns the record of a private session into a public one.

use std::collections::HashSet;

use crate::model::{Map, Oid, Session, SessionId, Timestamp, merge_told};
use crate::store::{Entry, History, Key, Shelf, Snapshot, StoreError, Visibility};

impl Snapshot<'_> {
    /// Returns the record to publish: merged with the existing public record, if there is one, and
    /// without references to private sessions.
    pub(in crate::store) fn published(
        &self,
        private: &Session,
        duplicate: Option<&Entry>,
        now: Timestamp,
    ) -> Result<Session, StoreError> {
        let mut session = match duplicate {
            Some(duplicate) => self.merged_with(private, duplicate, now)?,
            None => private.clone(),
        };
        let before = session.clone();
        self.cut_private_links(&mut session)?;
        if session != before {
            session.updated_at = Timestamp::after(now, before.updated_at);
        }
        Ok(session)
    }

    /// Merges the private record with the public one. If the public record is corrupt, or the
    /// merged one would not be valid, the private record replaces it. A public record with a newer
    /// schema is an error.
    fn merged_with(
        &self,
        private: &Session,
        duplicate: &Entry,
        now: Timestamp,
    ) -> Result<Session, StoreError> {
        let public = match self.load(duplicate) {
            Ok(public) => public,
            Err(problem) if problem.is_newer() => {
                let key = Key::from(duplicate);
                return Err(StoreError::Corrupt { key, problem });
            }
            Err(_) => return Ok(private.clone()),
        };
        let base = self.last_in_common(private, duplicate)?;
        let (private_record, public) = (private.to_record(), public.to_record());
        let merged = merge_told(base.as_ref(), &private_record, &public, [now; 2]);
        let session = Session::from_record(merged.record, &private.project_id);
        Ok(session.unwrap_or_else(|_| private.clone()))
    }

    /// Returns the merge base: the last public record that was also private, or that a public event
    /// removed.
    fn last_in_common(
        &self,
        session: &Session,
        duplicate: &Entry,
    ) -> Result<Option<Map>, StoreError> {
        let mut private = HashSet::new();
        for event in self.events_of(Visibility::Private, session.id) {
            private.extend(self.blob_at(&event, session)?);
        }
        for event in self.events_of(Visibility::Public, session.id) {
            let after = self.blob_at(&event, session)?;
            let common = match &after {
                Some(blob) => private.contains(blob).then_some(blob.clone()),
                None => match self.event(&event)?.parents.first() {
                    Some(parent) => self.blob_at(parent, session)?,
                    None => None,
                },
            };
            if let Some(blob) = common {
                let entry = Entry { blob, ..duplicate.clone() };
                return Ok(self.load(&entry).ok().map(|session| session.to_record()));
            }
        }
        Ok(None)
    }

    /// Returns the events on one ref that touched a session, newest first. Unreadable ones are
    /// skipped.
    fn events_of(&self, visibility: Visibility, id: SessionId) -> impl Iterator<Item = Oid> {
        let tip = self.tip_of(visibility).cloned();
        let of = |tip| self.events(History::default().from(tip).session(id));
        let events = tip.map(of);
        events.into_iter().flatten().flatten().map(|event| event.id)
    }

    /// Returns the blob of a session's record at an event.
    fn blob_at(&self, event: &Oid, session: &Session) -> Result<Option<Oid>, StoreError> {
        let snapshot = Snapshot::at(self.store, Some(event.clone()))?;
        let (id, project) = (session.id.to_string(), Some(&session.project_id));
        for shelf in [Shelf::Active, Shelf::Archived] {
            if let Some(entry) = snapshot.find_prefix(shelf, &id, project)?.pop() {
                return Ok(Some(entry.blob));
            }
        }
        Ok(None)
    }

    /// Removes the references to a private parent: its id, the event of the fork, and its branch,
    /// whose name gives away its title.
    fn cut_private_links(&self, session: &mut Session) -> Result<(), StoreError> {
        if let Some(id) = session.spawned_by
            && self.is_private(id)?
        {
            session.spawned_by = None;
        }
        let Some(fork) = session.fork.clone() else { return Ok(()) };
        if !self.is_private(fork.session)? {
            return Ok(());
        }
        session.fork = None;
        let parent = self.session(fork.session).ok().and_then(|parent| parent.branch);
        if let Some(base) = &mut session.base
            && base.branch.is_some()
            && (base.branch == fork.branch || base.branch == parent)
        {
            base.branch = None;
        }
        Ok(())
    }

    /// Returns true if the session is private in this clone, or was until it was deleted. An id
    /// with several records counts as private.
    fn is_private(&self, id: SessionId) -> Result<bool, StoreError> {
        for shelf in [Shelf::Active, Shelf::Archived] {
            match self.find_on(shelf, &id.into())?.as_slice() {
                [] => {}
                [one] => return Ok(one.location.visibility == Visibility::Private),
                _ => return Ok(true),
            }
        }
        let is_known = |visibility| self.events_of(visibility, id).next().is_some();
        Ok(is_known(Visibility::Private) && !is_known(Visibility::Public))
    }
}
