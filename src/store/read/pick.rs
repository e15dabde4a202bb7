//! Picks the sessions that a query selects.

use std::collections::HashMap;

use super::listed::load_in_parallel;
use super::query::{matches, sort, unread};
use super::survey::Survey;
use super::{Entry, ListedSession, Query, Snapshot};
use crate::model::{Filter, Session, Shelf};
use crate::store::index::RowAt;
use crate::store::{Location, RecordProblem, Store, StoreError};

/// The smallest number of records that are read at once.
const AT_LEAST: usize = 16;

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
            surveys.push(self.whole_survey(*shelf)?);
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
        let mut survey = self.whole_survey(shelf)?;
        let mut entries = std::mem::take(&mut survey.others);
        let (rows, mut unknown) = survey.rows(filter);
        entries.extend(rows.iter().map(|at| at.entry()));
        entries.append(&mut unknown);
        entries.retain(|entry| filter.may_match(unread(&entry.location)));
        entries.sort_by(|a, b| a.location.cmp(&b.location));
        Ok(entries)
    }

    fn whole_survey(&self, shelf: Shelf) -> Result<Survey, StoreError> {
        let mut survey = self.survey(shelf);
        survey.unreadable.drain(..).try_for_each(|found| self.record(found).map(drop))?;
        Ok(survey)
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
        let mut rows = Vec::new();
        for survey in &surveys {
            let (known, mut unknown) = survey.rows(&query.filter);
            rows.extend(known);
            others.append(&mut unknown);
        }
        let mut picked =
            Picked { store: self.store, filter: &query.filter, keep, read, all: Vec::new() };
        others.retain(|entry| query.filter.may_match(unread(&entry.location)));
        picked.load(others);
        let by_order = |a: &RowAt<'_>, b: &RowAt<'_>| {
            let by_place =
                || (a.place.shelf, &a.place.project).cmp(&(b.place.shelf, &b.place.project));
            order.compare_dates(a.dates(), b.dates(), now).then_with(by_place)
        };
        let limit = query.limit.filter(|_| order.needs_only_dates()).unwrap_or(usize::MAX);
        let (mut size, mut found) = (limit.max(AT_LEAST), 0);
        while found < limit && !rows.is_empty() {
            let next = match rows.len() {
                len if len > size => {
                    // The smallest ones to the end.
                    rows.select_nth_unstable_by(len - size, |a, b| by_order(b, a));
                    rows.split_off(len - size)
                }
                _ => std::mem::take(&mut rows),
            };
            found += picked.load(next.iter().map(|at| at.entry()).collect());
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
