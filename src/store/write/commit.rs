//! The one way to write: everything that changes the store goes through here.

use gix::ObjectId;
use gix::objs::Kind;
use gix::objs::tree::EntryKind;

use super::Transaction;
use super::staged::Parts;
use crate::git::{RawTree, gix_id};
use crate::ledger::{Edit, LedgerError, RefUpdate, commit_time};
use crate::model::{Message, Oid, Session, SessionId, Timestamp};
use crate::store::layout::VERSION_BLOB;
use crate::store::{Key, Snapshot, Store, StoreError, Visibility, codec};

/// What a transaction came to.
#[derive(Debug, Clone)]
pub struct Committed<T> {
    /// What the closure returned, in the run that counted.
    pub value: T,
    /// The event; None when nothing changed. Of two, the first.
    pub event: Option<Oid>,
    /// The events: a second one where both public and private sessions changed.
    pub events: Vec<(Visibility, Oid)>,
}

impl<T> Committed<T> {
    /// The event that is as visible as this.
    pub fn event_of(&self, visibility: Visibility) -> Option<&Oid> {
        let mut events = self.events.iter();
        events.find(|(of, _)| *of == visibility).map(|(_, event)| event)
    }

    /// The same events, with another value.
    pub fn map<U>(self, value: impl FnOnce(T) -> U) -> Committed<U> {
        Committed { value: value(self.value), event: self.event, events: self.events }
    }
}

impl Store {
    /// Changes the store: reads the tip, lets `change` stage what it wants, and moves the ref from
    /// that very tip to a commit that holds it. If somebody else moved the ref meanwhile, all of
    /// this happens again, so `change` may run more than once; only its last run counts.
    ///
    /// `verb` names the operation in the event. Nothing staged, or nothing that differs: no event.
    ///
    /// Where both public and private sessions change there are two events, one on each ref; both
    /// refs move, or none.
    ///
    /// # Errors
    /// What `change` returns; a record that could not be read again; a write that failed, or found
    /// no turn. In each case the ref is where it was.
    pub fn transaction<T, E: From<StoreError>>(
        &self,
        verb: &str,
        mut change: impl FnMut(&mut Transaction<'_>) -> Result<T, E>,
    ) -> Result<Committed<T>, E> {
        self.commit_with_retry(|snapshot, now| {
            let mut transaction = Transaction::new(snapshot, now);
            let value = change(&mut transaction)?;
            let parts = transaction.into_parts();
            Ok((value, self.commit_each(verb, &parts, now)?))
        })
    }

    /// Moves each ref from the tip that `build` is given to where it says, in this order, or none of
    /// them. If somebody else moved one meanwhile, `build` runs again.
    pub(in crate::store) fn commit_with_retry<T, E: From<StoreError>>(
        &self,
        mut build: impl FnMut(Snapshot<'_>, Timestamp) -> Result<(T, Vec<RefUpdate>), E>,
    ) -> Result<Committed<T>, E> {
        let committed = self.ledger().commit_with_retry(|now| {
            let snapshot = self.snapshot().map_err(|error| Failed(error.into()))?;
            build(snapshot, now).map_err(Failed)
        });
        let (value, updates) = committed.map_err(|Failed(error)| error)?;
        let visibility = |update: &RefUpdate| match update.name == self.ref_name() {
            true => Visibility::Public,
            false => Visibility::Private,
        };
        let events: Vec<_> =
            updates.into_iter().map(|update| (visibility(&update), update.new)).collect();
        let event = events.first().map(|(_, event)| event.clone());
        Ok(Committed { value, event, events })
    }

    /// Moves a ref from where a snapshot has it to a new event; the reflog says what that says
    /// first.
    pub(in crate::store) fn update_to(
        &self,
        snapshot: &Snapshot<'_>,
        visibility: Visibility,
        event: Oid,
        message: &Message,
    ) -> RefUpdate {
        let name = self.ref_of(visibility).expect("what is staged has a place").to_owned();
        let log = message.to_text().lines().next().unwrap_or_default().to_owned();
        RefUpdate { name, expected: snapshot.tip_of(visibility).cloned(), new: event, log }
    }

    /// Adds a new session.
    ///
    /// # Errors
    /// As [`Transaction::create`].
    pub fn create(&self, session: &Session) -> Result<Oid, StoreError> {
        let committed = self.transaction("spawn", |tx| {
            tx.describe(session.display_title());
            tx.create(session.clone())
        })?;
        Ok(committed.event.expect("a new session is always a change"))
    }

    /// Reads, changes and writes one active session as one step.
    ///
    /// # Errors
    /// As [`Transaction::update`].
    pub fn update<T>(
        &self,
        key: impl Into<Key>,
        verb: &str,
        mut change: impl FnMut(&mut Session) -> T,
    ) -> Result<Committed<T>, StoreError> {
        let key = key.into();
        self.transaction(verb, |tx| tx.update(key.clone(), |session| Ok(change(session))))
    }

    /// Moves a session into the archive. The event is None if it was there already.
    ///
    /// Does not check that its agent has stopped: [`ops::archive`](crate::ops::archive) does.
    ///
    /// # Errors
    /// When it does not exist, or the store cannot be read or written.
    pub fn archive(&self, key: impl Into<Key>) -> Result<Option<Oid>, StoreError> {
        let key = key.into();
        Ok(self.transaction("archive", |tx| tx.archive(key.clone()))?.event)
    }

    /// Moves a session back from the archive. The event is None if it was active.
    pub fn unarchive(&self, key: impl Into<Key>) -> Result<Option<Oid>, StoreError> {
        let key = key.into();
        Ok(self.transaction("unarchive", |tx| tx.unarchive(key.clone()))?.event)
    }

    /// Takes a session out of the tree. The event is None if there was none.
    ///
    /// Checks neither that the session has ended nor that its agent has stopped, and leaves the
    /// agent's files where they are: [`ops::delete`](crate::ops::delete) does all of that.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub fn delete(&self, key: impl Into<Key>) -> Result<Option<Oid>, StoreError> {
        let key = key.into();
        Ok(self.transaction("delete", |tx| tx.delete(key.clone()))?.event)
    }

    /// The events of a change, as their refs are to move. The private one names the public one.
    fn commit_each(
        &self,
        verb: &str,
        parts: &Parts<'_>,
        now: Timestamp,
    ) -> Result<Vec<RefUpdate>, StoreError> {
        let mut next: Vec<RefUpdate> = Vec::new();
        for visibility in [Visibility::Public, Visibility::Private] {
            if !parts.ids(visibility).is_empty() {
                let public = next.first().map(|update| update.new.clone());
                next.push(self.commit(verb, parts, visibility, public, now)?);
            }
        }
        if parts.order()[0] == Visibility::Private {
            next.reverse();
        }
        Ok(next)
    }

    fn commit(
        &self,
        verb: &str,
        parts: &Parts<'_>,
        visibility: Visibility,
        public: Option<Oid>,
        now: Timestamp,
    ) -> Result<RefUpdate, StoreError> {
        let sessions = parts.ids(visibility);
        let message = Message {
            subject: subject(verb, &sessions, parts.what(visibility)),
            op: verb.to_owned(),
            sessions,
            conflicts: Vec::new(),
            replica: self.replica_under_lock(),
            origin: parts.origin,
            public,
        };
        let tree = self.write_staged(parts, visibility)?;
        let tip = parts.snapshot.tip_of(visibility);
        let mut parents: Vec<&Oid> = tip.into_iter().collect();
        for parent in parts.parents.iter().filter(|parent| Some(*parent) != tip) {
            if self.may_show(parent, parts, visibility)? {
                parents.push(parent);
            }
        }
        let time = self.time_after(&parents, &parts.snapshot, now)?;
        let parents = parents.into_iter().map(gix_id);
        let event = self.ledger().write_commit(tree, parents, &message.to_text(), time)?;
        Ok(self.update_to(&parts.snapshot, visibility, event, &message))
    }

    /// The time of an event that is made `now`: not before its parents', as far as these can be true.
    fn time_after(
        &self,
        parents: &[&Oid],
        snapshot: &Snapshot<'_>,
        now: Timestamp,
    ) -> Result<Timestamp, StoreError> {
        let mut time = now;
        for parent in parents {
            let tip = snapshot.trees().find(|half| half.tip.as_ref() == Some(parent));
            let before = match tip {
                Some(half) => half.time,
                None => commit_time(&self.repository().read_commit(gix_id(parent))?),
            };
            time = time.max(before);
        }
        Ok(if time > now.latest() { now } else { time })
    }

    /// A private event that is a parent of a public one would be pushed with it, and all that is
    /// before it.
    fn may_show(
        &self,
        event: &Oid,
        parts: &Parts<'_>,
        visibility: Visibility,
    ) -> Result<bool, StoreError> {
        let has_private = parts.snapshot.tip_of(Visibility::Private).is_some()
            || parts.snapshot.check_private().is_err();
        match parts.snapshot.tip() {
            _ if visibility == Visibility::Private || !has_private => Ok(true),
            Some(tip) => self.contains_event(tip, event),
            None => Ok(false),
        }
    }

    fn write_staged(
        &self,
        parts: &Parts<'_>,
        visibility: Visibility,
    ) -> Result<ObjectId, StoreError> {
        let half = parts.snapshot.tree(visibility);
        let root = half.map_or_else(RawTree::empty, |half| half.root.clone());
        let mut edits: Vec<Edit> = self.make_room(&root, parts.new_places(visibility))?;
        for staged in parts.staged.values() {
            let (left, filled) = staged.edits(visibility);
            edits.extend(left.into_iter().map(|location| (location.clone(), None).into()));
            let Some(location) = filled else { continue };
            let blob = match (&staged.session, &staged.blob, &staged.before) {
                (Some(session), ..) => self.write_record(session)?,
                (None, Some(blob), _) => gix_id(blob),
                (None, None, Some(before)) => gix_id(&before.blob),
                (None, None, None) => continue,
            };
            edits.push((location.clone(), Some(blob)).into());
        }
        self.write_tree(&root, edits)
    }

    /// Writes a record, after reading its bytes back: what would not come out as it went in is not
    /// written.
    pub(in crate::store) fn write_record(&self, session: &Session) -> Result<ObjectId, StoreError> {
        Ok(self.repository().write_bytes(Kind::Blob, &encode_checked(session)?)?)
    }

    /// Writes a tree of the store with things put in or taken out; a new one gets its version.
    pub(in crate::store) fn write_tree(
        &self,
        root: &RawTree,
        edits: impl IntoIterator<Item = impl Into<Edit>>,
    ) -> Result<ObjectId, StoreError> {
        let mut all = Vec::new();
        if root.entries().next().is_none() {
            let version = self.repository().write_bytes(Kind::Blob, VERSION_BLOB)?;
            let path = vec!["version".into()];
            all.push(Edit { path, entry: Some((EntryKind::Blob, version)) });
        }
        all.extend(edits.into_iter().map(Into::into));
        Ok(self.ledger().write_tree(root, all)?)
    }
}

/// Why a change was not made, whoever says so.
struct Failed<E>(E);

impl<E: From<StoreError>> From<LedgerError> for Failed<E> {
    fn from(error: LedgerError) -> Self {
        Self(StoreError::from(error).into())
    }
}

fn encode_checked(session: &Session) -> Result<Vec<u8>, StoreError> {
    let id = session.id;
    let bytes = codec::encode(session).map_err(|problem| StoreError::Invalid { id, problem })?;
    match codec::decode(&bytes, id, &session.project_id) {
        Ok(back) if back == *session => Ok(bytes),
        Ok(_) => {
            let why = "it would not read back the same".to_owned();
            Err(StoreError::Invalid { id, problem: crate::store::RecordProblem::Yaml(why) })
        }
        Err(problem) => Err(StoreError::Invalid { id, problem }),
    }
}

/// `status 7b6d11f9: working -> done`, or `archive 3 sessions`.
pub(in crate::store) fn subject(verb: &str, sessions: &[SessionId], what: Option<&str>) -> String {
    let who = match sessions {
        [one] => one.short(),
        many => format!("{} sessions", many.len()),
    };
    match what {
        Some(what) => format!("{verb} {who}: {what}"),
        None => format!("{verb} {who}"),
    }
}
