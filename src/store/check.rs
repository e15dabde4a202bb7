//! Checks a store for damage, without interpreting its records.

mod finding;
mod unchecked;

use std::collections::{BTreeSet, HashSet};

pub use self::finding::{FsckFinding, Severity};
use self::unchecked::Unchecked;
use super::repair::Inspector;
use super::{
    Entry, History, LIMITS, Namesake, RecordProblem, Shelf, Snapshot, Store, StoreError,
    Unexpected, Visibility,
};
use crate::git::{RefState, gix_id};
use crate::ledger::LedgerError;
use crate::model::{Oid, Session, Timestamp, error_chain};

impl Store {
    /// Checks the whole store, including the private sessions if the store was opened with them. A
    /// session that has both a public and a private record, as an interrupted change of its
    /// visibility leaves it, is a finding. Every object that the tips reach is read and compared
    /// with its id.
    ///
    /// # Errors
    /// Fails if the store has a newer format. Unreadable objects are findings, not errors.
    pub fn check_all(&self) -> Result<Vec<FsckFinding>, StoreError> {
        let mut findings = self.check_ref(Visibility::Public)?;
        for mut finding in self.check_ref(Visibility::Private)? {
            if !finding.place.starts_with("refs/") {
                finding.place = format!("private {}", finding.place);
            }
            findings.push(finding);
        }
        // Unreadable parts have been reported above.
        findings.extend(self.check_duplicates().unwrap_or_default());
        let namesakes = self.snapshot().and_then(|snapshot| snapshot.all_namesakes());
        findings.extend(namesakes.unwrap_or_default().into_iter().map(|namesake| {
            let (project, id) = (&namesake.place.project, namesake.place.id.short());
            let mut finding = shared_id(&namesake);
            finding.problem +=
                &format!("; if it is not yours: git ao delete --force {project}/{id}");
            finding
        }));
        Ok(findings)
    }

    fn check_ref(&self, visibility: Visibility) -> Result<Vec<FsckFinding>, StoreError> {
        let Some(name) = self.ref_of(visibility) else { return Ok(Vec::new()) };
        let (state, mut findings) = match self.damage(name, &mut Inspector::new(self)) {
            Err(StoreError::Ledger(LedgerError::Ref(error))) => {
                return Ok(vec![FsckFinding::wrong(name, error_chain(&error))]);
            }
            known => known?,
        };
        let damaged = self.repository().read_reflog(name)?.damaged;
        if damaged > 0 {
            let problem = format!("its reflog has {damaged} damaged lines");
            findings.push(FsckFinding::wrong(name, problem));
        }
        if let RefState::At(tip) = &state {
            match self.check_tree(tip) {
                Ok(more) => {
                    let known: HashSet<_> = findings.iter().map(|it| it.place.clone()).collect();
                    let is_new = |more: &FsckFinding| {
                        more.place == "history" || !known.contains(&more.place)
                    };
                    findings.extend(more.into_iter().filter(is_new));
                }
                Err(_) if !findings.is_empty() => {}
                Err(error) => return Err(error),
            }
            findings.sort();
        }
        Ok(findings)
    }

    fn check_duplicates(&self) -> Result<Vec<FsckFinding>, StoreError> {
        let (mut findings, snapshot) = (Vec::new(), self.snapshot()?);
        if snapshot.tip_of(Visibility::Private).is_none() {
            return Ok(findings);
        }
        let mut private = snapshot.private_sessions();
        let public = Snapshot::at(self, snapshot.tip().cloned())?;
        for shelf in [Shelf::Active, Shelf::Archived] {
            for Entry { location, .. } in public.found_entries(shelf) {
                if private.remove(&location.owner()) {
                    let id = location.id.short();
                    let problem = format!(
                        "is also private; to resolve this: git ao set {id} visibility=private (or public)"
                    );
                    findings.push(FsckFinding::wrong(location.to_string(), problem));
                }
            }
        }
        Ok(findings)
    }

    /// Checks everything that an event reaches: the layout, the types of entries, the records, the
    /// history, and ids that several projects use. The findings are sorted by place.
    ///
    /// # Errors
    /// Fails if the event does not belong to a store, or to one of a newer format.
    pub fn check(&self, tip: &Oid) -> Result<Vec<FsckFinding>, StoreError> {
        let mut findings = self.check_tree(tip)?;
        let snapshot = Snapshot::at(self, Some(tip.clone()))?;
        findings.extend(snapshot.all_namesakes().unwrap_or_default().iter().map(shared_id));
        findings.sort();
        Ok(findings)
    }

    fn check_tree(&self, tip: &Oid) -> Result<Vec<FsckFinding>, StoreError> {
        let snapshot = Snapshot::at(self, Some(tip.clone()))?;
        let unknown = |Unexpected { path, why }| FsckFinding {
            severity: if is_shelf(&path) { Severity::Wrong } else { Severity::Unknown },
            place: path,
            problem: why,
        };
        let mut findings: Vec<FsckFinding> =
            snapshot.unexpected().into_iter().map(unknown).collect();
        let unreadable = snapshot.unreadable().into_iter();
        findings.extend(unreadable.map(|Unexpected { path, why }| FsckFinding::wrong(path, why)));
        let mut active = BTreeSet::new();
        for shelf in [Shelf::Active, Shelf::Archived] {
            for entry in snapshot.found_entries(shelf) {
                let key = (entry.location.project.clone(), entry.location.id);
                let is_double = match shelf {
                    Shelf::Active => !active.insert(key),
                    Shelf::Archived => active.contains(&key),
                };
                let place = entry.location.to_string();
                if is_double {
                    findings.push(FsckFinding::wrong(&*place, "is both archived and active"));
                }
                let found = match self.read_record(&snapshot, &entry) {
                    Ok(session) => future_problem(&session, self.clock().now())
                        .map(|problem| (Severity::Wrong, problem)),
                    Err(problem) => Some((severity(&problem), problem.to_string())),
                };
                findings.extend(found.map(|(severity, problem)| FsckFinding {
                    severity,
                    problem,
                    place,
                }));
            }
        }
        let mut unchecked = Unchecked::of(&snapshot);
        for event in snapshot.events(History::default()) {
            match event {
                Ok(event) => unchecked.check(&event),
                Err(error) => findings.push(FsckFinding::wrong("history", error.to_string())),
            }
        }
        findings.extend(unchecked.findings);
        findings.sort();
        Ok(findings)
    }

    fn read_record(
        &self,
        snapshot: &Snapshot<'_>,
        entry: &Entry,
    ) -> Result<Session, RecordProblem> {
        match self.repository().blob_size(gix_id(&entry.blob)) {
            Ok(size) if size > LIMITS.bytes as u64 => Err(RecordProblem::TooLarge),
            Ok(_) => snapshot.load(entry),
            Err(error) => Err(RecordProblem::Object(error.to_string())),
        }
    }
}

/// Returns the finding for a session that shares its id with one of another project. The session of
/// the repository's own project is not at fault.
fn shared_id(Namesake { place, other }: &Namesake) -> FsckFinding {
    FsckFinding::wrong(place.to_string(), format!("has the same id as '{other}'"))
}

/// Returns the problem of a record whose update time is in the future, as a wrong clock sets it.
fn future_problem(session: &Session, now: Timestamp) -> Option<String> {
    let id = session.id.short();
    (session.updated_at > now.latest()).then(|| {
        format!(
            "has an update time in the future, {}; to correct it: git ao set {id} updated_at=now",
            session.updated_at
        )
    })
}

/// Returns true for the path of a shelf: without it no record can be found.
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
