//! The rows of the index: one for each record, all of the same size, without pointers, so that they
//! are the same in memory and in the file. Numbers are little-endian.
//!
//! Texts are not stored, only hashes of them: enough to tell that a session does not have a text.

use gix::ObjectId;

use crate::model::{Kind, Session, SessionId, SessionStatus};

/// The size of a row without its blob's id, which comes last.
const FIXED: usize = 144;

const CREATED: usize = 16;
const UPDATED: usize = 24;
const STATUS: usize = 32;
const KIND: usize = 33;
const FLAGS: usize = 34;
const TITLE: usize = 40;
const AGENT: usize = 48;
const BRANCH: usize = 56;
const ISSUE: usize = 64;
const ISSUE_URL: usize = 72;
const PR: usize = 80;
const PR_URL: usize = 88;
const TAGS: usize = 96;
const REPLICAS: usize = 104;
const FORK: usize = 112;
const SPAWNED_BY: usize = 128;

/// The code of a status or a kind that is not one of the known words.
const OTHER: u8 = u8::MAX;

/// The record is corrupt, or written by a newer version: nothing but its place is known.
const UNKNOWN: u8 = 1;
const HAS_FORK: u8 = 2;
const HAS_SPAWNED_BY: u8 = 4;
const HAS_PR: u8 = 8;

pub(super) const KINDS: [Kind; 6] = [
    Kind::Task,
    Kind::Conversation,
    Kind::Evaluation,
    Kind::Refinement,
    Kind::Demo,
    Kind::Orchestrator,
];

/// Returns the size of a row, if ids of objects have `id` bytes.
pub(super) fn width(id: usize) -> usize {
    FIXED + id
}

/// Hashes a text (FNV-1a); 0 stands for no text.
pub(super) fn hash(text: &str) -> u64 {
    let mixed = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    mixed.max(1)
}

/// Returns a set with a text; sets of several texts are joined with `|`.
pub(super) fn set(text: &str) -> u64 {
    1 << (hash(text) >> 58)
}

fn optional(text: Option<&str>) -> u64 {
    text.map_or(0, hash)
}

/// The rows of a shard that is being indexed.
#[derive(Default)]
pub(in crate::store) struct RowBuffer(pub Vec<u8>);

impl RowBuffer {
    /// Adds the row of a record, or of one that cannot be decoded.
    pub fn add(&mut self, id: SessionId, blob: &ObjectId, session: Option<&Session>) {
        let mut row = [0; FIXED];
        row[..16].copy_from_slice(id.as_bytes());
        match session {
            Some(session) => fill(&mut row, session),
            None => row[FLAGS] = UNKNOWN,
        }
        self.0.extend_from_slice(&row);
        self.0.extend_from_slice(blob.as_slice());
    }

    /// Adds a row that is already there.
    pub fn copy(&mut self, row: Row<'_>) {
        self.0.extend_from_slice(row.0);
    }
}

fn fill(row: &mut [u8; FIXED], session: &Session) {
    let mut put = |at: usize, value: u64| row[at..at + 8].copy_from_slice(&value.to_le_bytes());
    put(CREATED, session.created_at.as_millis().unsigned_abs());
    put(UPDATED, session.updated_at.as_millis().unsigned_abs());
    put(TITLE, hash(&session.title));
    put(AGENT, optional(session.agent.as_deref()));
    put(BRANCH, optional(session.branch.as_deref()));
    put(ISSUE, optional(session.issue_id.as_deref()));
    put(ISSUE_URL, optional(session.issue_url.as_deref()));
    put(PR, session.pr_number.unwrap_or(0));
    put(PR_URL, optional(session.pr_url.as_deref()));
    put(TAGS, session.tags.iter().fold(0, |all, tag| all | set(tag)));
    put(REPLICAS, session.placements.keys().fold(0, |all, name| all | set(name)));
    row[STATUS] = code(SessionStatus::ALL.iter().position(|it| *it == session.status));
    row[KIND] = code(KINDS.iter().position(|it| *it == session.kind));
    if session.pr_number.is_some() {
        row[FLAGS] |= HAS_PR;
    }
    if let Some(fork) = &session.fork {
        row[FLAGS] |= HAS_FORK;
        row[FORK..FORK + 16].copy_from_slice(fork.session.as_bytes());
    }
    if let Some(parent) = session.spawned_by {
        row[FLAGS] |= HAS_SPAWNED_BY;
        row[SPAWNED_BY..SPAWNED_BY + 16].copy_from_slice(parent.as_bytes());
    }
}

fn code(position: Option<usize>) -> u8 {
    position.and_then(|at| u8::try_from(at).ok()).unwrap_or(OTHER)
}

/// One row.
#[derive(Clone, Copy)]
pub(in crate::store) struct Row<'a>(pub(super) &'a [u8]);

impl Row<'_> {
    pub fn id(self) -> SessionId {
        self.session(0)
    }

    pub fn blob(self) -> ObjectId {
        ObjectId::from_bytes_or_panic(&self.0[FIXED..])
    }

    /// Returns true if nothing but the place of the record is known.
    pub fn is_unknown(self) -> bool {
        self.has(UNKNOWN)
    }

    pub(super) fn created(self) -> u64 {
        self.number(CREATED)
    }

    pub(super) fn updated(self) -> u64 {
        self.number(UPDATED)
    }

    /// Returns the status; None if it is not one of the known words.
    pub(super) fn status(self) -> Option<SessionStatus> {
        SessionStatus::ALL.get(usize::from(self.0[STATUS])).cloned()
    }

    /// Returns the kind; None if it is not one of the known words.
    pub(super) fn kind(self) -> Option<&'static Kind> {
        KINDS.get(usize::from(self.0[KIND]))
    }

    pub(super) fn title(self) -> u64 {
        self.number(TITLE)
    }

    pub(super) fn agent(self) -> u64 {
        self.number(AGENT)
    }

    pub(super) fn branch(self) -> u64 {
        self.number(BRANCH)
    }

    pub(super) fn issue(self) -> [u64; 2] {
        [self.number(ISSUE), self.number(ISSUE_URL)]
    }

    pub(super) fn pr(self) -> Option<u64> {
        self.has(HAS_PR).then(|| self.number(PR))
    }

    pub(super) fn pr_url(self) -> u64 {
        self.number(PR_URL)
    }

    pub(super) fn tags(self) -> u64 {
        self.number(TAGS)
    }

    pub(super) fn replicas(self) -> u64 {
        self.number(REPLICAS)
    }

    pub(super) fn fork(self) -> Option<SessionId> {
        self.has(HAS_FORK).then(|| self.session(FORK))
    }

    pub(super) fn spawned_by(self) -> Option<SessionId> {
        self.has(HAS_SPAWNED_BY).then(|| self.session(SPAWNED_BY))
    }

    fn has(self, flag: u8) -> bool {
        self.0[FLAGS] & flag != 0
    }

    fn number(self, at: usize) -> u64 {
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&self.0[at..at + 8]);
        u64::from_le_bytes(bytes)
    }

    fn session(self, at: usize) -> SessionId {
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&self.0[at..at + 16]);
        SessionId::from_bytes(bytes)
    }
}
