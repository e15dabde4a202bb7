//! What has happened since a reader looked last.

use std::collections::BTreeSet;

use super::event::to_event;
use super::{ListedSession, Snapshot, Tips};
use crate::ledger::Commits;
use crate::model::{Event, Oid, Project, SessionId};
use crate::store::{Key, Store, StoreError};

/// What has happened in a store since a reader looked last.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ChangeSet {
    /// The new events, those of merged histories included, each after its parents.
    pub events: Vec<Event>,
    /// The sessions that differ, by project and id. A session that was changed and changed back is
    /// only in the events.
    pub sessions: Vec<SessionChange>,
    /// True if known events are no longer in the history: a ref was reset, repaired or deleted.
    pub is_rewritten: bool,
    /// The newest events, from which to go on.
    pub tips: Tips,
}

/// A session that differs between two moments.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct SessionChange {
    /// The session and its place before; None if there was none.
    pub before: Option<ListedSession>,
    /// The session and its place now; None if it was deleted.
    pub after: Option<ListedSession>,
}

impl SessionChange {
    /// Returns the key of the session.
    pub fn key(&self) -> Key {
        let listed = self.after.as_ref().or(self.before.as_ref());
        Key::from(&listed.expect("a change is of a session").location)
    }
}

impl Store {
    /// Returns what has happened since `since`: the tips of an earlier call, or a public event.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let dir = tempfile::tempdir()?;
    /// # assert!(std::process::Command::new("git").args(["init", "-q"]).arg(dir.path()).status()?.success());
    /// # let store = git_ao::store::Store::discover(dir.path())?;
    /// use git_ao::model::{Session, SessionId, SessionStatus};
    ///
    /// let task = Session::new(SessionId::random(), "demo".parse()?, store.clock().now());
    /// store.create(&task)?;
    /// let since = store.newest()?;
    /// store.update(task.id, "end", |session| session.status = SessionStatus::Done)?;
    ///
    /// let changes = store.changes(&since)?;
    /// assert_eq!(changes.events[0].message.op, "end");
    /// let after = changes.sessions[0].after.as_ref().expect("it was not deleted");
    /// assert_eq!(after.session.as_ref().expect("it can be read").status, SessionStatus::Done);
    /// assert!(store.changes(&changes.tips)?.events.is_empty());
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// Fails if the store cannot be read, or if the events in `since` no longer exist.
    pub fn changes(&self, since: impl Into<Tips>) -> Result<ChangeSet, StoreError> {
        self.changes_between(&since.into(), self.newest()?)
    }

    pub(super) fn changes_between(
        &self,
        since: &Tips,
        tips: Tips,
    ) -> Result<ChangeSet, StoreError> {
        let events = self.events_between(since, &tips)?;
        let mut is_rewritten = false;
        let mut owners = BTreeSet::new();
        for (old, new) in [(&since.public, &tips.public), (&since.private, &tips.private)] {
            is_rewritten |= match (old, new) {
                (Some(old), Some(new)) => !self.continues(new, old)?,
                (old, _) => old.is_some(),
            };
            owners.extend(self.owners_of_changes(old.as_ref(), new.as_ref())?);
        }
        let (before, after) = (self.at_tips(since)?, self.at_tips(&tips)?);
        let mut sessions = Vec::new();
        for (project, id) in owners {
            let key = Key { id, project: Some(project) };
            let (before_entry, after_entry) = (before.find(key.clone())?, after.find(key)?);
            if before_entry != after_entry {
                let load = |snapshot: &Snapshot<'_>, entry: super::Entry| ListedSession {
                    session: snapshot.load(&entry),
                    location: entry.location,
                };
                let before = before_entry.map(|entry| load(&before, entry));
                let after = after_entry.map(|entry| load(&after, entry));
                sessions.push(SessionChange { before, after });
            }
        }
        Ok(ChangeSet { events, sessions, is_rewritten, tips })
    }

    fn events_between(&self, since: &Tips, tips: &Tips) -> Result<Vec<Event>, StoreError> {
        let each = |tips: &Tips| [tips.public.clone(), tips.private.clone()].into_iter().flatten();
        let tips: Vec<Oid> = each(tips).collect();
        let mut commits = Commits::new(self.repository(), &tips);
        for known in each(since) {
            commits = commits.since(&known);
        }
        let mut events = Vec::new();
        for commit in commits {
            let (id, commit) = commit?;
            events.push(to_event(id, &commit));
        }
        events.reverse();
        Ok(events)
    }

    /// Returns the sessions whose record differs under one ref.
    fn owners_of_changes(
        &self,
        old: Option<&Oid>,
        new: Option<&Oid>,
    ) -> Result<Vec<(Project, SessionId)>, StoreError> {
        let changes = match (old, new) {
            (old, Some(new)) if old != Some(new) => self.compare(old, new)?,
            (Some(old), None) => self.compare(None, old)?,
            _ => Vec::new(),
        };
        Ok(changes.iter().map(|change| change.location().owner()).collect())
    }

    fn at_tips(&self, tips: &Tips) -> Result<Snapshot<'_>, StoreError> {
        let public = Snapshot::at(self, tips.public.clone())?;
        match public.with_private(tips.private.clone()) {
            (snapshot, None) => Ok(snapshot),
            (_, Some(error)) => Err(error),
        }
    }
}
