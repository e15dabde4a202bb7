//! What all sources have in common.

use super::error::ImportError;
use super::places::Places;
use super::report::{ImportReport, report};
use super::save::{Candidate, save};
use super::taking::Taking;
use crate::import::{ForeignContents, ForeignSession, ImportDefaults};
use crate::model::broken_rules;
use crate::ops::common::Engine;
use crate::store::{Transaction, Visibility};

/// The number of sessions that are written with one event. Others can write in between.
const TOGETHER: usize = 500;

impl Engine {
    pub(super) fn import_defaults(&self) -> Result<ImportDefaults, ImportError> {
        let project = self.store().snapshot()?.default_project()?;
        Ok(ImportDefaults::new(project, self.store().clock().now()))
    }

    pub(super) fn plan(
        &self,
        mut contents: ForeignContents,
        visibility: Visibility,
    ) -> Result<ImportReport, ImportError> {
        let candidates = self.candidates(&mut contents, visibility)?;
        let snapshot = self.store().snapshot()?;
        let outcomes = candidates.iter().map(|candidate| candidate.decide(&snapshot));
        let outcomes = outcomes.collect::<Result<Vec<_>, _>>()?;
        Ok(report(contents, outcomes.into_iter().map(|decision| decision.outcome())))
    }

    pub(super) fn take(
        &self,
        mut contents: ForeignContents,
        visibility: Visibility,
        how: &Taking<'_>,
    ) -> Result<ImportReport, ImportError> {
        let candidates = self.candidates(&mut contents, visibility)?;
        let mut outcomes = Vec::new();
        for (part, nth) in candidates.chunks(TOGETHER).zip(0..) {
            self.interrupt().check().map_err(|_| ImportError::Interrupted)?;
            let import = |tx: &mut Transaction<'_>| {
                tx.describe(format!("from {}", how.from));
                part.iter().map(|candidate| save(tx, candidate)).collect::<Result<Vec<_>, _>>()
            };
            outcomes.extend(self.store().transaction("import", import)?.value);
            let first = nth * TOGETHER;
            let found = &mut contents.sessions[first..first + part.len()];
            self.keep_conversations(how, found)?;
        }
        Ok(report(contents, outcomes))
    }

    fn candidates(
        &self,
        contents: &mut ForeignContents,
        visibility: Visibility,
    ) -> Result<Vec<Candidate>, ImportError> {
        let now = self.store().clock().now();
        let mut places = Places::new(self);
        let mut candidates = Vec::new();
        for found in &mut contents.sessions {
            let rules = broken_rules(None, &found.session, now).into_iter();
            found.notes.extend(rules.map(|rule| format!("breaks a rule: {rule}")));
            if let Some(path) = &found.workspace {
                places.place(&mut found.session, path)?;
            }
            if let Some(process) = &found.process {
                self.note_process(&mut found.session, process);
            }
            let ForeignSession { session, shelf, .. } = found;
            candidates.push(Candidate { session: session.clone(), shelf: *shelf, visibility });
        }
        Ok(candidates)
    }
}
