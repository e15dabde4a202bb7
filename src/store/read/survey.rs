//! What is on a shelf: known from the index, or read from the trees.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::listed::in_parallel;
use super::overlay::Owner;
use super::record::load_stored;
use super::snapshot::{Saves, load_record};
use super::walk::{Found, Scope, Walk};
use super::{Entry, Snapshot};
use crate::git::gix_id;
use crate::model::{Project, Session, SessionId, Shelf};
use crate::store::index::{Columns, ENOUGH, Index, Part, Place, RowAt, RowBuffer, Shard};
use crate::store::records::Records;
use crate::store::{Location, RecordProblem, Store, Visibility};

/// Why the ids are known where private records may override public ones.
const IDS: &str = "the ids are loaded where there are private sessions";

/// The records of a shelf.
pub(super) struct Survey {
    pub shelf: Shelf,
    index: Arc<Index>,
    /// The parts that the snapshot shows.
    parts: Vec<Part>,
    /// The sessions with private records, whose public ones do not count.
    overridden: HashMap<Project, HashSet<SessionId>>,
    /// The records that are not in the index.
    pub others: Vec<Entry>,
    /// The records that were read to index them.
    pub read: HashMap<Location, Result<Session, RecordProblem>>,
    /// The unreadable folders.
    pub unreadable: Vec<Found>,
}

/// A shard that is not in the index as it is now.
struct Changed {
    place: Place,
    tree: gix::ObjectId,
    entries: Vec<Entry>,
    /// The shards of the index that may have some of its rows.
    earlier: Vec<Shard>,
}

impl Changed {
    fn is_new(&self, entry: &Entry) -> bool {
        let (id, blob) = (entry.location.id, gix_id(&entry.blob));
        self.earlier.iter().all(|shard| shard.find(id, &blob).is_none())
    }
}

impl Survey {
    fn new(shelf: Shelf, parts: Vec<Part>) -> Self {
        let (index, others, unreadable) = (Arc::default(), Vec::new(), Vec::new());
        let (overridden, read) = (HashMap::new(), HashMap::new());
        Self { shelf, index, parts, overridden, others, read, unreadable }
    }

    fn override_public(&mut self, (project, id): Owner) {
        self.overridden.entry(project).or_default().insert(id);
    }

    fn is_overridden(&self, project: &Project, id: SessionId) -> bool {
        self.overridden.get(project).is_some_and(|ids| ids.contains(&id))
    }

    /// Sorts what was read from the trees. The index must be there.
    fn add(&mut self, found: Vec<Found>) {
        let private = |visibility| visibility == Visibility::Private;
        let index = Arc::clone(&self.index);
        for part in self.parts.clone().into_iter().filter(|part| private(part.visibility)) {
            for at in index.rows(part) {
                let id = at.id().expect(IDS);
                self.override_public((at.place.project.clone(), id));
            }
        }
        for found in &found {
            if let Found::Record(Entry { location, .. }) = found
                && private(location.visibility)
            {
                self.override_public(location.owner());
            }
        }
        for found in found {
            match found {
                Found::Record(entry) => {
                    let Location { shelf, project, id, visibility } = &entry.location;
                    let is_shown = private(*visibility) || !self.is_overridden(project, *id);
                    if *shelf == self.shelf && is_shown {
                        self.others.push(entry);
                    }
                }
                Found::Unexpected(_) => {}
                // Those of the other shelf may hold overriding records.
                Found::Unreadable(..) => self.unreadable.push(found),
            }
        }
    }

    /// Returns the rows of the sessions on the shelf.
    pub fn all_rows(&self) -> impl Iterator<Item = RowAt<'_>> {
        let parts = self.parts.iter().filter(|part| part.shelf == self.shelf);
        parts.flat_map(move |part| {
            let may_hide = part.visibility == Visibility::Public && !self.overridden.is_empty();
            self.index.rows(*part).filter(move |at| {
                !may_hide || !self.is_overridden(&at.place.project, at.id().expect(IDS))
            })
        })
    }

    /// Returns the rows on shelves that none of these surveys is of, or of a ref that the snapshot
    /// does not show.
    pub fn rows_elsewhere<'s>(&'s self, surveys: &'s [Self]) -> impl Iterator<Item = RowAt<'s>> {
        let is_shown =
            |part: &Part, survey: &Self| survey.shelf == part.shelf && survey.parts.contains(part);
        let parts = Part::all().filter(move |part| !surveys.iter().any(|it| is_shown(part, it)));
        parts.flat_map(|part| self.index.rows(part))
    }

    /// Returns the rows of the sessions that may be wanted.
    pub fn rows<'s>(&'s self, may: &dyn Fn(&RowAt<'s>) -> bool) -> Vec<RowAt<'s>> {
        self.all_rows().filter(|at| may(at)).collect()
    }

    /// Loads more columns for many rows. It is no error if that fails.
    pub fn load(&self, columns: Columns) {
        self.index.load(columns);
    }
}

impl Snapshot<'_> {
    /// Looks what is on a shelf. Where the index does not have it, trees and new records are read,
    /// and the index has them from then on. These columns of the index are loaded.
    pub(super) fn survey(&self, shelf: Shelf, columns: Columns) -> Survey {
        self.survey_by(shelf, columns, None)
    }

    /// Does the same for a reader who has no use for the sessions that are read, with records that
    /// may be stored.
    pub(super) fn survey_with(&self, records: &Records, shelf: Shelf, columns: Columns) -> Survey {
        self.survey_by(shelf, columns, Some(records))
    }

    fn survey_by(&self, shelf: Shelf, columns: Columns, records: Option<&Records>) -> Survey {
        let mut survey = Survey::new(shelf, self.parts(shelf));
        let Some(cache) = self.store.index() else {
            let parts = survey.parts.clone();
            let found = parts.into_iter().filter_map(|part| self.walk_part(part)).flatten();
            survey.add(found.collect());
            return survey;
        };
        let is_private = |part: &Part| part.visibility == Visibility::Private;
        let ids = if survey.parts.iter().any(is_private) { Columns::IDS } else { Columns::BASE };
        let columns = columns.and(Columns::BASE).and(ids);
        let index = cache.current(self.store.repository(), columns);
        let (known, mut changed, mut found) = self.compare_shards(&index, &survey.parts);
        if changed.is_empty() && known.len() == index.count(&survey.parts) {
            survey.index = index;
            survey.add(found);
            return survey;
        }
        for shard in &mut changed {
            shard.earlier = index.earlier(&shard.place);
        }
        let new = changed
            .iter()
            .flat_map(|shard| shard.entries.iter().filter(|entry| shard.is_new(entry)).cloned());
        let new: Vec<Entry> = new.collect();
        let found_in = |shard: Changed| shard.entries.into_iter().map(Found::Record);
        if index.is_empty() && new.len() < ENOUGH {
            found.extend(changed.into_iter().flat_map(found_in));
            survey.add(found);
            return survey;
        }
        let unsaved = index.unsaved + new.len();
        let load = |store: &Store, entry: &Entry| {
            let session = match records {
                Some(records) => {
                    load_stored(store, records, entry.location.clone(), gix_id(&entry.blob))
                }
                None => load_record(store, entry),
            };
            (row_of(entry, &session), records.is_none().then_some(session))
        };
        let (mut rows, mut sessions) = (Vec::with_capacity(new.len()), Vec::new());
        in_parallel(self.store, &new, &load, |(row, session)| {
            rows.push(row);
            sessions.extend(session);
        });
        survey.read = new.into_iter().map(|it| it.location).zip(sessions).collect();
        let (mut shards, mut rows) = (Vec::new(), rows.into_iter());
        for shard in changed {
            match rows_of(&shard, &mut rows) {
                Some(rows) => shards.push((shard.place, Shard::new(shard.tree, rows))),
                None => found.extend(found_in(shard)),
            }
        }
        let mut next = index.with_parts(&survey.parts, &known, shards);
        next.unsaved = unsaved;
        survey.index = cache.keep(next);
        survey.add(found);
        if self.saves() == Saves::Index {
            cache.save(self.store.repository());
        }
        survey
    }

    /// Returns true if a lookup on this shelf reads at most `limit` records to find what is wanted,
    /// because the index has the others.
    pub(crate) fn is_mostly_indexed(&self, shelf: Shelf, limit: usize) -> bool {
        let parts = self.parts(shelf);
        let Some(cache) = self.store.index() else {
            let found = parts.into_iter().filter_map(|part| self.walk_part(part)).flatten();
            return found.take(limit + 1).count() <= limit;
        };
        let index = cache.current(self.store.repository(), Columns::BASE);
        let (_, mut changed, _) = self.compare_shards(&index, &parts);
        let new = changed.iter_mut().map(|shard| {
            shard.earlier = index.earlier(&shard.place);
            shard.entries.iter().filter(|entry| shard.is_new(entry)).count()
        });
        new.sum::<usize>() <= limit
    }

    /// Returns the parts to look at: of the private sessions both shelves, because they override
    /// public ones on either.
    fn parts(&self, shelf: Shelf) -> Vec<Part> {
        let mut parts = Vec::new();
        if self.tree(Visibility::Private).is_some() {
            let both = [shelf, shelf.other()].into_iter();
            parts.extend(both.map(|shelf| Part { visibility: Visibility::Private, shelf }));
        }
        parts.push(Part { visibility: Visibility::Public, shelf });
        parts
    }

    fn walk_part(&self, part: Part) -> Option<Walk<'_>> {
        let tree = self.tree(part.visibility)?;
        Some(Walk::new(self.store.repository(), tree, Scope::all(part.shelf)))
    }

    /// Returns the shards that the index has as they are, those that it does not have, and what is
    /// in no shard that it could have.
    fn compare_shards(
        &self,
        index: &Index,
        parts: &[Part],
    ) -> (Vec<Place>, Vec<Changed>, Vec<Found>) {
        let (mut known, mut changed, mut others) = (Vec::new(), Vec::new(), Vec::new());
        for part in parts {
            let Some(mut walk) = self.walk_part(*part) else { continue };
            while let Some((project, name, tree)) = walk.next_shard() {
                let place = Place::new(*part, &project, &name);
                if let Some(place) = place.clone().filter(|place| index.holds(place, &tree)) {
                    known.push(place);
                    continue;
                }
                let found = walk.read_shard(&name, tree);
                let is_whole = found.iter().all(|found| matches!(found, Found::Record(_)));
                let Some(place) = place.filter(|_| is_whole) else {
                    others.extend(found);
                    continue;
                };
                let entries = found.into_iter().filter_map(|found| match found {
                    Found::Record(entry) => Some(entry),
                    Found::Unexpected(_) | Found::Unreadable(..) => None,
                });
                let (entries, earlier) = (entries.collect(), Vec::new());
                changed.push(Changed { place, tree, entries, earlier });
            }
            // What is left is not in a shard.
            others.extend(walk);
        }
        (known, changed, others)
    }
}

/// Returns the row of a record, in one piece. Returns None if the object cannot be read: it may be
/// readable later.
fn row_of(entry: &Entry, session: &Result<Session, RecordProblem>) -> Option<Vec<u8>> {
    if let Err(RecordProblem::Object(_)) = session {
        return None;
    }
    let mut row = RowBuffer::default();
    row.add(entry.location.id, &gix_id(&entry.blob), session.as_ref().ok());
    Some(row.into_piece())
}

/// Returns the rows of a shard: those of its new records are the next ones. Returns None if one of
/// these is not known.
fn rows_of(shard: &Changed, new: &mut impl Iterator<Item = Option<Vec<u8>>>) -> Option<RowBuffer> {
    let (mut rows, mut is_whole) = (RowBuffer::default(), true);
    for entry in &shard.entries {
        let (id, blob) = (entry.location.id, gix_id(&entry.blob));
        let added = match shard.earlier.iter().find_map(|earlier| earlier.find(id, &blob)) {
            Some(row) => rows.copy(row),
            None => {
                new.next().flatten().and_then(|row| rows.add_piece(&row, blob.as_slice().len()))
            }
        };
        is_whole &= added.is_some();
    }
    is_whole.then_some(rows)
}
