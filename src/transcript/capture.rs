//! Captures what an agent has added to its files.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use gix::ObjectId;
use gix::objs::Kind;
use gix::objs::tree::EntryKind;

use super::layout::{
    CONVERSATION, FILES, SUBAGENTS, conversation_folder, generation_folder, is_name, ref_name,
    segment,
};
use super::recorded::{Conversation, Generation, conversations};
use super::segments::Segments;
use super::sizes::Sizes;
use super::{Source, TranscriptError, TranscriptStore};
use crate::git::{RawTree, Repository, gix_id};
use crate::ledger::{Edit, RefUpdate};
use crate::model::{Oid, SessionId};

/// The number of bytes before the captured end that must not have changed.
const CHECKED: usize = 4096;

/// How much of a file is captured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaptureExtent {
    /// Complete lines: the agent may be writing the last one.
    Lines,
    /// All of it: the agent has ended. The part that was captured before is compared as a whole.
    All,
}

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
        let name = ref_name(session, replica);
        let ((captured, sizes), updates) = self.ledger().commit_with_retry(|now| {
            let tip = self.ledger().tip(&name)?;
            let sizes = Sizes::read(self.repository(), session, replica, tip.as_ref());
            let mut capture =
                Capture::begin(self.repository(), session, source, tip.as_ref(), sizes)?;
            capture.take_all(extent)?;
            let Capture { root, edits, captured, sizes, .. } = capture;
            let total = sizes.total();
            if captured.bytes > 0 && total > limit {
                let captured = total - captured.bytes;
                return Err(TranscriptError::TooLarge { limit, captured });
            }
            if edits.is_empty() {
                return Ok(((captured, sizes), Vec::new()));
            }
            let tree = self.ledger().write_tree(&root, edits)?;
            let message = message(session, &Conversation::from(source), captured);
            let parent = tip.as_ref().map(gix_id);
            let new = self.ledger().write_commit(tree, parent, &message, (now, None))?;
            let log = "capture".to_owned();
            let update = RefUpdate { name: name.clone(), expected: tip, new, log };
            Ok::<_, TranscriptError>(((captured, sizes), vec![update]))
        })?;
        if let Some(update) = updates.first() {
            sizes.write(self.repository(), session, replica, &update.new);
        }
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
struct Capture<'a> {
    repo: &'a Repository,
    session: SessionId,
    source: &'a Source,
    root: RawTree,
    /// The conversation's folder, and what it holds.
    folder: String,
    known: RawTree,
    edits: Vec<Edit>,
    captured: Captured,
    sizes: Sizes,
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
        Ok(Self { repo, session, source, root, folder, known, edits, captured, sizes })
    }

    fn take_all(&mut self, extent: CaptureExtent) -> Result<(), TranscriptError> {
        let source = self.source;
        self.take(&[], &source.file, extent)?;
        for (name, file) in &source.subagents {
            check_name(name)?;
            self.take(&[SUBAGENTS, name], file, extent)?;
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

    /// Captures what is new in a transcript, which has this folder in the conversation's.
    fn take(
        &mut self,
        folder: &[&str],
        file: &Path,
        extent: CaptureExtent,
    ) -> Result<(), TranscriptError> {
        let Some(mut open) = open(file)? else { return Ok(()) };
        let failed = |source| TranscriptError::Io { act: "read", path: file.to_owned(), source };
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
                match self.compare(before, size, &mut open, extent, failed)? {
                    Comparison::Same => (before.number, before.count()?, size),
                    Comparison::Shortened => return Ok(()),
                    Comparison::Rewritten => (before.number + 1, 0, 0),
                }
            }
        };
        open.seek(SeekFrom::Start(offset)).map_err(failed)?;
        let segments = match extent {
            CaptureExtent::Lines => Segments::of_lines(open),
            CaptureExtent::All => Segments::of_all(open),
        };
        let generation = generation_folder(number);
        let mut end = offset;
        let extension = file.extension().and_then(|it| it.to_str()).unwrap_or("jsonl");
        for (nth, bytes) in segments.enumerate() {
            let bytes = bytes.map_err(failed)?;
            let id = self.repo.write_bytes(Kind::Blob, &bytes)?;
            let (part, name) = segment(count + nth, self.session, extension);
            let path = folder.iter().copied().chain(generation.as_deref());
            self.put(path.chain([part.as_str(), name.as_str()]), id);
            self.captured.bytes += bytes.len() as u64;
            self.captured.lines += memchr::memchr_iter(b'\n', &bytes).count() as u64;
            end += bytes.len() as u64;
        }
        self.sizes.grow(place, end, end - offset);
        Ok(())
    }

    /// Captures a file to which the transcript refers, as a whole.
    fn take_file(&mut self, name: &str, file: &Path) -> Result<(), TranscriptError> {
        let parts: Vec<&str> = name.split('/').collect();
        parts.iter().try_for_each(|part| check_name(part))?;
        let Some(mut open) = open(file)? else { return Ok(()) };
        let mut bytes = Vec::new();
        open.read_to_end(&mut bytes).map_err(|source| TranscriptError::Io {
            act: "read",
            path: file.to_owned(),
            source,
        })?;
        let Some((last, folders)) = parts.split_last() else { return Ok(()) };
        let folder: Vec<&str> = [FILES].iter().chain(folders).copied().collect();
        let id = self.repo.write_bytes(Kind::Blob, &bytes)?;
        if self.tree(&folder)?.child(last, EntryKind::Blob) != Some(id) {
            self.put(folder.into_iter().chain([*last]), id);
            self.captured.bytes += bytes.len() as u64;
            self.sizes.add(bytes.len() as u64);
        }
        Ok(())
    }

    /// Compares a file with what was captured of it.
    fn compare(
        &self,
        before: &Generation<'_>,
        size: u64,
        file: &mut File,
        extent: CaptureExtent,
        failed: impl Fn(io::Error) -> TranscriptError,
    ) -> Result<Comparison, TranscriptError> {
        let now = file.metadata().map_err(&failed)?.len();
        if now >= size && extent == CaptureExtent::Lines {
            let end = before.end(CHECKED)?;
            file.seek(SeekFrom::Start(size - end.len() as u64)).map_err(&failed)?;
            let mut there = vec![0; end.len()];
            file.read_exact(&mut there).map_err(&failed)?;
            return Ok(if there == end { Comparison::Same } else { Comparison::Rewritten });
        }
        file.seek(SeekFrom::Start(0)).map_err(&failed)?;
        for id in before.segments() {
            let segment = self.repo.read_blob(id?)?;
            let mut there = Vec::new();
            file.take(segment.len() as u64).read_to_end(&mut there).map_err(&failed)?;
            if !segment.starts_with(&there) {
                return Ok(Comparison::Rewritten);
            }
            if there.len() < segment.len() {
                return Ok(Comparison::Shortened);
            }
        }
        Ok(Comparison::Same)
    }

    /// Returns a tree in the conversation's folder, as it was before.
    fn tree(&self, folder: &[&str]) -> Result<RawTree, TranscriptError> {
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
    fn place(&self, folder: &[&str]) -> String {
        let all: Vec<_> =
            [self.folder.as_str()].into_iter().chain(folder.iter().copied()).collect();
        all.join("/")
    }
}

/// How a file relates to what was captured of it.
enum Comparison {
    /// It begins with that.
    Same,
    /// It is the beginning of that: it is being written anew, or was cut.
    Shortened,
    Rewritten,
}

/// Opens a file for reading; None if there is none.
fn open(file: &Path) -> Result<Option<File>, TranscriptError> {
    let failed = |source| TranscriptError::Io { act: "read", path: file.to_owned(), source };
    let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
    let flags = i32::try_from(flags.bits()).unwrap_or_default();
    let opened = OpenOptions::new().read(true).custom_flags(flags).open(file);
    let opened = match opened {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) if error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error()) => {
            return Err(TranscriptError::NotAFile(file.to_owned()));
        }
        opened => opened.map_err(failed)?,
    };
    let is_file = opened.metadata().map_err(failed)?.is_file();
    if is_file { Ok(Some(opened)) } else { Err(TranscriptError::NotAFile(file.to_owned())) }
}

fn check_name(name: &str) -> Result<(), TranscriptError> {
    if is_name(name) { Ok(()) } else { Err(TranscriptError::BadName(name.to_owned())) }
}
