use std::cmp::Reverse;
use std::fs::File;
use std::io::{self, BufWriter, Write as _};
use std::os::unix::fs::FileExt as _;
use std::time::Duration;

use gix::ObjectId;

use super::StoredRecord;
use super::file::{FILE, HEADER, LOCK, header, sum};
use super::table::{BEFORE, Place, Row, Table};
use crate::git::{Lock, Repository};
use crate::model::Timestamp;

const NEW: &str = "records.new";

const BUFFER: usize = 1 << 18;

/// Rewrites the file of the records. If that fails, there is no new file.
pub(in crate::store) struct RecordsWriter {
    draft: Option<Draft>,
    _lock: Lock,
}

impl RecordsWriter {
    /// Begins a file. Returns None if another process is writing it, or if it cannot be written.
    pub fn begin(repo: &Repository) -> Option<Self> {
        let lock = repo.lock_named(LOCK, Duration::ZERO).ok()?;
        let file = tempfile::tempfile_in(repo.ao_dir()).ok()?;
        Some(Self { draft: Some(Draft::new(file)), _lock: lock })
    }

    /// Adds a record, or the blob of one whose object has to be read.
    pub fn add(&mut self, blob: &ObjectId, record: Option<&[u8]>) {
        if self.draft.as_mut().is_some_and(|draft| draft.add(blob, record).is_err()) {
            // What was written takes up room.
            self.draft = None;
        }
    }

    /// Writes the file beside the old one, and puts it in its place.
    pub fn finish(self, repo: &Repository) -> Option<()> {
        let file = repo.begin_file(NEW).ok()?;
        self.draft?.finish(file.as_file(), repo.object_hash()).ok()?;
        repo.end_file(FILE, file).ok()
    }
}

/// The records in the order in which they were read. It has no name.
pub(super) struct Draft {
    out: BufWriter<File>,
    at: u64,
    /// With the places in the draft.
    rows: Vec<Row>,
}

impl Draft {
    pub fn new(file: File) -> Self {
        Self { out: BufWriter::with_capacity(BUFFER, file), at: 0, rows: Vec::new() }
    }

    pub fn add(&mut self, blob: &ObjectId, record: Option<&[u8]>) -> io::Result<()> {
        let record = record.unwrap_or_default();
        let size = u32::try_from(record.len()).map_err(io::Error::other)?;
        let stored = StoredRecord::parse(record);
        let updated_at = stored.map_or(Timestamp::EPOCH, |stored| stored.updated_at());
        self.rows.push(Row { blob: *blob, place: Place { at: self.at, size }, updated_at });
        self.at += u64::from(size);
        self.out.write_all(record)
    }

    /// Writes the file. As in most lists, what was updated last comes first: who reads a list reads
    /// the file from the beginning to the end.
    pub fn finish(self, file: &File, hash: gix::hash::Kind) -> io::Result<()> {
        let Self { out, mut rows, .. } = self;
        let draft = out.into_inner()?;
        rows.sort_unstable_by_key(|row| (Reverse(row.updated_at), row.place.at));
        let mut out = BufWriter::with_capacity(BUFFER, file);
        out.write_all(&[0; HEADER])?;
        let (mut at, mut record) = (HEADER as u64, Vec::new());
        for Row { blob, place, .. } in &mut rows {
            let from = std::mem::replace(&mut place.at, at);
            if !place.has_record() {
                continue;
            }
            record.resize(place.size as usize, 0);
            draft.read_exact_at(&mut record, from)?;
            out.write_all(&sum(blob, &record).to_le_bytes())?;
            out.write_all(&record)?;
            at += (BEFORE + record.len()) as u64;
        }
        let table = Table::encode(rows);
        out.write_all(&table)?;
        out.flush()?;
        let header = header(&table, at, hash.len_in_bytes()).ok_or(io::ErrorKind::FileTooLarge)?;
        file.write_all_at(&header, 0)
    }
}
