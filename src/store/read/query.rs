//! Queries: which sessions, in which order, and how many.

use super::listed::load_in_parallel;
use super::survey::Survey;
use super::walk::Scope;
use super::{Entry, ListedSession, Listing, Snapshot, Unexpected};
use crate::model::{Filter, Order, Shelf, Subject, Timestamp, Unread};
use crate::store::Location;
use crate::store::index::Columns;

/// A selection of sessions. A [`Filter`] alone is one, too: of the active sessions that it matches.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    pub(in crate::store) filter: Filter,
    pub(in crate::store) shelves: Vec<Shelf>,
    pub(in crate::store) order: Option<Order>,
    pub(in crate::store) limit: Option<usize>,
}

impl Query {
    /// Selects the active sessions that match.
    pub fn new(filter: Filter) -> Self {
        Self { filter, shelves: vec![Shelf::Active], order: None, limit: None }
    }

    /// Selects from these shelves instead.
    pub fn on(self, shelves: impl IntoIterator<Item = Shelf>) -> Self {
        Self { shelves: shelves.into_iter().collect(), ..self }
    }

    /// Sets the order.
    pub fn sorted(self, order: Order) -> Self {
        Self { order: Some(order), ..self }
    }

    /// Selects at most this many sessions, the first ones in the order.
    pub fn at_most(self, limit: usize) -> Self {
        Self { limit: Some(limit), ..self }
    }

    /// Returns the columns of the index that decide what the query selects.
    pub(super) fn columns(&self) -> Columns {
        let columns = Columns::from(&self.filter);
        if self.limit.is_some() { columns.and(Columns::DATES) } else { columns }
    }

    /// Returns true if the query may select only some of the sessions, so that their records need
    /// not all be read.
    pub(super) fn is_selective(&self) -> bool {
        self.limit.is_some() || self.filter != Filter::All
    }

    /// Returns true if the query selects the session.
    pub(super) fn selects(&self, ListedSession { location, session }: &ListedSession) -> bool {
        match session {
            Ok(session) => {
                let subject = Subject { session, shelf: location.shelf };
                self.filter.matches(subject)
            }
            Err(_) => self.filter.matches_corrupt(unread(location)),
        }
    }
}

impl Default for Query {
    /// Selects all active sessions.
    fn default() -> Self {
        Self::new(Filter::All)
    }
}

impl From<Filter> for Query {
    fn from(filter: Filter) -> Self {
        Self::new(filter)
    }
}

impl From<&Filter> for Query {
    fn from(filter: &Filter) -> Self {
        Self::new(filter.clone())
    }
}

impl From<&Query> for Query {
    fn from(query: &Query) -> Self {
        query.clone()
    }
}

impl Snapshot<'_> {
    /// Returns the sessions that a query selects; without an order, the last updated first. Corrupt
    /// records come last. They are selected if the filter matches whatever they may hold, and by
    /// the status `corrupt`.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let dir = tempfile::tempdir()?;
    /// # assert!(std::process::Command::new("git").args(["init", "-q"]).arg(dir.path()).status()?.success());
    /// # let store = git_ao::store::Store::discover(dir.path())?;
    /// use git_ao::model::{Filter, Order, Shelf, SortKey};
    /// use git_ao::store::Query;
    ///
    /// let filter = Filter::parse("status:done and not tag:ci", store.clock().now())?;
    /// let snapshot = store.snapshot()?;
    /// let last = snapshot.query(&filter);
    /// let query = Query::new(filter)
    ///     .on([Shelf::Active, Shelf::Archived])
    ///     .sorted(Order::by(SortKey::Title))
    ///     .at_most(10);
    /// let ten = snapshot.query(&query);
    /// # assert_eq!((last.sessions.len(), ten.sessions.len()), (0, 0));
    /// # Ok(()) }
    /// ```
    pub fn query(&self, query: impl Into<Query>) -> Listing {
        self.query_where(query, |_| true)
    }

    /// Returns the sessions that a query selects, and for which `keep` returns true.
    pub fn query_where(
        &self,
        query: impl Into<Query>,
        keep: impl FnMut(&ListedSession) -> bool,
    ) -> Listing {
        let query = query.into();
        if query.is_selective() {
            let mut surveys: Vec<_> =
                query.shelves.iter().map(|it| self.survey(*it, query.columns())).collect();
            let unreadable = self.unreadable_in(&mut surveys);
            return Listing { sessions: self.pick(surveys, &query, keep), unreadable };
        }
        let (mut entries, mut unreadable) = (Vec::new(), Vec::new());
        for shelf in &query.shelves {
            let mut found = self.found_on(Scope::all(*shelf));
            entries.append(&mut found.0);
            unreadable.append(&mut found.1);
        }
        Listing { sessions: self.select(entries, &query, keep), unreadable }
    }

    /// Returns the unreadable folders that belong to the listing of these shelves.
    pub(super) fn unreadable_in(&self, surveys: &mut [Survey]) -> Vec<Unexpected> {
        let unreadable = surveys.iter_mut().flat_map(|survey| {
            let (shelf, found) = (survey.shelf, std::mem::take(&mut survey.unreadable));
            found.into_iter().filter_map(move |found| self.unreadable_on(shelf, found))
        });
        unreadable.collect()
    }

    /// Loads the records at these places that a query selects, and for which `keep` returns true.
    pub fn select(
        &self,
        mut entries: Vec<Entry>,
        query: &Query,
        mut keep: impl FnMut(&ListedSession) -> bool,
    ) -> Vec<ListedSession> {
        entries.retain(|entry| query.filter.may_match(unread(&entry.location)));
        let mut selected = load_in_parallel(self.store, entries);
        selected.retain(|listed| query.selects(listed) && keep(listed));
        sort(&mut selected, &query.order.clone().unwrap_or_default(), self.store.clock().now());
        selected.truncate(query.limit.unwrap_or(usize::MAX));
        selected
    }
}

pub(super) fn unread(location: &Location) -> Unread<'_> {
    Unread { id: location.id, project: &location.project, shelf: location.shelf }
}

/// Sorts the sessions. Corrupt records come last.
pub(super) fn sort(listed: &mut [ListedSession], order: &Order, now: Timestamp) {
    use std::cmp::Ordering::{Greater, Less};
    listed.sort_by(|a, b| {
        let by_place = || (a.location.id, &a.location).cmp(&(b.location.id, &b.location));
        match (&a.session, &b.session) {
            (Ok(x), Ok(y)) => order.compare(x, y, now).then_with(by_place),
            (Ok(_), Err(_)) => Less,
            (Err(_), Ok(_)) => Greater,
            (Err(_), Err(_)) => by_place(),
        }
    });
}
