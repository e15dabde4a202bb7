//! Picks the sessions that a query selects.

use std::collections::HashMap;

use super::listed::load_in_parallel;
use super::query::{matches, sort, unread};
use super::survey::Survey;
use super::walk::Scope;
use super::{Entry, ListedSession, Query, Snapshot};
use crate::model::{Dates, Filter, Session, Shelf};
use crate::store::index::{Column, Columns, RowAt};
use crate::store::{Location, RecordProblem, Store, StoreError};

/// The smallest number of records that are read at once.
const AT_LEAST: usize = 16;

/// From how many rows it pays to load the ids of all objects.
const MANY: usize = 64;

impl Snapshot<'_> {
    /// Returns the sessions that a query selects, and of which `keep` returns true, in the order of
    /// [`query`](Self::query).
    ///
    /// # Errors
    /// Fails if a part of the tree is unreadable.
    pub(crate) fn query_all(
        &self,
        query: impl Into<Query>,
        keep: impl FnMut(&ListedSession) -> bool,
    ) -> Result<Vec<ListedSession>, StoreError> {
        let query = query.into();
        let mut surveys = Vec::new();
        for shelf in &query.shelves {
            surveys.push(self.whole_survey(*shelf, query.columns())?);
        }
        Ok(self.pick(surveys, &query, keep))
    }

    /// Returns the places of the records on a shelf that may meet a condition, sorted by project
    /// and id.
    ///
    /// # Errors
    /// Fails if a part of the tree is unreadable.
    pub(super) fn candidates(
        &self,
        shelf: Shelf,
        filter: &Filter,
    ) -> Result<Vec<Entry>, StoreError> {
        let columns = Columns::from(filter);
        let mut entries =
            self.candidates_by(shelf, columns, &|at| filter.decide(at) != Some(false))?;
        entries.retain(|entry| filter.may_match(unread(&entry.location)));
        Ok(entries)
    }

    /// Returns the places of the records on a shelf whose rows may be wanted, and of those without
    /// a row, sorted by project and id.
    ///
    /// # Errors
    /// Fails if a part of the tree is unreadable.
    pub(super) fn candidates_by(
        &self,
        shelf: Shelf,
        columns: Columns,
        may: &dyn Fn(&RowAt<'_>) -> bool,
    ) -> Result<Vec<Entry>, StoreError> {
        let survey = self.whole_survey(shelf, columns)?;
        Ok(self.candidates_in(survey, may))
    }

    /// Returns the same places in a survey.
    pub(super) fn candidates_in(
        &self,
        mut survey: Survey,
        may: &dyn Fn(&RowAt<'_>) -> bool,
    ) -> Vec<Entry> {
        let mut entries = std::mem::take(&mut survey.others);
        entries.extend(self.entries_of(&survey, &survey.rows(may)));
        entries.sort_by(|a, b| a.location.cmp(&b.location));
        entries
    }

    /// Returns the number of records on a shelf.
    ///
    /// # Errors
    /// Fails if a part of the tree is unreadable.
    pub(super) fn count_all(&self, shelf: Shelf) -> Result<usize, StoreError> {
        let survey = self.whole_survey(shelf, Columns::BASE)?;
        Ok(survey.others.len() + survey.rows(&|_| true).len())
    }

    fn whole_survey(&self, shelf: Shelf, columns: Columns) -> Result<Survey, StoreError> {
        let mut survey = self.survey(shelf, columns);
        survey.unreadable.drain(..).try_for_each(|found| self.record(found).map(drop))?;
        Ok(survey)
    }

    /// Returns the places of the records that these rows stand for.
    fn entries_of(&self, survey: &Survey, rows: &[RowAt<'_>]) -> Vec<Entry> {
        if rows.len() > MANY {
            survey.load(Columns::of(&[Column::Blob]));
        }
        // Where the file is damaged, the tree tells.
        rows.iter().filter_map(|at| at.entry().or_else(|| self.entry_at(&at.location()))).collect()
    }

    fn entry_at(&self, location: &Location) -> Option<Entry> {
        let id = location.id.to_string();
        let project = Some(&location.project);
        let mut entries =
            self.records(Scope { shelf: location.shelf, project, prefix: Some(&id) }).ok()?;
        entries.retain(|entry| entry.location == *location);
        entries.pop()
    }

    /// Picks what a query selects. Of the records that the index knows, only those are read that
    /// may be among the first.
    pub(super) fn pick(
        &self,
        mut surveys: Vec<Survey>,
        query: &Query,
        keep: impl FnMut(&ListedSession) -> bool,
    ) -> Vec<ListedSession> {
        let (now, order) = (self.store.clock().now(), query.order.clone().unwrap_or_default());
        let (mut others, mut read) = (Vec::new(), HashMap::new());
        for survey in &mut surveys {
            others.append(&mut survey.others);
            read.extend(survey.read.drain());
        }
        let limit = query.limit.filter(|_| order.needs_only_dates());
        let mut ordered: Vec<(Dates, RowAt<'_>, &Survey)> = Vec::new();
        for survey in &surveys {
            let rows = survey.rows(&|at| query.filter.decide(at) != Some(false));
            let (known, unknown): (Vec<_>, Vec<_>) =
                rows.into_iter().partition(|at| limit.is_some() && !at.row.is_unknown());
            others.extend(self.entries_of(survey, &unknown));
            ordered.extend(known.into_iter().map(|at| (at.dates(), at, survey)));
        }
        let mut picked =
            Picked { store: self.store, filter: &query.filter, keep, read, all: Vec::new() };
        others.retain(|entry| query.filter.may_match(unread(&entry.location)));
        picked.load(others);
        let by_order = |(a, x, _): &(Dates, RowAt<'_>, _), (b, y, _): &(Dates, RowAt<'_>, _)| {
            let by_place = || x.location().cmp(&y.location());
            order.compare_dates(*a, *b, now).then_with(by_place)
        };
        let limit = limit.unwrap_or(usize::MAX);
        let (mut size, mut found) = (limit.max(AT_LEAST), 0);
        while found < limit && !ordered.is_empty() {
            let next = match ordered.len() {
                len if len > size => {
                    // The smallest ones to the end.
                    ordered.select_nth_unstable_by(len - size, |a, b| by_order(b, a));
                    ordered.split_off(len - size)
                }
                _ => std::mem::take(&mut ordered),
            };
            if next.len() > MANY {
                surveys.iter().for_each(|survey| survey.load(Columns::of(&[Column::Blob])));
            }
            let entries = next.iter().flat_map(|(_, at, survey)| self.entries_of(survey, &[*at]));
            found += picked.load(entries.collect());
            size = size.saturating_mul(4);
        }
        let mut selected = picked.all;
        sort(&mut selected, &order, now);
        selected.truncate(query.limit.unwrap_or(usize::MAX));
        selected
    }
}
/// The sessions that are picked, and what decides it.
struct Picked<'a, K> {
    store: &'a Store,
    filter: &'a Filter,
    keep: K,
    /// Records that were read already.
    read: HashMap<Location, Result<Session, RecordProblem>>,
    all: Vec<ListedSession>,
}

impl<K: FnMut(&ListedSession) -> bool> Picked<'_, K> {
    /// Loads records and picks from them. Returns the number of sessions that were picked, without
    /// corrupt records.
    fn load(&mut self, entries: Vec<Entry>) -> usize {
        let (mut listed, mut unread) = (Vec::new(), Vec::new());
        for entry in entries {
            match self.read.remove(&entry.location) {
                Some(session) => listed.push(ListedSession { location: entry.location, session }),
                None => unread.push(entry),
            }
        }
        listed.extend(load_in_parallel(self.store, unread));
        listed.retain(|listed| matches(self.filter, listed) && (self.keep)(listed));
        let count = listed.iter().filter(|listed| listed.session.is_ok()).count();
        self.all.append(&mut listed);
        count
    }
}
