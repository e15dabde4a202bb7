//! Picks the sessions that a query selects.

use std::collections::{BTreeSet, HashMap};

use super::first::First;
use super::query::{sort, unread};
use super::survey::Survey;
use super::walk::Scope;
use super::{Entry, ListedSession, Query, Snapshot};
use crate::model::{Filter, Session, Shelf};
use crate::store::index::{Column, Columns, Place, RowAt, Test};
use crate::store::{Location, RecordProblem, StoreError};

/// The smallest number of records that are read at once.
const AT_LEAST: usize = 16;

/// From how many rows it pays to load the ids of all objects.
const MANY: usize = 64;

impl Snapshot<'_> {
    /// Returns the sessions that a query selects, and for which `keep` returns true, in the order
    /// of [`query`](Self::query).
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
        let test = Test::from(filter);
        let mut entries = self.candidates_by(shelf, columns, &|at| test.may_match(at))?;
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
        Ok(survey.others.len() + survey.all_rows().count())
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
        let (mut entries, mut damaged) = (Vec::new(), BTreeSet::new());
        for at in rows {
            match (at.entry(), at.location()) {
                (Some(entry), _) => entries.push(entry),
                (None, Some(location)) => {
                    let mut there = self.entries_at(at.place).into_iter();
                    entries.extend(there.find(|entry| entry.location == location));
                }
                (None, None) => drop(damaged.insert(at.place)),
            }
        }
        // Where the file has no ids, the tree tells, but not which of them were wanted.
        entries.extend(damaged.into_iter().flat_map(|place| self.entries_at(place)));
        entries
    }

    fn entries_at(&self, place: &Place) -> Vec<Entry> {
        let prefix = format!("{:02x}", place.byte);
        let (shelf, project) = (place.part.shelf, Some(&place.project));
        let scope = Scope { shelf, project, prefix: Some(&prefix) };
        let mut entries = self.records(scope).unwrap_or_default();
        entries.retain(|entry| entry.location.visibility == place.part.visibility);
        entries
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
        let test = Test::from(&query.filter);
        // What has no place in the order, or comes with the others.
        for survey in &surveys {
            let rows =
                survey.rows(&|at| (limit.is_none() || at.row.is_unknown()) && test.may_match(at));
            others.extend(self.entries_of(survey, &rows));
        }
        let mut picked = Picked { snapshot: self, query, keep, read, all: Vec::new() };
        others.retain(|entry| query.filter.may_match(unread(&entry.location)));
        picked.load(others);
        let limit = limit.unwrap_or(0);
        let (mut size, mut found, mut last) = (limit.max(AT_LEAST), 0, None);
        while found < limit {
            let mut first = First::new(&order, now, size, last);
            for (number, survey) in surveys.iter().enumerate() {
                for at in survey.all_rows().filter(|at| !at.row.is_unknown()) {
                    let dates = at.dates();
                    if first.may_add(dates) && test.may_match(&at) {
                        first.add((dates, at, number));
                    }
                }
            }
            let next = first.finish();
            if next.len() > MANY {
                surveys.iter().for_each(|survey| survey.load(Columns::of(&[Column::Blob])));
            }
            let entries = next.iter().flat_map(|(_, at, n)| self.entries_of(&surveys[*n], &[*at]));
            found += picked.load(entries.collect());
            if next.len() < size {
                break;
            }
            last = next.into_iter().next_back();
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
    snapshot: &'a Snapshot<'a>,
    query: &'a Query,
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
        listed.extend(self.snapshot.load_many(unread));
        listed.retain(|listed| self.query.selects(listed) && (self.keep)(listed));
        let count = listed.iter().filter(|listed| listed.session.is_ok()).count();
        self.all.append(&mut listed);
        count
    }
}
