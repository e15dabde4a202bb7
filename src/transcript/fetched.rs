//! Checks what another clone has shared, before anything uses it.

use gix::ObjectId;

use super::layout::{INCOMING, fetched_refs, is_file_name};
use super::{TranscriptError, TranscriptStore};
use crate::git::{ObjectError, RawTree, gix_id, oid};
use crate::ledger::LedgerError;
use crate::model::{Oid, SessionId};

/// The largest number of files and folders in what another clone shares.
const MOST: usize = 20_000;
/// The largest size of that, in bytes.
const LARGEST: u64 = 1 << 30;
/// How deep its folders may be.
const DEEPEST: usize = 16;

impl TranscriptStore {
    /// Returns the clones whose transcripts of a session were fetched, each with its commit.
    ///
    /// # Errors
    /// Fails if a ref cannot be read.
    pub fn fetched(&self, session: SessionId) -> Result<Vec<(String, Oid)>, TranscriptError> {
        let prefix = fetched_refs(session);
        let names = self.repository().refs_below(&prefix).into_iter();
        let found = names.map(|name| {
            let tip = self.ledger().tip(&name)?;
            Ok(tip.map(|tip| (name[prefix.len()..].to_owned(), tip)))
        });
        found.filter_map(Result::transpose).collect()
    }

    /// Checks what has come in of a session, and takes what is good in place of what was fetched
    /// before. Nothing reads it until then.
    ///
    /// # Errors
    /// Fails if something cannot be used; the rest is still stored.
    pub fn accept_incoming(&self, session: SessionId) -> Result<(), TranscriptError> {
        let (repo, prefix) = (self.repository(), format!("{INCOMING}{session}/"));
        let mut trouble = None;
        for name in repo.refs_below(&prefix) {
            let Some(tip) = self.ledger().tip(&name)? else { continue };
            let replica = &name[prefix.len()..];
            let mut lines = format!("delete {name}\n");
            match self.check_fetched(replica, &tip) {
                Ok(()) => lines += &format!("update {}{replica} {tip}\n", fetched_refs(session)),
                Err(error) => trouble = trouble.or(Some(error)),
            }
            let git = repo.git("update-ref").shielded().args(["--no-deref", "--stdin"]);
            git.input(lines).run().map_err(LedgerError::from)?;
        }
        trouble.map_or(Ok(()), Err)
    }

    /// Returns the tree that was fetched last of a session in a clone.
    ///
    /// # Errors
    /// Fails if it cannot be read.
    pub fn fetched_tree(
        &self,
        session: SessionId,
        replica: &str,
    ) -> Result<Option<Oid>, TranscriptError> {
        let tip = self.ledger().tip(&(fetched_refs(session) + replica))?;
        tip.map(|tip| self.root_of(&tip).map(oid)).transpose()
    }

    /// Returns the tree of a commit, or the tree itself: what was fetched by its id.
    pub(super) fn root_of(&self, tip: &Oid) -> Result<ObjectId, TranscriptError> {
        match self.repository().read_commit(gix_id(tip)) {
            Ok(commit) => Ok(commit.tree),
            Err(ObjectError::WrongKind { .. }) => Ok(gix_id(tip)),
            Err(error) => Err(error.into()),
        }
    }

    /// Checks that all of a fetched commit is here, that it has nothing but folders and files with
    /// harmless names, and that it is not excessively large.
    ///
    /// # Errors
    /// Fails with [`TranscriptError::Unusable`] and the reason, or if an object cannot be read.
    pub fn check_fetched(&self, replica: &str, commit: &Oid) -> Result<(), TranscriptError> {
        let unusable =
            |reason: String| TranscriptError::Unusable { replica: replica.to_owned(), reason };
        let tree = self.root_of(commit)?;
        let mut seen = Seen::default();
        self.check_tree(tree, 0, &mut seen).map_err(|problem| match problem {
            Problem::Odd(reason) => unusable(reason),
            Problem::Object(error) => error.into(),
        })
    }

    fn check_tree(&self, id: ObjectId, depth: usize, seen: &mut Seen) -> Result<(), Problem> {
        let repo = self.repository();
        let tree: RawTree = repo.read_tree(id)?;
        if depth > DEEPEST {
            return Err(Problem::Odd("its folders are too deep".to_owned()));
        }
        for entry in tree.entries() {
            seen.count += 1;
            if seen.count > MOST {
                return Err(Problem::Odd(format!("it has more than {MOST} files")));
            }
            let name = entry.filename.to_string();
            if !is_file_name(&name) {
                return Err(Problem::Odd(format!("'{name}' cannot be the name of a file in it")));
            }
            let id = entry.oid.to_owned();
            if entry.mode.is_tree() {
                self.check_tree(id, depth + 1, seen)?;
            } else if entry.mode.is_blob() {
                seen.bytes += match repo.blob_size(id) {
                    Err(ObjectError::WrongKind { .. }) => {
                        return Err(Problem::Odd(format!("'{name}' is not a file")));
                    }
                    size => size?,
                };
                if seen.bytes > LARGEST {
                    return Err(Problem::Odd(format!("it has more than {LARGEST} bytes")));
                }
            } else {
                return Err(Problem::Odd(format!("'{name}' is a link")));
            }
        }
        Ok(())
    }
}

#[derive(Default)]
struct Seen {
    count: usize,
    bytes: u64,
}

enum Problem {
    Odd(String),
    Object(ObjectError),
}

impl From<ObjectError> for Problem {
    fn from(error: ObjectError) -> Self {
        Self::Object(error)
    }
}
