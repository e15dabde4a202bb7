//! The rows of the index: one value in each column for each record, all of fixed size, so that they
//! are the same in memory and in the file.
//!
//! Texts are not stored, only hashes of them: enough to tell that a session does not have a text.

use gix::ObjectId;

use super::columns::{COUNT, Column, Columns};
use super::table::Table;
use crate::model::{Kind, Session, SessionId, SessionStatus};

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

/// Hashes a text (FNV-1a); 0 stands for no text.
pub(in crate::store) fn hash(text: &str) -> u64 {
    let mixed = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    mixed.max(1)
}

/// Returns a set with a text; sets of several texts are joined with `|`.
pub(in crate::store) fn set(text: &str) -> u64 {
    1 << (hash(text) >> 58)
}

fn optional(text: Option<&str>) -> u64 {
    text.map_or(0, hash)
}

/// The rows of a shard that is being indexed, by column.
#[derive(Default)]
pub(in crate::store) struct RowBuffer(pub(super) [Vec<u8>; COUNT]);

impl RowBuffer {
    /// Adds the row of a record, or of one that cannot be decoded.
    pub fn add(&mut self, id: SessionId, blob: &ObjectId, session: Option<&Session>) {
        self.put(Column::Id, id.as_bytes());
        self.put(Column::Blob, blob.as_slice());
        let Some(session) = session else {
            self.put(Column::Codes, &[0, 0, UNKNOWN, 0]);
            let others = Column::ALL.into_iter().skip(3);
            others.for_each(|column| self.put(column, &[0; 16][..column.width(0)]));
            return;
        };
        let mut flags = 0;
        for (is_set, flag) in [
            (session.fork.is_some(), HAS_FORK),
            (session.spawned_by.is_some(), HAS_SPAWNED_BY),
            (session.pr_number.is_some(), HAS_PR),
        ] {
            flags |= if is_set { flag } else { 0 };
        }
        let status = code(SessionStatus::ALL.iter().position(|it| *it == session.status));
        let kind = code(KINDS.iter().position(|it| *it == session.kind));
        self.put(Column::Codes, &[status, kind, flags, 0]);
        for (column, value) in [
            (Column::Created, session.created_at.as_millis().unsigned_abs()),
            (Column::Updated, session.updated_at.as_millis().unsigned_abs()),
            (Column::Title, hash(&session.title)),
            (Column::Agent, optional(session.agent.as_deref())),
            (Column::Branch, optional(session.branch.as_deref())),
            (Column::Issue, optional(session.issue_id.as_deref())),
            (Column::IssueUrl, optional(session.issue_url.as_deref())),
            (Column::Pr, session.pr_number.unwrap_or(0)),
            (Column::PrUrl, optional(session.pr_url.as_deref())),
            (Column::Conversation, optional(session.agent_session_id.as_deref())),
            (Column::Tags, session.tags.iter().fold(0, |all, tag| all | set(tag))),
            (Column::Replicas, session.placements.keys().fold(0, |all, name| all | set(name))),
        ] {
            self.put(column, &value.to_le_bytes());
        }
        let fork = session.fork.as_ref().map(|fork| fork.session);
        for (column, id) in [(Column::Fork, fork), (Column::SpawnedBy, session.spawned_by)] {
            self.put(column, id.map_or([0; 16], |id| *id.as_bytes()).as_slice());
        }
    }

    /// Adds a row of a table that is in memory. Returns None if it is not.
    pub fn copy(&mut self, row: Row<'_>) -> Option<()> {
        Column::ALL.into_iter().try_for_each(|column| {
            self.put(column, row.bytes(column)?);
            Some(())
        })
    }

    /// Returns the only row in one piece, for [`add_piece`](Self::add_piece).
    pub fn into_piece(self) -> Vec<u8> {
        self.0.concat()
    }

    /// Adds a row that was the only one of a table, if ids of objects have `id` bytes.
    pub fn add_piece(&mut self, mut row: &[u8], id: usize) -> Option<()> {
        Column::ALL.into_iter().try_for_each(|column| {
            let (value, rest) = row.split_at_checked(column.width(id))?;
            self.put(column, value);
            row = rest;
            Some(())
        })
    }

    pub fn len(&self) -> usize {
        self.0[Column::Id as usize].len() / Column::Id.width(0)
    }

    fn put(&mut self, column: Column, value: &[u8]) {
        self.0[column as usize].extend_from_slice(value);
    }
}

fn code(position: Option<usize>) -> u8 {
    position.and_then(|at| u8::try_from(at).ok()).unwrap_or(OTHER)
}

/// One row. What is in a column that was not loaded is not known, and None.
#[derive(Clone, Copy)]
pub(in crate::store) struct Row<'a> {
    pub(super) table: &'a Table,
    pub(super) at: usize,
}

impl<'a> Row<'a> {
    pub(super) fn id(self) -> Option<SessionId> {
        self.session(Column::Id)
    }

    pub(super) fn blob(self) -> Option<ObjectId> {
        ObjectId::try_from(self.bytes(Column::Blob)?).ok()
    }

    /// Returns true if nothing but the place of the record is known.
    pub fn is_unknown(self) -> bool {
        self.has(UNKNOWN)
    }

    /// Returns the status; None if it is not one of the known words.
    pub(super) fn status(self) -> Option<&'static SessionStatus> {
        SessionStatus::ALL.get(usize::from(self.codes()[0]))
    }

    /// Returns the kind; None if it is not one of the known words.
    pub(super) fn kind(self) -> Option<&'static Kind> {
        KINDS.get(usize::from(self.codes()[1]))
    }

    pub(super) fn has_pr(self) -> bool {
        self.has(HAS_PR)
    }

    /// Returns the columns with the ids of parents that this row has.
    pub(super) fn parents(self) -> Columns {
        match (self.has(HAS_FORK), self.has(HAS_SPAWNED_BY)) {
            (false, false) => Columns::BASE,
            (true, false) => Columns::of(&[Column::Fork]),
            (false, true) => Columns::of(&[Column::SpawnedBy]),
            (true, true) => Columns::of(&[Column::Fork, Column::SpawnedBy]),
        }
    }

    pub(super) fn is_forked(self) -> bool {
        self.has(HAS_FORK)
    }

    pub(super) fn has_parent(self) -> bool {
        self.has(HAS_FORK | HAS_SPAWNED_BY)
    }

    /// Returns whether the session was forked from, or started by, one that passes the test.
    pub(super) fn any_parent(self, test: impl Fn(SessionId) -> bool) -> Option<bool> {
        let mut any = false;
        for (flag, column) in [(HAS_FORK, Column::Fork), (HAS_SPAWNED_BY, Column::SpawnedBy)] {
            any |= self.has(flag) && test(self.session(column)?);
        }
        Some(any)
    }

    /// Returns a number, a hash or a set.
    pub fn number(self, column: Column) -> Option<u64> {
        self.table.cell(column, self.at).map(|bytes| u64::from_le_bytes(*bytes))
    }

    fn bytes(self, column: Column) -> Option<&'a [u8]> {
        self.table.part(column, self.at..self.at + 1)
    }

    fn codes(self) -> [u8; 4] {
        *self.table.cell(Column::Codes, self.at).expect("a table always has its codes")
    }

    fn has(self, flags: u8) -> bool {
        self.codes()[2] & flags != 0
    }

    fn session(self, column: Column) -> Option<SessionId> {
        self.table.cell(column, self.at).map(|bytes| SessionId::from_bytes(*bytes))
    }
}
