//! Captures what an agent has added to its files.

use std::io::Read;
use std::path::Path;

use gix::ObjectId;
use gix::objs::Kind;
use gix::objs::tree::EntryKind;

use super::input::{Comparison, Input};
use super::layout::{
    CONVERSATION, FILES, SUBAGENTS, conversation_folder, generation_folder, is_file_name, ref_name,
    segment,
};
use super::recorded::{Conversation, Generation, conversations};
use super::rows::TakenRows;
use super::segments::Segments;
use super::sizes::Sizes;
use super::{CaptureExtent, Source, SourceKind, TranscriptError, TranscriptStore};
use crate::git::{Lock, RawTree, Repository, gix_id};
use crate::ledger::{Edit, RefUpdate};
use crate::model::{Oid, SessionId};

/// The number of times that a capture begins again because somebody else moved its ref.
const ATTEMPTS: usize = 3;

/// What a capture has added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Captured {
    /// The bytes that are new, in transcripts and in files to which they refer.
    pub bytes: u64,
    /// The lines that are new in transcripts.
    pub lines: u64,
}

impl TranscriptStore {
    /// Captures what is new in the files of a conversation. A file that is missing adds nothing,
    /// and what was captured of it before stays.
    ///
    /// # Errors
    /// Fails if a file cannot be read, or is not a regular file, if all captures of the session
    /// together would be larger than `limit` bytes, or if the store cannot be written. Nothing is
    /// captured then.
    pub fn capture(
        &self,
        session: SessionId,
        replica: &str,
        source: &Source,
        extent: CaptureExtent,
        limit: u64,
    ) -> Result<Captured, TranscriptError> {
        if source.kind == SourceKind::Document && extent == CaptureExtent::Lines {
            return Ok(Captured::default());
        }
        let _kept = self.keep_purge_out()?;
        let alone = self.lock_session(session, replica)?;
        let mut attempt = 1;
        loop {
            match self.capture_locked(&alone, (session, replica), source, extent, limit) {
                Err(TranscriptError::Moved) if attempt < ATTEMPTS => attempt += 1,
                Err(error @ TranscriptError::TooLarge { captured, .. }) => {
                    self.note_stopped(session, captured);
                    return Err(error);
                }
                done => return done,
            }
        }
    }

    fn capture_locked(
        &self,
        lock: &Lock,
        (session, replica): (SessionId, &str),
        source: &Source,
        extent: CaptureExtent,
        limit: u64,
    ) -> Result<Captured, TranscriptError> {
        let (repo, ledger) = (self.repository(), self.ledger());
        let name = ref_name(session, replica);
        repo.forget_objects();
        let tip = ledger.tip(&name)?;
        let sizes = Sizes::read(lock, tip.as_ref());
        let mut capture = Capture::begin(repo, session, source, tip.as_ref(), sizes)?;
        capture.limit = limit;
        capture.rows = TakenRows::read(repo, session, replica, tip.as_ref());
        capture.take_all(extent)?;
        let Capture { root, edits, captured, sizes, rows, .. } = capture;
        if edits.is_empty() {
            return Ok(captured);
        }
        let tree = ledger.write_tree(&root, edits)?;
        let message = message(session, &Conversation::from(source), captured);
        let ((), updates) = ledger.commit_with_retry(|now| {
            if ledger.tip(&name)? != tip {
                return Err(TranscriptError::Moved);
            }
            let new = ledger.write_commit(tree, tip.as_ref().map(gix_id), &message, (now, None))?;
            let (name, expected, log) = (name.clone(), tip.clone(), "capture".to_owned());
            Ok(((), vec![RefUpdate { name, expected, new, log }]))
        })?;
        if let Some(update) = updates.first() {
            sizes.write(lock, &update.new);
            rows.write(repo, session, replica, &update.new);
        }
        // If that fails, it is said once more that the capture has stopped.
        let _ = self.note_captured(session);
        Ok(captured)
    }
}

pub(super) fn message(session: SessionId, about: &Conversation, captured: Captured) -> String {
    let Conversation { agent, session: agent_session_id, format } = about;
    let Captured { bytes, lines } = captured;
    format!(
        "capture {}\n\nAo-Session: {session}\nAo-Agent: {agent}\nAo-Agent-Session: \
         {agent_session_id}\nAo-Format: {format}\nAo-Bytes: {bytes}\nAo-Lines: {lines}\n",
        session.short()
    )
}

/// A capture in progress.
pub(super) struct Capture<'a> {
    pub repo: &'a Repository,
    session: SessionId,
    source: &'a Source,
    root: RawTree,
    /// The conversation's folder, and what it holds.
    folder: String,
    known: RawTree,
    edits: Vec<Edit>,
    captured: Captured,
    pub sizes: Sizes,
    pub rows: TakenRows,
    /// How much may be captured of the session, in bytes.
    limit: u64,
}

impl<'a> Capture<'a> {
    fn begin(
        repo: &'a Repository,
        session: SessionId,
        source: &'a Source,
        tip: Option<&Oid>,
        sizes: Option<Sizes>,
    ) -> Result<Self, TranscriptError> {
        let about = Conversation::from(source);
        for name in [&about.agent, &about.session, &about.format] {
            check_name(name)?;
        }
        let root = match tip {
            Some(tip) => repo.read_tree(repo.read_commit(gix_id(tip))?.tree)?,
            None => RawTree::empty(),
        };
        let before = conversations(repo, &root)?;
        let sizes = match sizes {
            Some(sizes) => sizes,
            None => Sizes::measure(repo, &root)?,
        };
        let count = before.len();
        let same = before.into_iter().find(|(_, _, it)| it.as_ref() == Some(&about));
        let (folder, known) = match same {
            Some((folder, id, _)) => (folder, repo.read_tree(id)?),
            None => (conversation_folder(count, &about.session), RawTree::empty()),
        };
        let (edits, captured) = (Vec::new(), Captured::default());
        let (limit, rows) = (u64::MAX, TakenRows::default());
        Ok(Self { repo, session, source, root, folder, known, edits, captured, sizes, rows, limit })
    }

    fn take_all(&mut self, extent: CaptureExtent) -> Result<(), TranscriptError> {
        let source = self.source;
        self.take_one(&[], &source.file, &source.agent_session_id, extent)?;
        for (name, file) in &source.subagents {
            check_name(name)?;
            self.take_one(&[SUBAGENTS, name], file, name, extent)?;
        }
        for (name, file) in &source.files {
            self.take_file(name, file)?;
        }
        if !self.edits.is_empty() && self.known.child(CONVERSATION, EntryKind::Blob).is_none() {
            let about = Conversation::from(source);
            let text = serde_json::to_vec(&about).unwrap_or_default();
            let id = self.repo.write_bytes(Kind::Blob, &text)?;
            self.put([CONVERSATION], id);
        }
        Ok(())
    }

    /// Captures what is new in a transcript, which has this folder in the conversation's, and this
    /// id for the agent.
    fn take_one(
        &mut self,
        folder: &[&str],
        file: &Path,
        id: &str,
        extent: CaptureExtent,
    ) -> Result<(), TranscriptError> {
        match self.source.kind {
            SourceKind::Lines | SourceKind::Document => self.take(folder, file, extent),
            SourceKind::Rows(tables) => self.take_rows(folder, (file, tables), id, extent),
        }
    }

    fn take(
        &mut self,
        folder: &[&str],
        file: &Path,
        extent: CaptureExtent,
    ) -> Result<(), TranscriptError> {
        let Some(mut input) = Input::open(file)? else { return Ok(()) };
        let place = self.place(folder);
        let known = self.tree(folder)?;
        let before = Generation::newest(self.repo, &known)?;
        let (number, count, offset) = match &before {
            None => (1, 0, 0),
            Some(before) => {
                let size = match self.sizes.of(&place) {
                    Some(size) => size,
                    None => before.size()?,
                };
                match input.compare(before, size, extent)? {
                    Comparison::Same => (before.number, before.count()?, size),
                    Comparison::Shortened => return Ok(()),
                    Comparison::Rewritten => {
                        let Some(again) = input.rewind()? else { return Ok(()) };
                        input = again;
                        (before.number + 1, 0, 0)
                    }
                }
            }
        };
        // Nothing is written if it is known beforehand to be too much.
        self.check_limit(input.rest_after(offset).unwrap_or(0))?;
        let meta = input.metadata().clone();
        let segments = match extent {
            CaptureExtent::Lines => Segments::of_lines(input),
            CaptureExtent::All => Segments::of_all(input),
        };
        let new = self.add(folder, number, count, segments, (file, extension(file)))?;
        self.sizes.grow(place, offset + new, new, (file, &meta));
        Ok(())
    }

    /// Adds segments to a generation of a transcript that has so many. Returns their size.
    pub fn add(
        &mut self,
        folder: &[&str],
        generation: usize,
        count: usize,
        segments: Segments<impl Read>,
        (file, extension): (&Path, &str),
    ) -> Result<u64, TranscriptError> {
        let generation = generation_folder(generation);
        let mut new = 0;
        for (nth, bytes) in segments.enumerate() {
            let bytes = bytes.map_err(|source| TranscriptError::Io {
                act: "read",
                path: file.to_owned(),
                source,
            })?;
            self.check_limit(new + bytes.len() as u64)?;
            let id = self.repo.write_bytes(Kind::Blob, &bytes)?;
            let (part, name) = segment(count + nth, self.session, extension);
            let path = folder.iter().copied().chain(generation.as_deref());
            self.put(path.chain([part.as_str(), name.as_str()]), id);
            self.captured.lines += memchr::memchr_iter(b'\n', &bytes).count() as u64;
            new += bytes.len() as u64;
        }
        self.captured.bytes += new;
        Ok(new)
    }

    /// Checks that this many more bytes may be captured.
    fn check_limit(&self, new: u64) -> Result<(), TranscriptError> {
        let (total, limit) = (self.sizes.total(), self.limit);
        if new == 0 || total.saturating_add(new) <= limit {
            return Ok(());
        }
        Err(TranscriptError::TooLarge { limit, captured: total - self.captured.bytes })
    }

    /// Captures a file to which the transcript refers, as a whole.
    fn take_file(&mut self, name: &str, file: &Path) -> Result<(), TranscriptError> {
        let parts: Vec<&str> = name.split('/').collect();
        parts.iter().try_for_each(|part| check_name(part))?;
        let Some((last, folders)) = parts.split_last() else { return Ok(()) };
        let folder: Vec<&str> = [FILES].iter().chain(folders).copied().collect();
        let place = format!("{}/{last}", self.place(&folder));
        let known = self.tree(&folder)?.child(last, EntryKind::Blob);
        let Some(mut input) = Input::open(file)? else { return Ok(()) };
        let meta = input.metadata().clone();
        if known.is_some() && self.sizes.is_same(&place, file, &meta) {
            return Ok(());
        }
        let mut bytes = Vec::new();
        self.check_limit(input.rest_after(0).unwrap_or(0))?;
        input.read_to_end(&mut bytes).map_err(|source| TranscriptError::Io {
            act: "read",
            path: file.to_owned(),
            source,
        })?;
        let id = self.repo.write_bytes(Kind::Blob, &bytes)?;
        let is_new = known != Some(id);
        let new = if is_new { bytes.len() as u64 } else { 0 };
        if is_new {
            self.put(folder.into_iter().chain([*last]), id);
        }
        self.captured.bytes += new;
        self.sizes.add_file(place, new, (file, &meta));
        Ok(())
    }

    /// Returns a tree in the conversation's folder, as it was before.
    pub fn tree(&self, folder: &[&str]) -> Result<RawTree, TranscriptError> {
        let mut tree = self.known.clone();
        for name in folder {
            tree = match tree.child(name, EntryKind::Tree) {
                Some(id) => self.repo.read_tree(id)?,
                None => RawTree::empty(),
            };
        }
        Ok(tree)
    }

    fn put<'p>(&mut self, path: impl IntoIterator<Item = &'p str>, id: ObjectId) {
        let mut full = vec![self.folder.as_str().into()];
        full.extend(path.into_iter().map(Into::into));
        self.edits.push(Edit { path: full, entry: Some((EntryKind::Blob, id)) });
    }

    /// Returns the path of a folder of the conversation.
    pub fn place(&self, folder: &[&str]) -> String {
        let all: Vec<_> =
            [self.folder.as_str()].into_iter().chain(folder.iter().copied()).collect();
        all.join("/")
    }
}

/// Returns the extension of a transcript, which the names of its segments have too.
fn extension(file: &Path) -> &str {
    let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let name = Path::new(name.strip_suffix(".zst").unwrap_or(name));
    let extension = name.extension().and_then(|it| it.to_str());
    extension.filter(|it| is_file_name(it)).unwrap_or("jsonl")
}

fn check_name(name: &str) -> Result<(), TranscriptError> {
    if is_file_name(name) { Ok(()) } else { Err(TranscriptError::BadName(name.to_owned())) }
}
