use std::collections::BTreeMap;
use std::ffi::OsStr;

use serde::{Deserialize, Serialize};

use super::{AuthorJson, ProvenanceJson};
use crate::model::{Oid, Timestamp};
use crate::ops::{Blame, BlameCommit, BlameLine, Provenance};

/// What `git ao blame --json` says of a file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct BlameJson {
    /// The file, as it was named.
    pub file: String,
    /// The commits of the lines, by their ids.
    pub commits: BTreeMap<String, BlameCommitJson>,
    /// The lines that were asked for.
    pub lines: Vec<BlameLineJson>,
}

/// A commit of lines.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct BlameCommitJson {
    /// The author.
    pub author: AuthorJson,
    /// The author's time.
    pub date: Timestamp,
    /// The first line of the message.
    pub summary: String,
    /// True if git went no further back: the lines may be older.
    pub boundary: bool,
    /// The sessions that the commit comes from; empty if that is not known.
    pub found: Vec<ProvenanceJson>,
}

/// A line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct BlameLineJson {
    /// Its number, from 1.
    pub line: u32,
    /// The commit that added it; null if it is not committed.
    pub commit: Option<Oid>,
    /// Its number in that commit.
    pub original_line: u32,
    /// The file's path in that commit, from the top directory.
    pub original_file: String,
    /// The line.
    pub text: String,
    /// The sessions that the line comes from, those of its commit or the only one that has added the
    /// line; empty if that is not known.
    pub found: Vec<ProvenanceJson>,
}

impl BlameJson {
    /// Makes the shape for a file.
    pub fn new(file: &OsStr, blame: &Blame) -> Self {
        let commits = blame.commits.iter().filter(|(id, _)| !id.is_null());
        Self {
            file: file.to_string_lossy().into_owned(),
            commits: commits.map(|(id, commit)| (id.to_string(), commit.into())).collect(),
            lines: blame.lines.iter().map(|line| BlameLineJson::new(line, blame)).collect(),
        }
    }
}

impl From<&BlameCommit> for BlameCommitJson {
    fn from(commit: &BlameCommit) -> Self {
        Self {
            author: AuthorJson { name: commit.author.clone(), email: commit.author_mail.clone() },
            date: Timestamp::from_millis(commit.author_time.saturating_mul(1000)),
            summary: commit.summary.clone(),
            boundary: commit.is_boundary,
            found: shapes(&commit.found),
        }
    }
}

impl BlameLineJson {
    fn new(line: &BlameLine, blame: &Blame) -> Self {
        Self {
            line: line.number,
            commit: line.is_committed().then(|| line.commit.clone()),
            original_line: line.original_number,
            original_file: line.original_path.to_string_lossy().into_owned(),
            text: String::from_utf8_lossy(&line.text).into_owned(),
            found: shapes(blame.found(line)),
        }
    }
}

fn shapes(found: &[Provenance]) -> Vec<ProvenanceJson> {
    found.iter().map(|one| ProvenanceJson::new(one, None)).collect()
}
