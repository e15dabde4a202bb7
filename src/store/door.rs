//! The one way to write: everything that changes the store's ref goes through here.

use std::time::{Duration, Instant};

use gix::ObjectId;
use gix::objs::tree::{Editor, EntryKind};
use gix::objs::{Commit, Kind};

use super::codec;
use super::error::{gix_id, oid};
use super::layout::VERSION_BLOB;
use super::transaction::{Parts, Staged};
use super::{Key, Location, Snapshot, Store, StoreError, Transaction};
use crate::git::{Expected, ObjectError, RefError};
use crate::model::{Message, Oid, Session, SessionId};

/// What a transaction came to.
#[derive(Debug, Clone)]
pub struct Committed<T> {
    /// What the closure returned, in the run that counted.
    pub value: T,
    /// The event; None when nothing changed.
    pub event: Option<Oid>,
}

impl Store {
    /// Changes the store: reads the tip, lets `change` stage what it wants, and moves the ref from
    /// that very tip to a commit that holds it. If somebody else moved the ref meanwhile, all of
    /// this happens again, so `change` may run more than once; only its last run counts.
    ///
    /// `verb` names the operation in the event. Nothing staged, or nothing that differs: no event.
    ///
    /// # Errors
    /// What `change` returns; a record that could not be read again; a write that failed, or found
    /// no turn. In each case the ref is where it was.
    pub fn transaction<T, E: From<StoreError>>(
        &self,
        verb: &str,
        mut change: impl FnMut(&mut Transaction<'_>) -> Result<T, E>,
    ) -> Result<Committed<T>, E> {
        if std::env::var_os("GIT_QUARANTINE_PATH").is_some() {
            return Err(StoreError::Quarantined.into());
        }
        let lock = self.repository().lock(self.patience()).map_err(StoreError::from)?;
        let start = Instant::now();
        let mut pause = Backoff::new();
        loop {
            let now = self.clock().now();
            let mut transaction = Transaction::new(self.snapshot()?, now);
            let value = change(&mut transaction)?;
            let parts = transaction.into_parts();
            if parts.staged.is_empty() {
                return Ok(Committed { value, event: None });
            }
            match self.commit(verb, parts, now) {
                Ok(event) => {
                    drop(lock);
                    self.maintain(&event);
                    return Ok(Committed { value, event: Some(event) });
                }
                Err(error) if !is_passing(&error) => return Err(error.into()),
                Err(_) if start.elapsed() < self.patience() => pause.wait(),
                Err(error @ StoreError::Ref(RefError::Locked { .. })) => return Err(error.into()),
                Err(_) => {
                    let (name, seconds) = (self.ref_name().to_owned(), start.elapsed().as_secs());
                    return Err(StoreError::Contended { name, seconds }.into());
                }
            }
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

    fn commit(
        &self,
        verb: &str,
        parts: Parts<'_>,
        now: crate::model::Timestamp,
    ) -> Result<Oid, StoreError> {
        let repo = self.repository();
        let sessions = parts.ids();
        let message = Message {
            subject: subject(verb, &sessions, parts.what.as_deref()),
            op: verb.to_owned(),
            sessions,
            conflicts: Vec::new(),
        };
        let tree = self.write_tree(&parts.snapshot, &parts.staged)?;
        let tip = parts.snapshot.tip().cloned();
        let parents = tip.iter().chain(parts.parents.iter().filter(|p| Some(*p) != tip.as_ref()));
        let who = repo.signatures(now);
        let commit = repo.write_object(&Commit {
            tree,
            parents: parents.map(gix_id).collect(),
            author: who.author.clone(),
            committer: who.committer.clone(),
            encoding: None,
            message: message.to_text().into(),
            extra_headers: Vec::new(),
        })?;
        let expected = tip.map_or(Expected::Missing, Expected::At);
        let log = format!("ao: {}", message.to_text().lines().next().unwrap_or(verb));
        repo.move_ref(self.ref_name(), &expected, commit, &log, &who)?;
        Ok(oid(commit))
    }

    /// Writes the records and the trees above them. gix's own editor of trees would look up every
    /// sibling of what is written.
    fn write_tree<'a>(
        &self,
        snapshot: &Snapshot<'_>,
        staged: impl IntoIterator<Item = (&'a Location, &'a Staged)>,
    ) -> Result<ObjectId, StoreError> {
        let repo = self.repository();
        let failed = |source: gix::Error| ObjectError::Write {
            path: repo.objects_dir().to_owned(),
            source: source.into(),
        };
        let root = snapshot.root().clone();
        let is_new = root.entries.is_empty();
        let mut editor = Editor::new(root, repo, repo.gix().object_hash());
        if is_new {
            let version = repo.write_bytes(Kind::Blob, VERSION_BLOB)?;
            editor.upsert(["version"], EntryKind::Blob, version).map_err(failed)?;
        }
        for (location, staged) in staged {
            let blob = match (&staged.session, &staged.before) {
                (Some(session), _) => repo.write_bytes(Kind::Blob, &encode_checked(session)?)?,
                (None, Some(before)) => gix_id(&before.blob),
                (None, None) => continue,
            };
            if let Some(before) = &staged.before
                && staged.to != Some(before.location.shelf)
            {
                editor.remove(path(&before.location)).map_err(failed)?;
            }
            if let Some(shelf) = staged.to {
                let to = Location { shelf, ..location.clone() };
                editor.upsert(path(&to), EntryKind::Blob, blob).map_err(failed)?;
            }
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

/// What goes away by itself: others moved the ref, or are just moving it.
fn is_passing(error: &StoreError) -> bool {
    matches!(error, StoreError::Ref(RefError::Moved(_) | RefError::Locked { .. }))
}

fn path(location: &Location) -> [gix::bstr::BString; 4] {
    location.components().map(Into::into)
}

/// The record's bytes, after reading them back: what would not come out as it went in is not
/// written.
fn encode_checked(session: &Session) -> Result<Vec<u8>, StoreError> {
    let id = session.id;
    let bytes = codec::encode(session).map_err(|problem| StoreError::Invalid { id, problem })?;
    match codec::decode(&bytes, id, &session.project_id) {
        Ok(back) if back == *session => Ok(bytes),
        Ok(_) => {
            let why = "it would read back as something else".to_owned();
            Err(StoreError::Invalid { id, problem: super::RecordProblem::Yaml(why) })
        }
        Err(problem) => Err(StoreError::Invalid { id, problem }),
    }
}

/// `status 7b6d11f9: working -> done`, or `archive 3 sessions`.
fn subject(verb: &str, sessions: &[SessionId], what: Option<&str>) -> String {
    let who = match sessions {
        [one] => one.short(),
        many => format!("{} sessions", many.len()),
    };
    match what {
        Some(what) => format!("{verb} {who}: {what}"),
        None => format!("{verb} {who}"),
    }
}

/// Waits longer each time, by chance, so that two who collided do not collide again.
struct Backoff {
    limit: u64,
}

impl Backoff {
    fn new() -> Self {
        Self { limit: 2 }
    }

    fn wait(&mut self) {
        let dice = u64::from(uuid::Uuid::new_v4().as_bytes()[0]);
        std::thread::sleep(Duration::from_millis(1 + dice * self.limit / 256));
        self.limit = (self.limit * 2).min(200);
    }
}
