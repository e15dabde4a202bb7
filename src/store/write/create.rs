//! Adds sessions.

use super::Transaction;
use super::staged::{Rules, Staged};
use crate::model::{Session, broken_rules, check_new};
use crate::store::{Location, Shelf, StoreError, Visibility};

impl Transaction<'_> {
    /// Adds a public session.
    ///
    /// # Errors
    /// Fails like [`create_as`](Self::create_as).
    pub fn create(&mut self, session: Session) -> Result<(), StoreError> {
        self.create_as(session, Visibility::Public)
    }

    /// Adds a session.
    ///
    /// # Errors
    /// Fails if a field breaks a rule ([`check_new`]), if there is a session with this id, active or
    /// archived, or if the session is private and the store was opened without private sessions.
    pub fn create_as(
        &mut self,
        session: Session,
        visibility: Visibility,
    ) -> Result<(), StoreError> {
        check_new(&session, self.now()).map_err(|source| StoreError::rule(session.id, source))?;
        self.add(session, visibility, Rules::Kept)
    }

    /// Adds a session without checking the rules, for importers: its fields are stored as they are.
    /// [`Store::check_all`](crate::store::Store::check_all) finds what is wrong with them.
    ///
    /// # Errors
    /// Fails like [`create_as`](Self::create_as), except for a broken rule. A record that could not
    /// be read again fails when it is written.
    pub fn create_unchecked(
        &mut self,
        session: Session,
        visibility: Visibility,
    ) -> Result<(), StoreError> {
        let rules = Rules::of(&broken_rules(None, &session, self.now()));
        self.add(session, visibility, rules)
    }

    fn add(
        &mut self,
        session: Session,
        visibility: Visibility,
        rules: Rules,
    ) -> Result<(), StoreError> {
        let id = session.id;
        self.check_place(visibility)?;
        let is_there = match self.snapshot.contains(id) {
            // A new id is assumed not to be that of an unreadable private session.
            Err(StoreError::PrivateUnread(_)) if visibility == Visibility::Public => false,
            known => known?,
        };
        if is_there || self.staged.contains_key(&id) {
            return Err(StoreError::Exists(id));
        }
        let (shelf, project) = (Shelf::Active, session.project_id.clone());
        let location = Location { shelf, project, id, visibility };
        let (session, to) = (Some(Box::new(session)), Some(location.clone()));
        self.created += 1;
        let (before, blob, duplicate) = (None, None, None);
        self.stage(location, Staged { before, session, blob, to, duplicate, rules });
        Ok(())
    }
}
