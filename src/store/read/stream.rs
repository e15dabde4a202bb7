//! Sessions of which only a part is kept, so that lists of any length need little memory.

use std::cmp::Ordering;

use super::listed::in_parallel;
use super::query::unread;
use super::snapshot::load_record;
use super::walk::Scope;
use super::{ListedSession, Listing, Query, Snapshot, Unexpected};
use crate::model::{Dates, Order, Session, Timestamp};

/// What is kept of a session to put it in its place.
enum Key {
    Dates(Dates),
    /// For orders by other fields: a session with these alone.
    Fields(Box<Session>),
    Corrupt,
}

impl Key {
    fn of(listed: &ListedSession, order: &Order) -> Self {
        match &listed.session {
            Ok(session) if order.needs_only_dates() => Self::Dates(session.dates()),
            Ok(session) => Self::Fields(Box::new(order.fields_of(session))),
            Err(_) => Self::Corrupt,
        }
    }

    fn compare(&self, other: &Self, order: &Order, now: Timestamp) -> Ordering {
        match (self, other) {
            (Self::Dates(a), Self::Dates(b)) => order.compare_dates(*a, *b, now),
            (Self::Fields(a), Self::Fields(b)) => order.compare(a, b, now),
            (Self::Corrupt, Self::Corrupt) => Ordering::Equal,
            (_, Self::Corrupt) => Ordering::Less,
            (Self::Corrupt, _) => Ordering::Greater,
            // All keys are of the same order.
            (Self::Dates(_), Self::Fields(_)) | (Self::Fields(_), Self::Dates(_)) => {
                Ordering::Equal
            }
        }
    }
}

impl Snapshot<'_> {
    /// Returns what is made of the sessions that a query selects, and of which `keep` returns true,
    /// in the order of [`query`](Self::query); and the unreadable folders.
    ///
    /// `make` is called on several threads, and must not rely on an order. `put` gets what it
    /// returns, on this thread. If all sessions are selected, only few of them are held at once.
    pub fn map_sessions<T: Send, U>(
        &self,
        query: impl Into<Query>,
        keep: impl Fn(&ListedSession) -> bool + Sync,
        make: impl Fn(ListedSession) -> T + Sync,
        mut put: impl FnMut(T) -> U,
    ) -> (Vec<U>, Vec<Unexpected>) {
        let query = query.into();
        if query.is_selective() {
            let Listing { sessions, unreadable } = self.query_where(query, keep);
            return (sessions.into_iter().map(|listed| put(make(listed))).collect(), unreadable);
        }
        let (mut entries, mut unreadable) = (Vec::new(), Vec::new());
        for shelf in &query.shelves {
            let mut found = self.found_on(Scope::all(*shelf));
            entries.append(&mut found.0);
            unreadable.append(&mut found.1);
        }
        entries.retain(|entry| query.filter.may_match(unread(&entry.location)));
        let (now, order) = (self.store.clock().now(), query.order.clone().unwrap_or_default());
        let (mut made, mut at) = (Vec::with_capacity(entries.len()), 0..);
        in_parallel(
            self.store,
            &entries,
            &|store, entry| {
                let (location, session) = (entry.location.clone(), load_record(store, entry));
                let listed = ListedSession { location, session };
                let is_wanted = query.selects(&listed) && keep(&listed);
                is_wanted.then(|| (Key::of(&listed, &order), make(listed)))
            },
            |item| {
                let place = at.next().map(|at: usize| &entries[at].location);
                made.extend(item.zip(place).map(|((key, item), place)| (key, place, put(item))));
            },
        );
        made.sort_unstable_by(|(x, a, _), (y, b, _)| {
            x.compare(y, &order, now).then_with(|| (a.id, a).cmp(&(b.id, b)))
        });
        (made.into_iter().map(|(.., item)| item).collect(), unreadable)
    }
}
