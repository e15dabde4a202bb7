//! Reads back what was captured.

use gix::ObjectId;
use gix::objs::tree::EntryKind;

use super::layout::{SUBAGENTS, ref_name};
use super::recorded::{Conversation, Generation, conversations};
use super::{RawPlace, TranscriptError, TranscriptStore};
use crate::git::{RawTree, Repository, gix_id};
use crate::model::SessionId;

/// A transcript as it was captured last: one conversation of an agent, or of its subagent.
#[derive(Debug)]
pub struct Transcript<'s> {
    /// The agent's name.
    pub agent: String,
    /// The agent's own id of the conversation.
    pub agent_session_id: String,
    /// The format of its lines.
    pub format: String,
    /// The subagent whose conversation it is.
    pub subagent: Option<String>,
    /// The number of times that the agent has written the file anew, and once more.
    pub generation: usize,
    segments: Vec<(String, ObjectId)>,
    repo: &'s Repository,
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
    ) -> Result<Vec<Transcript<'_>>, TranscriptError> {
        let repo = self.repository();
        let Some(tip) = self.ledger().tip(&ref_name(session, replica))? else {
            return Ok(Vec::new());
        };
        let root = repo.read_tree(repo.read_commit(gix_id(&tip))?.tree)?;
        let mut found = Vec::new();
        for (folder, id, about) in conversations(repo, &root)? {
            let about = about.unwrap_or_default();
            let tree = repo.read_tree(id)?;
            found.extend(transcript(repo, &about, &folder, &tree, None)?);
            let subs = tree.child(SUBAGENTS, EntryKind::Tree).map(|id| repo.read_tree(id));
            for sub in subs.transpose()?.iter().flat_map(RawTree::entries) {
                if !sub.mode.is_tree() {
                    continue;
                }
                let name = sub.filename.to_string();
                let place = format!("{folder}/{SUBAGENTS}/{name}");
                let tree = repo.read_tree(sub.oid.to_owned())?;
                found.extend(transcript(repo, &about, &place, &tree, Some(name))?);
            }
        }
        Ok(found)
    }
}

fn transcript<'s>(
    repo: &'s Repository,
    about: &Conversation,
    place: &str,
    tree: &RawTree,
    subagent: Option<String>,
) -> Result<Option<Transcript<'s>>, TranscriptError> {
    let Some(newest) = Generation::newest(repo, tree)? else { return Ok(None) };
    let Conversation { agent, session, format } = about.clone();
    Ok(Some(Transcript {
        agent,
        agent_session_id: session,
        format,
        subagent,
        generation: newest.number,
        segments: newest.paths(place)?,
        repo,
    }))
}

impl Transcript<'_> {
    /// Iterates over the lines. The last one may be incomplete.
    pub fn lines(&self) -> impl Iterator<Item = Result<Line, TranscriptError>> {
        Lines { transcript: self, next: 0, segment: (0, Vec::new()), at: 0 }
    }
}

struct Lines<'t> {
    transcript: &'t Transcript<'t>,
    /// The segment to read next.
    next: usize,
    /// The segment that was read last, and its number.
    segment: (usize, Vec<u8>),
    /// How much of it was returned.
    at: usize,
}

impl Lines<'_> {
    /// Reads the next segment. Returns false if there is none.
    fn read(&mut self) -> Result<bool, TranscriptError> {
        let Some((_, id)) = self.transcript.segments.get(self.next) else { return Ok(false) };
        let bytes = self.transcript.repo.read_blob(*id)?;
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
        let segment = self.transcript.segments[self.segment.0].0.clone();
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

impl Iterator for Lines<'_> {
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
