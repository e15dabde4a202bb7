//! Commits changes: every write to the store passes through here.

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

/// The result of a transaction.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Committed<T> {
    /// The closure's value, from its last run.
    pub value: T,
    /// The event; None if nothing changed. If there are two, the first one.
    pub event: Option<Oid>,
    /// The events: two if both public and private sessions changed.
    pub events: Vec<(Visibility, Oid)>,
}

impl<T> Committed<T> {
    /// Returns the event under one ref.
    pub fn event_of(&self, visibility: Visibility) -> Option<&Oid> {
        let mut events = self.events.iter();
        events.find(|(of, _)| *of == visibility).map(|(_, event)| event)
    }

    /// Converts the value and keeps the events.
    pub fn map<U>(self, value: impl FnOnce(T) -> U) -> Committed<U> {
        Committed { value: value(self.value), event: self.event, events: self.events }
    }
}

impl Store {
    /// Changes the store: reads the tip, lets `change` stage its changes, and commits them if the
    /// tip is still the same. If another process moved the ref, all of this is repeated. `change`
    /// may therefore run several times; only its last run counts.
    ///
    /// `verb` names the operation in the event. No event is made if nothing differs.
    ///
    /// If both public and private sessions change, there are two events, one on each ref. Both refs
    /// move, or neither.
    ///
    /// # Errors
    /// Fails with the error of `change`, if a record would not be readable again, or if the write
    /// fails or times out. The refs are then unchanged.
    pub fn transaction<T, E: From<StoreError>>(
        &self,
        verb: &str,
        mut change: impl FnMut(&mut Transaction<'_>) -> Result<T, E>,
    ) -> Result<Committed<T>, E> {
        self.commit_with_retry(|snapshot, now| {
            let mut transaction = Transaction::new(snapshot, now);
            let value = change(&mut transaction)?;
            let parts = transaction.into_parts();
            let updates = self.commit_each(verb, &parts, now)?;
            // The branch still has them. What removes branches keeps their heads itself.
            let _ = self.keep_heads_locked(new_heads(&parts));
            Ok((value, updates))
        })
    }

    /// Runs `build` on a snapshot and moves the refs as it returns: in that order, and all or none.
    /// If another process moved one of them meanwhile, `build` runs again on a new snapshot.
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

    /// Returns the update of a ref from its tip in the snapshot to a new event. The reflog gets the
    /// first line of the event's message.
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

    /// Adds a public session.
    ///
    /// # Errors
    /// Fails like [`Transaction::create`].
    pub fn create(&self, session: &Session) -> Result<Oid, StoreError> {
        let committed = self.transaction("spawn", |tx| {
            tx.describe(session.display_title());
            tx.create(session.clone())
        })?;
        Ok(committed.event.expect("a new session is always a change"))
    }

    /// Reads, changes and writes an active session in one step. The change must keep the rules that
    /// `git ao set` keeps.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let dir = tempfile::tempdir()?;
    /// # assert!(std::process::Command::new("git").args(["init", "-q"]).arg(dir.path()).status()?.success());
    /// # let store = git_ao::store::Store::discover(dir.path())?;
    /// use git_ao::model::{RuleError, Session, SessionId, SessionStatus};
    /// use git_ao::store::StoreError;
    ///
    /// let task = Session::new(SessionId::random(), "demo".parse()?, store.clock().now());
    /// store.create(&task)?;
    /// store.update(task.id, "merge", |session| session.status = SessionStatus::Merged)?;
    ///
    /// // The final status 'merged' is never left, and a title is a single line.
    /// let again = store.update(task.id, "work", |session| session.status = SessionStatus::Working);
    /// assert!(matches!(again, Err(StoreError::Transition { .. })));
    /// let titled = store.update(task.id, "title", |session| session.title = "one\ntwo".to_owned());
    /// let Err(StoreError::Rule { source, .. }) = titled else { panic!("it was written") };
    /// assert_eq!((source.field(), &source), ("title", &RuleError::LongTitle));
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// Fails like [`Transaction::update`].
    pub fn update<T>(
        &self,
        key: impl Into<Key>,
        verb: &str,
        mut change: impl FnMut(&mut Session) -> T,
    ) -> Result<Committed<T>, StoreError> {
        let key = key.into();
        self.transaction(verb, |tx| tx.update(key.clone(), |session| Ok(change(session))))
    }

    /// Adds a public session without checking the rules, for importers.
    ///
    /// # Errors
    /// Fails like [`Transaction::create_unchecked`].
    pub fn create_unchecked(&self, session: &Session) -> Result<Oid, StoreError> {
        let committed = self.transaction("import", |tx| {
            tx.describe(session.display_title());
            tx.create_unchecked(session.clone(), Visibility::Public)
        })?;
        Ok(committed.event.expect("a new session is always a change"))
    }

    /// Reads, changes and writes an active session in one step, without checking the rules, for
    /// importers.
    ///
    /// # Errors
    /// Fails like [`Transaction::update_unchecked`].
    pub fn update_unchecked<T>(
        &self,
        key: impl Into<Key>,
        verb: &str,
        mut change: impl FnMut(&mut Session) -> T,
    ) -> Result<Committed<T>, StoreError> {
        let key = key.into();
        self.transaction(verb, |tx| tx.update_unchecked(key.clone(), |session| Ok(change(session))))
    }

    /// Archives a session. The event is None if it was already archived.
    ///
    /// This does not check that its agent has stopped: use [`Engine::archive`](crate::ops::Engine::archive).
    ///
    /// # Errors
    /// Fails if there is no such session, or if the write fails; nothing is then changed.
    pub fn archive(&self, key: impl Into<Key>) -> Result<Option<Oid>, StoreError> {
        let key = key.into();
        Ok(self.transaction("archive", |tx| tx.archive(key.clone()))?.event)
    }

    /// Unarchives a session. The event is None if it was active.
    ///
    /// # Errors
    /// Fails if there is no such session, or if the write fails; nothing is then changed.
    pub fn unarchive(&self, key: impl Into<Key>) -> Result<Option<Oid>, StoreError> {
        let key = key.into();
        Ok(self.transaction("unarchive", |tx| tx.unarchive(key.clone()))?.event)
    }

    /// Deletes a session; history keeps the record. The event is None if there was none.
    ///
    /// This does not check that the session has ended or that its agent has stopped, and keeps the
    /// agent's files: use [`Engine::delete`](crate::ops::Engine::delete) for that.
    ///
    /// # Errors
    /// Fails if the store cannot be read or written; nothing is then changed.
    pub fn delete(&self, key: impl Into<Key>) -> Result<Option<Oid>, StoreError> {
        let key = key.into();
        Ok(self.transaction("delete", |tx| tx.delete(key.clone()))?.event)
    }

    /// Writes the events of a change. Returns their ref updates, in the order in which the refs
    /// must move. The private event names the public one.
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
            unchecked: parts.unchecked(visibility),
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
        let event = self.ledger().write_commit(
            tree,
            parents,
            &message.to_text(),
            (time, parts.author.as_ref()),
        )?;
        Ok(self.update_to(&parts.snapshot, visibility, event, &message))
    }

    /// Returns the time of an event that is made `now`: no earlier than its parents', unless theirs
    /// is too late to be true.
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

    /// Returns true if the new event may have this parent. Pushing a public event also sends its
    /// ancestors, so none of them may be private.
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

    /// Writes a record, after checking that its bytes decode to the same session.
    pub(in crate::store) fn write_record(&self, session: &Session) -> Result<ObjectId, StoreError> {
        Ok(self.repository().write_bytes(Kind::Blob, &encode_checked(session)?)?)
    }

    /// Writes a tree of the store with edits applied. A new tree also gets the blob `version`.
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

/// Returns the heads that the records did not have before. The base of a new branch is none.
fn new_heads<'p>(parts: &'p Parts<'_>) -> impl Iterator<Item = (SessionId, &'p Oid)> {
    parts.staged.values().filter_map(|staged| {
        let session = staged.session.as_deref()?;
        let head = session.head.as_ref()?;
        let base = session.base.as_ref().and_then(|base| base.commit.as_ref());
        let before = staged.before.as_ref().filter(|_| base != Some(head));
        let before = before.and_then(|before| parts.snapshot.load(before).ok());
        let is_new =
            base != Some(head) && before.is_none_or(|before| before.head.as_ref() != Some(head));
        is_new.then_some((session.id, head))
    })
}

/// The error of a change, from its closure or from the ledger.
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

/// Returns an event's subject, such as `status 7b6d11f9: working -> done` or `archive 3 sessions`.
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
