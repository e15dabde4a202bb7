//! Makes the form of a session's transcripts that is shared: one commit without parents, so that
//! what an earlier one had does not stay in a history.

use gix::ObjectId;
use gix::objs::Kind;
use gix::objs::tree::EntryKind;

use super::layout::{CONVERSATION, FILES, SUBAGENTS, ref_name, segment};
use super::recorded::{Generation, conversations};
use super::segments::Segments;
use super::{TranscriptError, TranscriptStore};
use crate::git::{RawTree, Repository, gix_id, oid};
use crate::ledger::Edit;
use crate::model::{Oid, SessionId};

/// The transcripts of a session without secrets, as a commit that can be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SharedForm {
    /// The commit. It has no parents.
    pub commit: Oid,
    /// Its tree.
    pub tree: Oid,
    /// The size of all transcripts and files in it.
    pub bytes: u64,
    /// The number of lines of the transcripts.
    pub lines: u64,
}

/// A part of what is shared, before secrets are removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SharedPart<'p> {
    /// A whole transcript with this format.
    Transcript(&'p str),
    /// A file to which a transcript refers.
    File,
}

impl TranscriptStore {
    /// Writes the form in which the transcripts of a session in a clone are shared: the newest
    /// generation of each, after `redact` has removed the secrets. None if nothing was captured.
    ///
    /// The objects are not reachable until a ref is given to them.
    ///
    /// # Errors
    /// Fails if the store cannot be read or written, or if `redact` fails.
    pub fn write_shared_form<E: From<TranscriptError>>(
        &self,
        session: SessionId,
        replica: &str,
        rules: u32,
        redact: impl FnMut(SharedPart<'_>, Vec<u8>) -> Result<Vec<u8>, E>,
    ) -> Result<Option<SharedForm>, E> {
        let _kept = self.keep_purge_out().map_err(from)?;
        let Some(tip) = self.ledger().tip(&ref_name(session, replica)).map_err(from)? else {
            return Ok(None);
        };
        let repo = self.repository();
        let commit = repo.read_commit(gix_id(&tip)).map_err(from)?;
        let root = repo.read_tree(commit.tree).map_err(from)?;
        let mut form = Form { repo, session, redact, edits: Vec::new(), bytes: 0, lines: 0 };
        for (folder, id, about) in conversations(repo, &root)? {
            let about = about.unwrap_or_default();
            form.conversation(&folder, &repo.read_tree(id).map_err(from)?, &about.format)?;
        }
        let Form { edits, bytes, lines, .. } = form;
        let tree = self.ledger().write_tree(&RawTree::empty(), edits).map_err(from)?;
        let message =
            format!("share {}\n\nAo-Session: {session}\nAo-Redaction: {rules}\n", session.short());
        let now = self.ledger().clock().now();
        let commit = self.ledger().write_commit(tree, None, &message, (now, None)).map_err(from)?;
        Ok(Some(SharedForm { commit, tree: oid(tree), bytes, lines }))
    }

    /// Returns true if a commit is the same as what is to be shared now.
    ///
    /// # Errors
    /// Fails if a commit cannot be read.
    pub fn is_same_form(&self, commit: &Oid, form: &SharedForm) -> Result<bool, TranscriptError> {
        let read = |id: &Oid| self.repository().read_commit(gix_id(id));
        let (before, now) = (read(commit)?, read(&form.commit)?);
        Ok((before.tree, before.message) == (now.tree, now.message))
    }
}

fn from<E: From<TranscriptError>>(error: impl Into<TranscriptError>) -> E {
    error.into().into()
}

struct Form<'r, F> {
    repo: &'r Repository,
    session: SessionId,
    redact: F,
    edits: Vec<Edit>,
    bytes: u64,
    lines: u64,
}

impl<F> Form<'_, F> {
    fn conversation<E: From<TranscriptError>>(
        &mut self,
        folder: &str,
        tree: &RawTree,
        format: &str,
    ) -> Result<(), E>
    where
        F: FnMut(SharedPart<'_>, Vec<u8>) -> Result<Vec<u8>, E>,
    {
        if let Some(about) = tree.child(CONVERSATION, EntryKind::Blob) {
            self.put(&format!("{folder}/{CONVERSATION}"), about);
        }
        self.transcript(folder, tree, format)?;
        if let Some(subagents) = tree.child(SUBAGENTS, EntryKind::Tree) {
            for sub in self.folders(subagents)? {
                let place = format!("{folder}/{SUBAGENTS}/{}", sub.0);
                let tree = self.repo.read_tree(sub.1).map_err(from)?;
                self.transcript(&place, &tree, format)?;
            }
        }
        match tree.child(FILES, EntryKind::Tree) {
            Some(files) => self.files(&format!("{folder}/{FILES}"), files),
            None => Ok(()),
        }
    }

    fn transcript<E: From<TranscriptError>>(
        &mut self,
        place: &str,
        tree: &RawTree,
        format: &str,
    ) -> Result<(), E>
    where
        F: FnMut(SharedPart<'_>, Vec<u8>) -> Result<Vec<u8>, E>,
    {
        let Some(newest) = Generation::newest(self.repo, tree)? else { return Ok(()) };
        let paths = newest.paths(place)?;
        let Some((first, _)) = paths.first() else { return Ok(()) };
        // The folder of the generation, and the end of a segment's name.
        let folder = first.rsplitn(3, '/').nth(2).unwrap_or(place).to_owned();
        let extension = first.rsplit('.').next().unwrap_or("jsonl").to_owned();
        let mut all = Vec::new();
        for (_, id) in &paths {
            all.extend(self.repo.read_blob(*id).map_err(from)?);
        }
        let redacted = (self.redact)(SharedPart::Transcript(format), all)?;
        self.lines += memchr::memchr_iter(b'\n', &redacted).count() as u64;
        for (nth, bytes) in Segments::of_all(&redacted[..]).enumerate() {
            let bytes = bytes.unwrap_or_default();
            let id = self.repo.write_bytes(Kind::Blob, &bytes).map_err(from)?;
            let (part, name) = segment(nth, self.session, &extension);
            self.put(&format!("{folder}/{part}/{name}"), id);
            self.bytes += bytes.len() as u64;
        }
        Ok(())
    }

    fn files<E: From<TranscriptError>>(&mut self, place: &str, tree: ObjectId) -> Result<(), E>
    where
        F: FnMut(SharedPart<'_>, Vec<u8>) -> Result<Vec<u8>, E>,
    {
        let tree = self.repo.read_tree(tree).map_err(from)?;
        for entry in tree.entries() {
            let path = format!("{place}/{}", entry.filename);
            let id = entry.oid.to_owned();
            if entry.mode.is_tree() {
                self.files(&path, id)?;
            } else if entry.mode.is_blob() {
                let bytes = self.repo.read_blob(id).map_err(from)?;
                let redacted = (self.redact)(SharedPart::File, bytes)?;
                let id = self.repo.write_bytes(Kind::Blob, &redacted).map_err(from)?;
                self.put(&path, id);
                self.bytes += redacted.len() as u64;
            }
        }
        Ok(())
    }

    fn folders(&self, tree: ObjectId) -> Result<Vec<(String, ObjectId)>, TranscriptError> {
        let tree = self.repo.read_tree(tree)?;
        let folders = tree.entries().filter(|entry| entry.mode.is_tree());
        Ok(folders.map(|entry| (entry.filename.to_string(), entry.oid.to_owned())).collect())
    }

    fn put(&mut self, path: &str, id: ObjectId) {
        let path = path.split('/').map(Into::into).collect();
        self.edits.push(Edit { path, entry: Some((EntryKind::Blob, id)) });
    }
}
