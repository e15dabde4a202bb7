//! The one way to write: everything that changes the store's ref goes through here.

use gix::ObjectId;
use gix::objs::tree::{Editor, EntryKind};
use gix::objs::{Commit, Kind};

use super::clock::event_time;
use super::codec;
use super::edit::Edit;
use super::error::{gix_id, oid};
use super::layout::VERSION_BLOB;
use super::staged::Parts;
use super::turn::Attempts;
use super::{Key, Notice, Snapshot, Store, StoreError, Transaction, Visibility};
use crate::git::{Durability, Expected, ObjectError, RawTree, RefError, RefMove};
use crate::model::{Message, Oid, Session, SessionId, Timestamp};

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

/// Where a ref goes: to an event that is written and whole; the reflog says why.
pub(super) struct Next {
    pub visibility: Visibility,
    pub event: Oid,
    pub log: String,
}

impl Next {
    /// To a new event; the reflog says what its message says first.
    pub fn to(visibility: Visibility, event: Oid, message: &Message) -> Self {
        let log = message.to_text().lines().next().unwrap_or_default().to_owned();
        Self { visibility, event, log }
    }
}

impl<T> Committed<T> {
    /// The event that is as visible as this.
    pub fn event_of(&self, visibility: Visibility) -> Option<&Oid> {
        let mut events = self.events.iter();
        events.find(|(of, _)| *of == visibility).map(|(_, event)| event)
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
        self.advance(|snapshot, now| {
            let mut transaction = Transaction::new(snapshot, now);
            let value = change(&mut transaction)?;
            let parts = transaction.into_parts();
            Ok((value, self.commit_each(verb, &parts, now)?))
        })
    }

    /// Moves each ref from the very tip that `build` is given to where it says, in this order, or
    /// none of them. If somebody else moved one meanwhile, `build` runs again.
    pub(super) fn advance<T, E: From<StoreError>>(
        &self,
        mut build: impl FnMut(Snapshot<'_>, Timestamp) -> Result<(T, Vec<Next>), E>,
    ) -> Result<Committed<T>, E> {
        if std::env::var_os("GIT_QUARANTINE_PATH").is_some() {
            return Err(StoreError::Quarantined.into());
        }
        let lock = self.queue().map_err(StoreError::from)?;
        let mut attempts = Attempts::begin();
        loop {
            let now = self.clock().now();
            self.repository().forget_objects();
            let snapshot = self.snapshot()?;
            let tips = [Visibility::Public, Visibility::Private]
                .map(|visibility| snapshot.tip_of(visibility).cloned());
            let (value, next) = build(snapshot, now)?;
            if let Err(error) = self.move_to(&next, tips, now) {
                attempts.wait_after(error, self)?;
                continue;
            }
            drop(lock);
            let events: Vec<_> =
                next.into_iter().map(|next| (next.visibility, next.event)).collect();
            events.iter().for_each(|(_, event)| self.maintain(event));
            let event = events.first().map(|(_, event)| event.clone());
            return Ok(Committed { value, event, events });
        }
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
    pub fn delete(&self, key: impl Into<Key>) -> Result<Option<Oid>, StoreError> {
        let key = key.into();
        Ok(self.transaction("delete", |tx| tx.delete(key.clone()))?.event)
    }

    /// Moves the refs, all or none.
    fn move_to(
        &self,
        next: &[Next],
        [public, private]: [Option<Oid>; 2],
        now: Timestamp,
    ) -> Result<(), RefError> {
        if next.is_empty() {
            return Ok(());
        }
        let to = |next: &Next| RefMove {
            name: self.ref_of(next.visibility).expect("what is staged has a place"),
            expected: Expected::from(match next.visibility {
                Visibility::Public => public.clone(),
                Visibility::Private => private.clone(),
            }),
            new: gix_id(&next.event),
            message: format!("ao: {}", next.log),
        };
        let moves: Vec<_> = next.iter().map(to).collect();
        let repo = self.repository();
        let who = repo.signatures(now).map_err(|source| {
            let name = moves[0].name.to_owned();
            RefError::Write { name, source: source.into() }
        })?;
        match repo.move_refs(&moves, &who)? {
            Durability::Kept => {}
            Durability::Unsure(source) => self.tell(&Notice::Unsure(source)),
        }
        Ok(())
    }

    /// The events of a change, as their refs are to move. The private one names the public one.
    fn commit_each(
        &self,
        verb: &str,
        parts: &Parts<'_>,
        now: Timestamp,
    ) -> Result<Vec<Next>, StoreError> {
        let mut next: Vec<Next> = Vec::new();
        for visibility in [Visibility::Public, Visibility::Private] {
            if !parts.ids(visibility).is_empty() {
                let public = next.first().map(|next| next.event.clone());
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
    ) -> Result<Next, StoreError> {
        let repo = self.repository();
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
        let who = repo.signatures(self.time_after(&parents, &parts.snapshot, now)?)?;
        let event = self.write_event(&Commit {
            tree,
            parents: parents.into_iter().map(gix_id).collect(),
            author: who.author,
            committer: who.committer,
            encoding: None,
            message: message.to_text().into(),
            extra_headers: Vec::new(),
        })?;
        Ok(Next::to(visibility, event, &message))
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
            let tip = snapshot.halves().find(|half| half.tip.as_ref() == Some(parent));
            let before = match tip {
                Some(half) => half.time,
                None => event_time(&self.repository().read_commit(gix_id(parent))?),
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

    pub(super) fn write_event(&self, commit: &Commit) -> Result<Oid, StoreError> {
        Ok(oid(self.repository().write_object(commit)?))
    }

    fn write_staged(
        &self,
        parts: &Parts<'_>,
        visibility: Visibility,
    ) -> Result<ObjectId, StoreError> {
        let half = parts.snapshot.half(visibility);
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
    pub(super) fn write_record(&self, session: &Session) -> Result<ObjectId, StoreError> {
        Ok(self.repository().write_bytes(Kind::Blob, &encode_checked(session)?)?)
    }

    /// Puts things where they belong, or takes out what lies there, in this order, and writes the
    /// trees above them; all else stays. gix's own editor of trees would look up every sibling of
    /// what is written.
    pub(super) fn write_tree(
        &self,
        root: &RawTree,
        edits: impl IntoIterator<Item: Into<Edit>>,
    ) -> Result<ObjectId, StoreError> {
        let repo = self.repository();
        let failed = |source: gix::Error| ObjectError::Write {
            path: repo.objects_dir().to_owned(),
            source: source.into(),
        };
        let root = root.to_tree();
        let is_new = root.entries.is_empty();
        let mut editor = Editor::new(root, repo, repo.gix().object_hash());
        if is_new {
            let version = repo.write_bytes(Kind::Blob, VERSION_BLOB)?;
            editor.upsert(["version"], EntryKind::Blob, version).map_err(failed)?;
        }
        for edit in edits {
            let Edit { path, entry } = edit.into();
            match entry {
                Some((kind, id)) => editor.upsert(path, kind, id),
                None => editor.remove(path),
            }
            .map_err(failed)?;
        }
        Ok(editor.write(|tree| repo.write_object(tree))?)
    }

    /// Now and then, lets git pack what was written, in the background.
    fn maintain(&self, event: &Oid) {
        let is_due = event.as_str().starts_with("00");
        if is_due && self.repository().config_bool("maintenance.auto") != Some(false) {
            // A store that is not packed is slower, not wrong: the next one that is due tries again.
            let git = self.repository().git("maintenance").args(["run", "--auto", "--quiet"]);
            let _ = git.detach();
        }
    }
}

fn encode_checked(session: &Session) -> Result<Vec<u8>, StoreError> {
    let id = session.id;
    let bytes = codec::encode(session).map_err(|problem| StoreError::Invalid { id, problem })?;
    match codec::decode(&bytes, id, &session.project_id) {
        Ok(back) if back == *session => Ok(bytes),
        Ok(_) => {
            let why = "it would not read back the same".to_owned();
            Err(StoreError::Invalid { id, problem: super::RecordProblem::Yaml(why) })
        }
        Err(problem) => Err(StoreError::Invalid { id, problem }),
    }
}

/// `status 7b6d11f9: working -> done`, or `archive 3 sessions`.
pub(super) fn subject(verb: &str, sessions: &[SessionId], what: Option<&str>) -> String {
    let who = match sessions {
        [one] => one.short(),
        many => format!("{} sessions", many.len()),
    };
    match what {
        Some(what) => format!("{verb} {who}: {what}"),
        None => format!("{verb} {who}"),
    }
}
