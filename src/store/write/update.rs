//! Changes records.

use super::Transaction;
use super::staged::{Rules, Staged};
use crate::model::{
    Guard, RuleError, Session, SessionStatus, Timestamp, broken_rules, check_update,
};
use crate::store::{Key, Location, StoreError};

impl Transaction<'_> {
    /// Changes an active session in place. If nothing differs, nothing is written.
    ///
    /// The change must keep the rules ([`check_update`]): those of the status table, of the values
    /// of fields, and of the fields that never change. A value that broke a rule before may stay.
    /// The time of the last update is the store's own.
    ///
    /// # Errors
    /// Fails if the session does not exist, is archived, or is corrupt, with the error of the
    /// closure, and if the change breaks a rule ([`StoreError::Rule`], [`StoreError::Transition`]).
    pub fn update<T, E: From<StoreError>>(
        &mut self,
        key: impl Into<Key>,
        change: impl FnOnce(&mut Session) -> Result<T, E>,
    ) -> Result<T, E> {
        self.update_with(key, Guard::Table, change)
    }

    /// Changes an active session as [`update`](Self::update) does. With [`Guard::Off`] the session
    /// may leave a final status and get one that is not in the table, as with `git ao set --force`.
    ///
    /// # Errors
    /// Fails like [`update`](Self::update).
    pub fn update_with<T, E: From<StoreError>>(
        &mut self,
        key: impl Into<Key>,
        guard: Guard,
        change: impl FnOnce(&mut Session) -> Result<T, E>,
    ) -> Result<T, E> {
        let update = Update::begin(self, key.into())?;
        let mut session = update.now.clone();
        let value = change(&mut session)?;
        let refused = |source| StoreError::rule(update.now.id, source);
        check_update(&update.now, &session, guard).map_err(refused)?;
        update.save(self, session)?;
        Ok(value)
    }

    /// Changes an active session without checking the rules, for importers: every field, also the
    /// times, is stored as it is. Only the id and the project stay, because they are the place of
    /// the record. [`Store::check_all`](crate::store::Store::check_all) finds what is wrong with the
    /// change.
    ///
    /// # Errors
    /// Fails like [`update`](Self::update), except for a broken rule. A record that could not be
    /// read again fails when it is written.
    pub fn update_unchecked<T, E: From<StoreError>>(
        &mut self,
        key: impl Into<Key>,
        change: impl FnOnce(&mut Session) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut update = Update::begin(self, key.into())?;
        let mut session = update.now.clone();
        let value = change(&mut session)?;
        let id = update.now.id;
        for (field, differs) in
            [("id", session.id != id), ("project_id", session.project_id != update.now.project_id)]
        {
            if differs {
                return Err(StoreError::rule(id, RuleError::Fixed(field)).into());
            }
        }
        let broken = broken_rules(Some(&update.now), &session, self.now());
        if !broken.is_empty() {
            update.staged.rules = Rules::Broken;
        }
        update.save(self, session)?;
        Ok(value)
    }

    /// Changes an active session's status by the status table, and describes the change in the
    /// event.
    ///
    /// # Errors
    /// Fails like [`update`](Self::update).
    pub fn change_status(
        &mut self,
        key: impl Into<Key>,
        to: &SessionStatus,
        reason: Option<&str>,
    ) -> Result<(), StoreError> {
        let what = self.update(key, |session| {
            let from = std::mem::replace(&mut session.status, to.clone());
            session.status_reason = reason.map(str::to_owned);
            Ok::<_, StoreError>(format!("{from} -> {to}"))
        })?;
        self.describe(what);
        Ok(())
    }
}

/// The change of one active session.
struct Update {
    location: Location,
    staged: Staged,
    /// The session as it is, with staged changes.
    now: Session,
}

impl Update {
    fn begin(tx: &Transaction<'_>, key: Key) -> Result<Self, StoreError> {
        let (location, staged) = tx.locate(&key)?;
        let now = tx.read(&key, &location, &staged)?;
        Ok(Self { location, staged, now })
    }

    /// Stages the changed session, unless it is the stored one. An update time that was given is
    /// kept.
    fn save(self, tx: &mut Transaction<'_>, mut session: Session) -> Result<(), StoreError> {
        let Self { location, mut staged, now } = self;
        let is_given = session.updated_at != now.updated_at;
        let old = match (&staged.before, &staged.session) {
            (None, _) => None,
            (Some(_), None) => Some(now),
            (before, Some(_)) => Some(tx.load(&location, before.as_ref())?),
        };
        if let Some(old) = old.filter(|_| !is_given) {
            session.updated_at = old.updated_at;
            if session == old {
                return Ok(());
            }
            if !session.differs_in_facts_alone(&old) {
                session.updated_at = Timestamp::after(tx.now(), old.updated_at);
            }
        }
        staged.session = Some(Box::new(session));
        tx.stage(location, staged);
        Ok(())
    }
}
