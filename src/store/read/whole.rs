//! Lists of all sessions, from the index and the stored records.

use std::cmp::Ordering;

use gix::ObjectId;

use super::listed::{in_parallel, in_shares, load_in_parallel};
use super::record::{ListedRecord, load_stored, stored_form, with_record};
use super::snapshot::{Saves, load_record_at};
use super::survey::Survey;
use super::{Entry, ListedSession, Query, Snapshot, Unexpected};
use crate::git::gix_id;
use crate::model::{Order, Rank, Session, Timestamp};
use crate::store::index::{Column, Columns, ENOUGH, RowAt};
use crate::store::records::{Place, Records, RecordsWriter, enough};
use crate::store::{Location, Store};

/// How many stored records a thread reads at once. They take less time than the threads take to wait
/// for each other.
const SHARE: usize = 1024;

/// What is kept of a session to put it in its place.
pub(super) enum Key {
    Rank(Rank),
    /// For orders by other fields: a session with these alone.
    Fields(Box<Session>),
    Corrupt,
}

impl Key {
    pub fn of(session: Option<&Session>, order: &Order, now: Timestamp) -> Self {
        match session {
            Some(session) if order.needs_only_dates() => {
                Self::Rank(order.rank(session.dates(), now))
            }
            Some(session) => Self::Fields(Box::new(order.fields_of(session))),
            None => Self::Corrupt,
        }
    }

    pub fn compare(&self, other: &Self, order: &Order, now: Timestamp) -> Ordering {
        match (self, other) {
            (Self::Rank(a), Self::Rank(b)) => a.cmp(b),
            (Self::Fields(a), Self::Fields(b)) => order.compare(a, b, now),
            (Self::Corrupt, Self::Corrupt) => Ordering::Equal,
            (_, Self::Corrupt) => Ordering::Less,
            (Self::Corrupt, _) => Ordering::Greater,
            // All keys are of the same order.
            (Self::Rank(_), Self::Fields(_)) | (Self::Fields(_), Self::Rank(_)) => Ordering::Equal,
        }
    }
}

/// A record of the list.
struct Item<'s> {
    source: Source<'s>,
    blob: ObjectId,
    /// Where its record is stored.
    place: Option<Place>,
    key: Key,
}

enum Source<'s> {
    Row(RowAt<'s>),
    Entry(&'s Entry),
}

impl<'s> Item<'s> {
    fn new(source: Source<'s>, blob: ObjectId, records: &Records) -> Self {
        Self { source, blob, place: records.find(&blob), key: Key::Corrupt }
    }

    fn location(&self) -> Location {
        match self.source {
            Source::Row(at) => at.location().expect("the ids are loaded, with the dates"),
            Source::Entry(entry) => entry.location.clone(),
        }
    }
}

impl Snapshot<'_> {
    /// Adds up the sessions on the shelves of a query, in its order and in many parts. `each` gets
    /// the parts. Returns the unreadable folders, or None if many records are not stored and cannot
    /// be: they are then to be read where they are.
    pub(super) fn each_stored<A: Default + Send, E>(
        &self,
        mut records: Records,
        query: &Query,
        add: &(impl Fn(&mut A, ListedRecord<'_>) + Sync),
        each: &mut dyn FnMut(A) -> Result<(), E>,
    ) -> Option<Result<Vec<Unexpected>, E>> {
        let columns = Columns::DATES.and(Columns::of(&[Column::Blob]));
        let mut surveys = Vec::new();
        for shelf in &query.shelves {
            surveys.push(self.survey_with(&records, *shelf, columns));
        }
        let unreadable = self.unreadable_in(&mut surveys);
        let mut items = Vec::new();
        for survey in &surveys {
            for at in survey.all_rows() {
                items.push(Item::new(Source::Row(at), at.blob()?, &records));
            }
            for entry in &survey.others {
                items.push(Item::new(Source::Entry(entry), gix_id(&entry.blob), &records));
            }
        }
        let lacking = items.iter().filter(|item| item.place.is_none()).count();
        if lacking >= enough(records.len()) {
            match self.store_records(&records, &surveys, &items) {
                Some(renewed) => {
                    items.iter_mut().for_each(|item| item.place = renewed.find(&item.blob));
                    records = renewed;
                }
                None if lacking > items.len() / 2 => return None,
                None => {}
            }
        }
        self.sort_items(&mut items, query, &records);
        let add_up = |store: &Store, items: &[Item<'_>]| {
            let share = records.read(items.iter().filter_map(|item| item.place));
            let mut sum = A::default();
            for item in items {
                let (location, place) = (item.location(), (&share, item.place));
                with_record(store, place, location, item.blob, |record| add(&mut sum, record));
            }
            sum
        };
        let made = in_shares(self.store, &items, SHARE, &add_up, each);
        // It is no error if it stays.
        let _ = records.discard_damaged(self.store.repository());
        Some(made.map(|()| unreadable))
    }

    /// Loads records, which may be stored if they are many.
    pub(super) fn load_many(&self, entries: Vec<Entry>) -> Vec<ListedSession> {
        let records = (entries.len() >= ENOUGH).then(|| self.stored_records()).flatten();
        let Some(records) = records else { return load_in_parallel(self.store, entries) };
        let mut sessions = Vec::with_capacity(entries.len());
        let load = |store: &Store, Entry { location, blob }: &Entry| {
            load_stored(store, &records, location.clone(), gix_id(blob))
        };
        in_parallel(self.store, &entries, &load, |session| sessions.push(session));
        let _ = records.discard_damaged(self.store.repository());
        let listed = entries.into_iter().zip(sessions);
        listed.map(|(entry, session)| ListedSession::new(entry.location, session)).collect()
    }

    /// Gives each item its key, and sorts them.
    fn sort_items(&self, items: &mut [Item<'_>], query: &Query, records: &Records) {
        let (now, order) = (self.store.clock().now(), query.order.clone().unwrap_or_default());
        let mut unknown = Vec::new();
        for (number, item) in items.iter_mut().enumerate() {
            match item.source {
                // The object of a record that is not stored may be unreadable by now.
                Source::Row(at)
                    if order.needs_only_dates() && item.place.is_some_and(Place::has_record) =>
                {
                    item.key = Key::Rank(order.rank(at.dates(), now));
                }
                _ => unknown.push((number, item.location(), item.blob)),
            }
        }
        let mut keys = Vec::with_capacity(unknown.len());
        in_parallel(
            self.store,
            &unknown,
            &|store, (_, location, blob)| {
                let session = load_stored(store, records, location.clone(), *blob);
                Key::of(session.as_ref().ok(), &order, now)
            },
            |key| keys.push(key),
        );
        for ((number, ..), key) in unknown.into_iter().zip(keys) {
            items[number].key = key;
        }
        items.sort_unstable_by(|a, b| {
            let by_place = || {
                let (a, b) = (a.location(), b.location());
                (a.id, &a).cmp(&(b.id, &b))
            };
            a.key.compare(&b.key, &order, now).then_with(by_place)
        });
    }

    /// Writes the file of the records anew, with those that are listed. Of those elsewhere, as the
    /// index knows them, it keeps the ones that it has. Returns None if it cannot be written.
    fn store_records(
        &self,
        old: &Records,
        surveys: &[Survey],
        items: &[Item<'_>],
    ) -> Option<Records> {
        let mut writer = self.records_writer()?;
        let mut at = items.iter();
        in_parallel(
            self.store,
            items,
            &|store, item| {
                let read = || load_record_at(store, &item.location(), item.blob);
                copy(old, &item.blob).or_else(|| stored_form(&read()))
            },
            |record| {
                if let (Some(item), Some(record)) = (at.next(), record) {
                    writer.add(&item.blob, record.as_deref());
                }
            },
        );
        for row in surveys.last().into_iter().flat_map(|last| last.rows_elsewhere(surveys)) {
            let blob = row.blob()?;
            if let Some(record) = copy(old, &blob) {
                writer.add(&blob, record.as_deref());
            }
        }
        let repo = self.store.repository();
        writer.finish(repo)?;
        Records::open(repo)
    }

    /// Begins a new file of the records, if this snapshot may and can write one.
    pub(super) fn records_writer(&self) -> Option<RecordsWriter> {
        self.store.index().filter(|_| self.saves() == Saves::Index)?;
        RecordsWriter::begin(self.store.repository())
    }

    /// Returns the stored records, if there are any for this store.
    pub(super) fn stored_records(&self) -> Option<Records> {
        self.store.index()?;
        Records::open(self.store.repository())
    }
}

/// Returns what a file has for a blob, for another file: a record, or nothing in its place, because
/// its object has to be read.
fn copy(records: &Records, blob: &ObjectId) -> Option<Option<Vec<u8>>> {
    let place = records.find(blob)?;
    if !place.has_record() {
        return Some(None);
    }
    let share = records.read([place].into_iter());
    share.record(blob, place).map(|record| Some(record.into_owned()))
}
