//! ao-rs' ledger: what its sessions cost, a file for each month beside the folder of the sessions.
//! It also knows sessions that were deleted.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::contents::ForeignContents;
use super::file::{self, foreign, has_extension};
use crate::model::{Map, Timestamp, Value};
use crate::store::{LIMITS, parse_record};

/// The last entry of each session, by its project and its id.
#[derive(Default)]
pub struct CostLedger(BTreeMap<(String, String), LedgerEntry>);

/// What the ledger says of a session.
pub struct LedgerEntry {
    pub file: PathBuf,
    pub updated: Timestamp,
    entry: Map,
}

impl LedgerEntry {
    /// Returns what the session has cost.
    pub fn cost(&self) -> Option<&Map> {
        self.entry.get("cost").and_then(Value::as_map)
    }

    /// Returns the branch of the session, if it had one.
    pub fn branch(&self) -> Option<&str> {
        self.entry.get("branch").and_then(Value::as_str).filter(|branch| !branch.is_empty())
    }

    /// Returns when the session began.
    pub fn created(&self) -> Option<Timestamp> {
        time(self.entry.get("created_at"))
    }
}

impl CostLedger {
    /// Reads the ledger that belongs to a folder of sessions. None is needed.
    pub fn beside(sessions: &Path, contents: &mut ForeignContents) -> Self {
        let mut ledger = Self::default();
        let is_default = file::name(sessions) == "sessions";
        let folder = sessions.with_file_name("cost-ledger");
        if !is_default || !folder.is_dir() {
            return ledger;
        }
        for file in file::list(&folder, contents).files {
            if !has_extension(&file, "yaml") {
                contents.ignore(&file, foreign(&file));
                continue;
            }
            match entries(&file) {
                Ok(entries) => entries.into_iter().for_each(|entry| ledger.add(&file, entry)),
                Err(why) => contents.unreadable(file, why),
            }
        }
        ledger
    }

    /// A session has an entry in each month in which it was paid for. The last one has its total.
    fn add(&mut self, file: &Path, entry: Map) {
        let text = |key: &str| entry.get(key).and_then(Value::as_str).map(str::to_owned);
        let (Some(project), Some(id)) = (text("project_id"), text("session_id")) else { return };
        let updated = time(entry.get("updated_at")).unwrap_or(Timestamp::from_millis(0));
        let new = LedgerEntry { file: file.to_owned(), updated, entry };
        if new.cost().is_none() {
            return;
        }
        let key = (project, id);
        if self.0.get(&key).is_none_or(|known| known.updated < updated) {
            self.0.insert(key, new);
        }
    }

    /// Returns what a session has cost.
    pub fn of(&self, project: &str, id: &str) -> Option<&Map> {
        self.0.get(&(project.to_owned(), id.to_owned()))?.cost()
    }

    /// Returns the sessions of the ledger, with their projects and ids.
    pub fn sessions(&self) -> impl Iterator<Item = (&(String, String), &LedgerEntry)> {
        self.0.iter()
    }
}

fn entries(file: &Path) -> Result<Vec<Map>, String> {
    let content = file::read(file)?;
    if content.bytes.len() > LIMITS.bytes {
        return Err(format!("it is larger than {} KiB", LIMITS.bytes >> 10));
    }
    let top = parse_record(&content.bytes).map_err(|problem| problem.to_string())?;
    let Some(Value::List(entries)) = top.get("entries") else {
        return Err("it has no list of 'entries'".to_owned());
    };
    Ok(entries.iter().filter_map(Value::as_map).cloned().collect())
}

fn time(value: Option<&Value>) -> Option<Timestamp> {
    match value? {
        Value::String(text) => text.parse().ok(),
        number => Some(Timestamp::from_millis(i64::try_from(number.as_u64()?).ok()?)),
    }
}
