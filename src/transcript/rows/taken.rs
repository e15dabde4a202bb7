use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::RowTable;
use crate::git::Repository;
use crate::model::{Oid, SessionId};

/// Which rows were captured of a session. This follows from the lines, but parsing all of them
/// takes longer than the capture of a turn.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct TakenRows {
    tip: Option<Oid>,
    /// The rows of each transcript, by its folder.
    rows: BTreeMap<String, TakenSet>,
}

/// The rows that were captured of a transcript: the hash of each row's key, and of each version.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TakenSet(BTreeSet<u64>);

impl TakenRows {
    /// Reads what the last capture noted. Nothing is known if it was another commit's.
    pub fn read(repo: &Repository, session: SessionId, replica: &str, tip: Option<&Oid>) -> Self {
        let noted = || {
            let text = fs::read(repo.ao_dir().join(file(session, replica))).ok()?;
            let noted: Self = serde_json::from_slice(&text).ok()?;
            (noted.tip.as_ref() == tip).then_some(noted)
        };
        noted().unwrap_or_default()
    }

    /// Notes the rows at a commit. If that fails, the next capture parses the lines.
    pub fn write(self, repo: &Repository, session: SessionId, replica: &str, tip: &Oid) {
        if self.rows.is_empty() {
            return;
        }
        let text = serde_json::to_vec(&Self { tip: Some(tip.clone()), ..self });
        let _ = repo.make_ao_dir(FOLDER);
        let _ = repo.replace_file(&file(session, replica), &text.unwrap_or_default());
    }

    /// Returns the rows of a transcript, if they are known.
    pub fn of(&self, folder: &str) -> Option<&TakenSet> {
        self.rows.get(folder)
    }

    /// Notes the rows of a transcript.
    pub fn set(&mut self, folder: String, rows: TakenSet) {
        self.rows.insert(folder, rows);
    }
}

impl TakenSet {
    /// Adds a row that is a line. One that is no row of these tables is another version's.
    pub fn add_line(&mut self, tables: &[RowTable], line: &[u8]) {
        let Ok(row) = serde_json::from_slice::<Map<String, Value>>(line) else { return };
        // The tables are told apart by their columns: a row of another one has other hashes.
        for (nth, table) in tables.iter().enumerate() {
            let compared: Vec<_> = table.compared().map(|column| column.of(&row)).collect();
            self.add(&RowHashes::of(nth, table, &compared));
        }
    }

    pub fn add(&mut self, row: &RowHashes) {
        self.0.extend([row.key, row.version]);
    }

    /// Returns true if a row was captured in any version.
    pub fn has_key(&self, row: &RowHashes) -> bool {
        self.0.contains(&row.key)
    }

    /// Returns true if a row was captured in this version.
    pub fn has_version(&self, row: &RowHashes) -> bool {
        self.0.contains(&row.version)
    }
}

/// What distinguishes a row from others, and from itself after a change.
pub struct RowHashes {
    key: u64,
    version: u64,
}

impl RowHashes {
    /// Returns the hashes of a row of the `nth` table. Only these columns are compared.
    pub fn of(nth: usize, table: &RowTable, compared: &[Value]) -> Self {
        let (key, _) = compared.split_at(table.key.len());
        Self { key: hash((nth, "key"), key), version: hash((nth, "version"), compared) }
    }
}

/// FNV-1a of the values' JSON. It is stored, so it must not be one that changes between versions of
/// the standard library.
fn hash(about: (usize, &str), values: &[Value]) -> u64 {
    let text = serde_json::to_vec(&(about, values)).unwrap_or_default();
    let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    text.iter().fold(0xcbf2_9ce4_8422_2325, step)
}

const FOLDER: &str = "rows";

fn file(session: SessionId, replica: &str) -> String {
    format!("{FOLDER}/{session}-{replica}")
}
