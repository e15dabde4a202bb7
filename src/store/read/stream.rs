//! Partly loaded sessions, so that lists of any length need little memory.

use std::convert::Infallible;
use std::io;

use super::listed::in_parallel;
use super::record::{Content, stored_form};
use super::snapshot::load_record;
use super::spill::Spill;
use super::walk::Scope;
use super::whole::Key;
use super::{Entry, ListedRecord, ListedSession, Query, Snapshot, Unexpected};
use crate::git::gix_id;
use crate::store::index::ENOUGH;
use crate::store::records::{Records, RecordsWriter};
use crate::store::{Store, StoredRecord};

impl Snapshot<'_> {
    /// Maps the sessions that a query selects, and for which `keep` returns true,
    /// in the order of [`query`](Self::query); and the unreadable folders.
    ///
    /// `make` is called on several threads, and must not rely on an order. If all sessions are
    /// selected, only few of them are held at once.
    pub fn map_sessions<T: Send>(
        &self,
        query: impl Into<Query>,
        keep: impl Fn(&ListedSession) -> bool + Sync,
        make: impl Fn(ListedSession) -> T + Sync,
    ) -> (Vec<T>, Vec<Unexpected>) {
        self.map_records(query, |record| {
            let listed = record.listed();
            keep(&listed).then(|| make(listed))
        })
    }

    /// Does the same with records, which need not have been parsed. Those of which `make` returns
    /// None are left out.
    pub fn map_records<T: Send>(
        &self,
        query: impl Into<Query>,
        make: impl Fn(ListedRecord<'_>) -> Option<T> + Sync,
    ) -> (Vec<T>, Vec<Unexpected>) {
        let (query, mut all) = (query.into(), Vec::new());
        let records = self.records_for(&query);
        let is_stored = records.is_some();
        let add = |made: &mut Vec<T>, record: ListedRecord<'_>| made.extend(make(record));
        let in_order = self.each_in_order(&query, records, &add, &mut |mut made| {
            all.append(&mut made);
            Ok::<_, Infallible>(())
        });
        match in_order {
            Some(Ok(unreadable)) => (all, unreadable),
            None => self.map_all(&query, is_stored, &make, |made| made),
        }
    }

    /// Writes the texts of the records that a query selects, in the order of
    /// [`query`](Self::query). Returns the unreadable folders.
    ///
    /// `render` appends the text of a record, or nothing. It is called on several threads, and must
    /// not rely on an order. `write` gets one or more texts at once. If all sessions are selected,
    /// only few of them are held at once; texts that have to wait for others are in a temporary
    /// file.
    ///
    /// # Errors
    /// Fails like `write`, or if the temporary file cannot be read.
    pub fn write_sessions<E: From<io::Error>>(
        &self,
        query: impl Into<Query>,
        render: impl Fn(&mut String, ListedRecord<'_>) + Sync,
        mut write: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<Vec<Unexpected>, E> {
        let query = query.into();
        let records = self.records_for(&query);
        let is_stored = records.is_some();
        let mut each = |text: String| write(text.as_bytes());
        if let Some(in_order) = self.each_in_order(&query, records, &render, &mut each) {
            return in_order;
        }
        let mut spill = Spill::default();
        let put = |text: String| spill.put(&text);
        let text = |record: ListedRecord<'_>| {
            let mut text = String::new();
            render(&mut text, record);
            Some(text).filter(|text| !text.is_empty())
        };
        let (pieces, unreadable) = self.map_all(&query, is_stored, &text, put);
        pieces.into_iter().try_for_each(|piece| write(spill.read(piece)?))?;
        Ok(unreadable)
    }

    /// Returns the stored records, if all sessions are selected.
    fn records_for(&self, query: &Query) -> Option<Records> {
        if query.is_selective() { None } else { self.stored_records() }
    }

    /// Adds up the records that a query selects, in its order and in many parts. `each` gets the
    /// parts. Returns the unreadable folders, or None if the order is not known before all are
    /// read.
    fn each_in_order<A: Default + Send, E>(
        &self,
        query: &Query,
        records: Option<Records>,
        add: &(impl Fn(&mut A, ListedRecord<'_>) + Sync),
        each: &mut dyn FnMut(A) -> Result<(), E>,
    ) -> Option<Result<Vec<Unexpected>, E>> {
        if !query.is_selective() {
            return self.each_stored(records?, query, add, each);
        }
        let listing = self.query(query);
        let mut parts = listing.sessions.into_iter().map(|listed| {
            let mut part = A::default();
            add(&mut part, listed.into());
            part
        });
        Some(parts.try_for_each(each).map(|()| listing.unreadable))
    }

    /// Returns what `put` makes of all sessions on the shelves of a query, in its order. `put` gets
    /// them in the order of the tree, in which objects are near each other. Unless there is a file
    /// of the records, it is written.
    fn map_all<T: Send, U>(
        &self,
        query: &Query,
        is_stored: bool,
        make: &(impl Fn(ListedRecord<'_>) -> Option<T> + Sync),
        mut put: impl FnMut(T) -> U,
    ) -> (Vec<U>, Vec<Unexpected>) {
        let (mut entries, mut unreadable) = (Vec::new(), Vec::new());
        for shelf in &query.shelves {
            let mut found = self.found_on(Scope::all(*shelf));
            entries.append(&mut found.0);
            unreadable.append(&mut found.1);
        }
        let is_worth_it = !is_stored && entries.len() >= ENOUGH;
        let mut writer = is_worth_it.then(|| self.records_writer()).flatten();
        let (now, order) = (self.store.clock().now(), query.order.clone().unwrap_or_default());
        let is_written = writer.is_some();
        let act = |store: &Store, entry: &Entry| {
            let (location, session) = (entry.location.clone(), load_record(store, entry));
            let key = Key::of(session.as_ref().ok(), &order, now);
            let form = if is_written { stored_form(&session) } else { None };
            let stored = form.as_ref().and_then(|form| StoredRecord::parse(form.as_deref()?));
            let content = match (session, stored) {
                (Ok(session), Some(stored)) => Content::Both(session, stored),
                (session, _) => Content::Parsed(session),
            };
            let made = make(ListedRecord { location, content });
            (form, made.map(|made| (key, made)))
        };
        let (mut all, mut at) = (Vec::with_capacity(entries.len()), entries.iter());
        in_parallel(self.store, &entries, &act, |(form, made)| {
            let Some(Entry { location, blob }) = at.next() else { return };
            if let (Some(writer), Some(form)) = (&mut writer, form) {
                writer.add(&gix_id(blob), form.as_deref());
            }
            all.extend(made.map(|(key, made)| (key, location, put(made))));
        });
        // It is no error if there is no file.
        let _ = writer.and_then(|writer: RecordsWriter| writer.finish(self.store.repository()));
        all.sort_unstable_by(|(x, a, _), (y, b, _)| {
            x.compare(y, &order, now).then_with(|| (a.id, a).cmp(&(b.id, b)))
        });
        (all.into_iter().map(|(.., made)| made).collect(), unreadable)
    }
}
