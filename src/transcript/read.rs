//! Reads back what was captured, and what was fetched of other clones.

use std::sync::Arc;

use gix::ObjectId;
use gix::objs::tree::EntryKind;

use super::layout::{FILES, SUBAGENTS, is_file_name, ref_name};
use super::recorded::{Generation, conversations};
use super::{RawPlace, TranscriptError, TranscriptStore};
use crate::git::{RawTree, Repository};
use crate::model::{Oid, SessionId};

/// Where a transcript comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TranscriptOrigin {
    /// It was captured in this clone.
    Captured,
    /// It was fetched, as another clone shared it: without secrets.
    Fetched,
}

/// A transcript as it was captured last: one conversation of an agent, or of its subagent.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Transcript {
    /// The clone that captured it.
    pub replica: String,
    /// Where it comes from.
    pub origin: TranscriptOrigin,
    /// The agent's name.
    pub agent: String,
    /// The agent's own id of the conversation.
    pub agent_session_id: String,
    /// The format of its lines.
    pub format: String,
    /// The subagent whose conversation it is.
    pub subagent: Option<String>,
    /// One more than the number of times that the agent has rewritten the file.
    pub generation: usize,
    segments: Arc<[(String, ObjectId)]>,
    /// The folder of the files to which it refers.
    files: Option<ObjectId>,
    repo: Repository,
}

/// A line of a transcript.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Line {
    /// Where it is.
    pub place: RawPlace,
    /// Its bytes, without the newline.
    pub bytes: Vec<u8>,
}

impl Line {
    /// Makes a line that is in no transcript.
    pub fn of(bytes: Vec<u8>) -> Self {
        let (segment, len) = (String::new(), bytes.len() as u64);
        Self { place: RawPlace { segment, offset: 0, len }, bytes }
    }
}

impl TranscriptStore {
    /// Returns what a clone has captured of a session: its conversations in order, each followed by
    /// those of its subagents.
    ///
    /// # Errors
    /// Fails if the store cannot be read.
    pub fn transcripts(
        &self,
        session: SessionId,
        replica: &str,
    ) -> Result<Vec<Transcript>, TranscriptError> {
        match self.ledger().tip(&ref_name(session, replica))? {
            Some(tip) => self.transcripts_at(&tip, replica, TranscriptOrigin::Captured),
            None => Ok(Vec::new()),
        }
    }

    /// Returns the transcripts in the tree of this commit, or in this tree.
    pub(super) fn transcripts_at(
        &self,
        tip: &Oid,
        replica: &str,
        origin: TranscriptOrigin,
    ) -> Result<Vec<Transcript>, TranscriptError> {
        let repo = self.repository();
        let root = repo.read_tree(self.root_of(tip)?)?;
        let mut found = Vec::new();
        for (folder, id, about) in conversations(repo, &root)? {
            let about = about.unwrap_or_default();
            let mut add = |place: &str, tree: &RawTree, subagent| -> Result<(), TranscriptError> {
                if let Some(newest) = Generation::newest(repo, tree)? {
                    let files = tree.child(FILES, EntryKind::Tree);
                    found.push(Transcript {
                        replica: replica.to_owned(),
                        origin,
                        agent: about.agent.clone(),
                        agent_session_id: about.session.clone(),
                        format: about.format.clone(),
                        subagent,
                        generation: newest.number,
                        segments: newest.paths(place)?.into(),
                        files,
                        repo: repo.clone(),
                    });
                }
                Ok(())
            };
            let tree = repo.read_tree(id)?;
            add(&folder, &tree, None)?;
            let subs = tree.child(SUBAGENTS, EntryKind::Tree).map(|id| repo.read_tree(id));
            for sub in subs.transpose()?.iter().flat_map(RawTree::entries) {
                if !sub.mode.is_tree() {
                    continue;
                }
                let name = sub.filename.to_string();
                let tree = repo.read_tree(sub.oid.to_owned())?;
                add(&format!("{folder}/{SUBAGENTS}/{name}"), &tree, Some(name))?;
            }
        }
        Ok(found)
    }
}

impl Transcript {
    /// Returns true if this is what a subagent said in the other conversation.
    pub fn is_subagent_of(&self, other: &Self) -> bool {
        self.subagent.is_some()
            && other.subagent.is_none()
            && (&self.replica, self.origin) == (&other.replica, other.origin)
            && (&self.agent, &self.agent_session_id) == (&other.agent, &other.agent_session_id)
    }

    /// Returns true if both are of the same conversation, in the same clone.
    pub fn is_same_conversation(&self, other: &Self) -> bool {
        (&self.replica, &self.agent, &self.agent_session_id)
            == (&other.replica, &other.agent, &other.agent_session_id)
    }

    /// Iterates over the lines. The last one may be incomplete.
    pub fn lines(&self) -> Lines {
        self.lines_from(0)
    }

    /// Iterates over the lines from a segment on: those that were captured after so many
    /// [segments](Self::segment_count).
    pub fn lines_from(&self, segment: usize) -> Lines {
        Lines {
            segments: Arc::clone(&self.segments),
            repo: self.repo.clone(),
            next: segment,
            segment: (0, Vec::new()),
            at: 0,
        }
    }

    /// Returns its size, in bytes.
    ///
    /// # Errors
    /// Fails if the store cannot be read.
    pub fn size(&self) -> Result<u64, TranscriptError> {
        self.segments.iter().map(|(_, id)| Ok(self.repo.blob_size(*id)?)).sum()
    }

    /// Returns the number of segments.
    pub fn segment_count(&self) -> usize {
        self.segments.len()
    }

    /// Reads a segment: bytes of the agent's file as they are.
    ///
    /// # Errors
    /// Fails if it cannot be read, or if there are not so many.
    pub fn segment(&self, nth: usize) -> Result<Vec<u8>, TranscriptError> {
        let (_, id) = self.segments.get(nth).ok_or(TranscriptError::NoSegment(nth))?;
        Ok(self.repo.read_blob(*id)?)
    }

    /// Returns the files to which the transcript refers, with their paths: large results of tools.
    ///
    /// # Errors
    /// Fails if one cannot be read.
    pub fn files(&self) -> Result<Vec<(String, Vec<u8>)>, TranscriptError> {
        let mut found = Vec::new();
        let mut folders: Vec<_> = self.files.map(|id| (String::new(), id)).into_iter().collect();
        while let Some((place, id)) = folders.pop() {
            for entry in self.repo.read_tree(id)?.entries() {
                let (name, id) = (entry.filename.to_string(), entry.oid.to_owned());
                // Whoever writes them to a disk must stay in a folder.
                if !is_file_name(&name) {
                    continue;
                }
                if entry.mode.is_tree() {
                    folders.push((format!("{place}{name}/"), id));
                } else if entry.mode.is_blob() {
                    found.push((format!("{place}{name}"), self.repo.read_blob(id)?));
                }
            }
        }
        Ok(found)
    }

    /// Returns the agent's own form of an entry: the lines at its place.
    ///
    /// # Errors
    /// Fails if the place is not in this transcript, or cannot be read.
    pub fn raw(&self, place: &RawPlace) -> Result<Vec<u8>, TranscriptError> {
        let start = self.segments.iter().position(|(path, _)| *path == place.segment);
        let mut nth = start.ok_or(TranscriptError::NoSegment(self.segments.len()))?;
        let (from, len) = (place.offset as usize, place.len as usize);
        let mut bytes = self.segment(nth)?;
        while bytes.len() < from.saturating_add(len) {
            nth += 1;
            bytes.extend(self.segment(nth)?);
        }
        bytes.truncate(from + len);
        Ok(bytes.split_off(from))
    }
}

/// Iterates over the lines of a transcript. After an error there are none.
#[derive(Debug)]
pub struct Lines {
    segments: Arc<[(String, ObjectId)]>,
    repo: Repository,
    /// The segment to read next.
    next: usize,
    /// The segment that was read last, and its number.
    segment: (usize, Vec<u8>),
    /// How much of it was returned.
    at: usize,
}

impl Lines {
    /// Reads the next segment. Returns false if there is none.
    fn read(&mut self) -> Result<bool, TranscriptError> {
        let Some((_, id)) = self.segments.get(self.next) else { return Ok(false) };
        let bytes = self.repo.read_blob(*id)?;
        self.segment = (self.next, bytes);
        (self.next, self.at) = (self.next + 1, 0);
        Ok(true)
    }

    fn line(&mut self) -> Result<Option<Line>, TranscriptError> {
        while self.at == self.segment.1.len() {
            if !self.read()? {
                return Ok(None);
            }
        }
        let segment = self.segments[self.segment.0].0.clone();
        let offset = self.at as u64;
        let mut bytes = Vec::new();
        loop {
            let rest = &self.segment.1[self.at..];
            if let Some(end) = memchr::memchr(b'\n', rest) {
                bytes.extend(&rest[..end]);
                self.at += end + 1;
                break;
            }
            // Its end was captured later.
            bytes.extend(rest);
            self.at = self.segment.1.len();
            if !self.read()? {
                break;
            }
        }
        let len = bytes.len() as u64;
        Ok(Some(Line { place: RawPlace { segment, offset, len }, bytes }))
    }
}

impl Iterator for Lines {
    type Item = Result<Line, TranscriptError>;

    fn next(&mut self) -> Option<Self::Item> {
        let line = self.line();
        if line.is_err() {
            self.next = usize::MAX;
            self.at = self.segment.1.len();
        }
        line.transpose()
    }
}
