use std::collections::BTreeMap;
use std::ffi::OsString;

use super::Provenance;
use crate::model::Oid;

/// The lines of a file, and the commits that added them.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Blame {
    /// The lines that were asked for, in their order.
    pub lines: Vec<BlameLine>,
    /// Their commits. Git's null id stands for what is not committed.
    pub commits: BTreeMap<Oid, BlameCommit>,
}

/// A line in the output of `git blame`.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct BlameLine {
    /// The commit that added the line.
    pub commit: Oid,
    /// The number of the line, from 1.
    pub number: u32,
    /// Its number in that commit.
    pub original_number: u32,
    /// The file's path in that commit, from the top directory.
    pub original_path: OsString,
    /// The line, without its newline.
    pub text: Vec<u8>,
    /// The only session that has added the line, if its commit comes from none.
    pub likely: Option<Provenance>,
    pub(super) header: Vec<u8>,
}

impl BlameLine {
    pub(super) fn new(commit: Oid, original_number: u32, number: u32) -> Self {
        let (original_path, text, header) = (OsString::new(), Vec::new(), Vec::new());
        Self { commit, number, original_number, original_path, text, likely: None, header }
    }

    /// Returns false for a line that is not committed.
    pub fn is_committed(&self) -> bool {
        !self.commit.is_null()
    }

    /// Returns what `git blame --porcelain` prints before the line.
    pub fn porcelain_header(&self) -> &[u8] {
        &self.header
    }
}

/// A commit in the output of `git blame`.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct BlameCommit {
    /// The author's name.
    pub author: String,
    /// The author's email address.
    pub author_mail: String,
    /// The author's time, in seconds.
    pub author_time: i64,
    /// The author's time zone, in seconds east of UTC.
    pub author_offset: i32,
    /// The first line of the message.
    pub summary: String,
    /// True if git went no further back: its lines may be older.
    pub is_boundary: bool,
    /// The sessions that it comes from; none if that is not known.
    pub found: Vec<Provenance>,
}

impl Blame {
    /// Returns the sessions that a line comes from; none if that is not known.
    pub fn found<'b>(&'b self, line: &'b BlameLine) -> &'b [Provenance] {
        match self.commits.get(&line.commit) {
            Some(commit) if !commit.found.is_empty() => &commit.found,
            _ => line.likely.as_slice(),
        }
    }
}
