//! The one way to write: a ref moves from the tip that was read to a commit that is whole.

use gix::ObjectId;
use gix::objs::Commit;
use gix::objs::tree::Editor;

use super::nesting::Writing;
use super::turn::Attempts;
use super::{Edit, Ledger, LedgerError, LedgerNotice};
use crate::git::{
    Durability, Expected, ObjectError, RawTree, RefError, RefMove, Repository, gix_id, oid,
};
use crate::model::{Oid, Timestamp};

/// Where a ref goes: to a commit that is written and whole.
#[derive(Debug)]
pub(crate) struct RefUpdate {
    /// Its full name.
    pub name: String,
    /// Where it must be; None where it must not exist.
    pub expected: Option<Oid>,
    /// Where it goes.
    pub new: Oid,
    /// What the reflog says about it.
    pub log: String,
}

impl Ledger {
    /// Moves each ref that `build` names from where `build` found it to where it says: all of
    /// them, or none. `build` runs again if somebody else moved one of them meanwhile; nothing was
    /// moved then. While another program only holds a lock, the same updates are tried again.
    ///
    /// Returns what the last run returned, and the updates that were made.
    ///
    /// # Errors
    /// What `build` returns; a write that failed or whose turn did not come. In each case the refs
    /// are where they were, but for [`RefError::Partial`].
    pub(crate) fn commit_with_retry<T, E: From<LedgerError>>(
        &self,
        mut build: impl FnMut(Timestamp) -> Result<(T, Vec<RefUpdate>), E>,
    ) -> Result<(T, Vec<RefUpdate>), E> {
        if self.repository().environment().has("GIT_QUARANTINE_PATH") {
            return Err(LedgerError::Quarantined.into());
        }
        let lock = self.lock()?;
        let writing = Writing::begin(self.repository().common_dir());
        let mut attempts = Attempts::begin();
        loop {
            let now = self.clock().now();
            self.repository().forget_objects();
            let (value, updates) = build(now)?;
            match self.commit(&updates, now, &mut attempts)? {
                Moved::Elsewhere => continue,
                Moved::Here => {
                    drop((lock, writing));
                    updates.iter().for_each(|update| maintain(self.repository(), &update.new));
                    return Ok((value, updates));
                }
            }
        }
    }

    fn commit(
        &self,
        updates: &[RefUpdate],
        now: Timestamp,
        attempts: &mut Attempts,
    ) -> Result<Moved, LedgerError> {
        if updates.is_empty() {
            return Ok(Moved::Here);
        }
        fn to(update: &RefUpdate) -> RefMove<'_> {
            RefMove {
                name: &update.name,
                expected: Expected::from(update.expected.clone()),
                new: gix_id(&update.new),
                message: format!("ao: {}", update.log),
            }
        }
        let moves: Vec<_> = updates.iter().map(to).collect();
        let repo = self.repository();
        let who = repo.signatures(now).map_err(|source| {
            let name = updates[0].name.clone();
            RefError::Write { name, source: source.into() }
        })?;
        loop {
            let error = match repo.move_refs(&moves, &who) {
                Ok(durability) => {
                    if let Durability::Unsure(source) = durability {
                        self.notify(LedgerNotice::Unsure(source));
                    }
                    return Ok(Moved::Here);
                }
                Err(error) => error,
            };
            if let Err(exhausted) = attempts.wait_after(&error, self) {
                return Err(exhausted.into_error(error));
            }
            if matches!(error, RefError::Moved(_)) {
                return Ok(Moved::Elsewhere);
            }
        }
    }

    /// Points a ref at a commit, whatever it holds now.
    ///
    /// To be called with the [lock](Self::lock) held.
    ///
    /// # Errors
    /// When it is no longer in the state that was seen, or cannot be written.
    pub(crate) fn reset(
        &self,
        name: &str,
        state: &crate::git::RefState,
        commit: ObjectId,
        now: Timestamp,
        log: &str,
    ) -> Result<(), LedgerError> {
        let who = self.repository().signatures(now)?;
        let message = format!("ao: {log}");
        match self.repository().reset_ref(name, state, commit, &message, &who)? {
            Durability::Kept => {}
            Durability::Unsure(source) => self.notify(LedgerNotice::Unsure(source)),
        }
        Ok(())
    }

    /// Writes a commit that the committer of this repository makes at a time.
    ///
    /// # Errors
    /// When it cannot be written, or git refuses the name of its author.
    pub(crate) fn write_commit(
        &self,
        tree: ObjectId,
        parents: impl IntoIterator<Item = ObjectId>,
        message: &str,
        time: Timestamp,
    ) -> Result<Oid, LedgerError> {
        let who = self.repository().signatures(time)?;
        let commit = Commit {
            tree,
            parents: parents.into_iter().collect(),
            author: who.author,
            committer: who.committer,
            encoding: None,
            message: message.into(),
            extra_headers: Vec::new(),
        };
        Ok(oid(self.repository().write_object(&commit)?))
    }

    /// Puts things where they belong, or takes out what lies there, in this order, and writes the
    /// trees above them; all else stays. gix's own editor of trees would look up every sibling of
    /// what is written.
    ///
    /// # Errors
    /// When a tree on the way cannot be read or written.
    pub(crate) fn write_tree(
        &self,
        root: &RawTree,
        edits: impl IntoIterator<Item = Edit>,
    ) -> Result<ObjectId, LedgerError> {
        let repo = self.repository();
        let failed = |source: gix::Error| ObjectError::Write {
            path: repo.objects_dir().to_owned(),
            source: source.into(),
        };
        let mut editor = Editor::new(root.to_tree(), repo, repo.gix().object_hash());
        for Edit { path, entry } in edits {
            match entry {
                Some((kind, id)) => editor.upsert(path, kind, id),
                None => editor.remove(path),
            }
            .map_err(failed)?;
        }
        Ok(editor.write(|tree| repo.write_object(tree))?)
    }
}

/// Where the refs are after an attempt to move them.
enum Moved {
    /// Where they were to go.
    Here,
    /// At least one of them where somebody else moved it.
    Elsewhere,
}

/// Now and then, lets git pack what was written, in the background.
fn maintain(repo: &Repository, commit: &Oid) {
    let is_due = commit.as_str().starts_with("00");
    if is_due && repo.config_bool("maintenance.auto") != Some(false) {
        // A repository that is not packed is slower, not wrong: the next one that is due tries again.
        let _ = repo.git("maintenance").args(["run", "--auto", "--quiet"]).detach();
    }
}
