//! Looking for whatever is wrong with a store, without following any of it.

use std::collections::BTreeSet;

use super::error::gix_id;
use super::{Entry, History, LIMITS, RecordProblem, Shelf, Snapshot, Store, StoreError, Stray};
use crate::model::Oid;

/// Something that is wrong with a store.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// Where: a path in the tree, or a commit.
    pub place: String,
    /// What is wrong there.
    pub problem: String,
    /// How bad that is.
    pub severity: Severity,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// This program does not understand it, and leaves it alone: a newer one may know it.
    Unknown,
    /// It is wrong, or lost.
    Wrong,
}

impl Finding {
    fn wrong(place: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { place: place.into(), problem: problem.into(), severity: Severity::Wrong }
    }
}

impl Store {
    /// Checks the store as it is, and the private sessions if they are looked at: also whether one is
    /// in both, as an interrupted change of its visibility leaves it.
    ///
    /// # Errors
    /// As [`check`](Self::check).
    pub fn check_all(&self) -> Result<Vec<Finding>, StoreError> {
        let mut findings = self.tip()?.map(|tip| self.check(&tip)).transpose()?.unwrap_or_default();
        let Some(tip) = self.private_tip()? else { return Ok(findings) };
        for mut finding in self.check(&tip)? {
            finding.place = format!("private {}", finding.place);
            findings.push(finding);
        }
        let snapshot = self.snapshot()?;
        for shelf in [Shelf::Active, Shelf::Archived] {
            for entry in snapshot.found_entries(shelf)? {
                if let Some(twin) = snapshot.public_twin(&entry.location)? {
                    let id = entry.location.id.short();
                    let problem = format!(
                        "is private too; to decide: git ao set {id} visibility=private (or public)"
                    );
                    findings.push(Finding::wrong(twin.location.to_string(), problem));
                }
            }
        }
        Ok(findings)
    }

    /// Checks everything that can be reached from an event: where things lie, what they are, whether
    /// every record can be read, and whether the history is whole. Sorted by place.
    ///
    /// # Errors
    /// When the event is not that of a store that this program knows.
    pub fn check(&self, tip: &Oid) -> Result<Vec<Finding>, StoreError> {
        let snapshot = Snapshot::at(self, Some(tip.clone()))?;
        let strays = snapshot.strays()?.into_iter();
        let unknown = |stray: Stray| Finding {
            severity: if is_shelf(&stray.path) { Severity::Wrong } else { Severity::Unknown },
            place: stray.path,
            problem: stray.why,
        };
        let mut findings: Vec<Finding> = strays.map(unknown).collect();
        let mut active = BTreeSet::new();
        for shelf in [Shelf::Active, Shelf::Archived] {
            for entry in snapshot.found_entries(shelf)? {
                let key = (entry.location.project.clone(), entry.location.id);
                let is_double = match shelf {
                    Shelf::Active => !active.insert(key),
                    Shelf::Archived => active.contains(&key),
                };
                let place = entry.location.to_string();
                if is_double {
                    findings.push(Finding::wrong(&*place, "is archived and active at once"));
                }
                let problem = self.record_problem(&snapshot, &entry);
                findings.extend(problem.map(|problem| Finding {
                    severity: severity(&problem),
                    problem: problem.to_string(),
                    place,
                }));
            }
        }
        for event in snapshot.events(History::default()) {
            if let Err(error) = event {
                findings.push(Finding::wrong("history", error.to_string()));
            }
        }
        findings.sort();
        Ok(findings)
    }

    fn record_problem(&self, snapshot: &Snapshot<'_>, entry: &Entry) -> Option<RecordProblem> {
        match self.repository().blob_size(gix_id(&entry.blob)) {
            Ok(size) if size > LIMITS.bytes as u64 => Some(RecordProblem::TooLarge),
            Ok(_) => snapshot.load(entry).err(),
            Err(error) => Some(RecordProblem::Object(error.to_string())),
        }
    }
}

/// True for a place without which no record can be found.
fn is_shelf(path: &str) -> bool {
    [Shelf::Active, Shelf::Archived].iter().any(|shelf| shelf.folder() == path)
}

fn severity(problem: &RecordProblem) -> Severity {
    match problem {
        RecordProblem::TooLarge => Severity::Unknown,
        problem if problem.is_newer() => Severity::Unknown,
        _ => Severity::Wrong,
    }
}
