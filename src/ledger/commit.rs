//! The only way to write: a ref moves from the tip that was read to a complete new commit.

use gix::ObjectId;
use gix::objs::Commit;
use gix::objs::tree::Editor;

use super::nesting::Writing;
use super::turn::{Attempt, Attempts};
use super::{Edit, Ledger, LedgerError, LedgerNotice};
use crate::git::{
    Durability, Expected, Identity, ObjectError, RawTree, RefError, RefMove, Repository, gix_id,
    oid,
};
use crate::model::{Oid, Timestamp};

/// The update of a ref to a commit that has been written.
#[derive(Debug)]
pub(crate) struct RefUpdate {
    /// The full name.
    pub name: String,
    /// The required old value; None if the ref must not exist.
    pub expected: Option<Oid>,
    /// The new value.
    pub new: Oid,
    /// The reflog message.
    pub log: String,
}

impl Ledger {
    /// Runs `build` and makes the updates that it returns: all of them, or none. If another process
    /// moved one of the refs meanwhile, nothing is moved and `build` runs again. If another program
    /// merely holds a lock, the same updates are tried again.
    ///
    /// Returns the value of the last run, and the updates that were made.
    ///
    /// # Errors
    /// Fails with the error of `build`, or if a write fails or times out. The refs are then
    /// unchanged, except after [`RefError::Partial`].
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
            if attempts.wait_after(error, self)? == Attempt::New {
                return Ok(Moved::Elsewhere);
            }
        }
    }

    /// Resets a ref to a commit, whatever its present state.
    ///
    /// The caller holds the [lock](Self::lock).
    ///
    /// # Errors
    /// Fails if the ref is no longer in the state `state`, or cannot be written.
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

    /// Writes a commit, with the repository's committer and author, unless another author is given,
    /// and this time.
    ///
    /// # Errors
    /// Fails if the commit cannot be written, or if git rejects the author's name.
    pub(crate) fn write_commit(
        &self,
        tree: ObjectId,
        parents: impl IntoIterator<Item = ObjectId>,
        message: &str,
        (time, author): (Timestamp, Option<&Identity>),
    ) -> Result<Oid, LedgerError> {
        let who = self.repository().signatures(time)?.by(author);
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

    /// Applies edits to a tree in this order, and writes the changed trees. gix's own tree editor
    /// would look up every sibling of a changed entry.
    ///
    /// # Errors
    /// Fails if an affected tree cannot be read or written.
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
        let mut editor = Editor::new(root.to_tree(), repo, repo.object_hash());
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

/// The result of an attempt to move refs.
enum Moved {
    /// The refs have their new values.
    Here,
    /// Another process moved at least one of the refs.
    Elsewhere,
}

/// Runs `git maintenance` in the background, after one of 256 commits on average. It also writes the
/// commit-graph file, from which comparisons of long histories profit, unless the user has decided
/// about that.
fn maintain(repo: &Repository, commit: &Oid) {
    const COMMIT_GRAPH: &str = "maintenance.commit-graph.enabled";
    let is_due = commit.as_str().starts_with("00");
    if is_due && repo.config_bool("maintenance.auto") != Some(false) {
        let also: &[_] = match repo.config_bool(COMMIT_GRAPH) {
            None => &[(COMMIT_GRAPH, "true")],
            Some(_) => &[],
        };
        let git = repo.git_with(also, "maintenance");
        // An unpacked repository is only slower, and a later run will pack it.
        let _ = git.args(["run", "--auto", "--quiet"]).detach();
    }
}
