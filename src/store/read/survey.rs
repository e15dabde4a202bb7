//! What is on a shelf: known from the index, or read from the tree.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::listed::load_in_parallel;
use super::overlay::Owner;
use super::snapshot::Saves;
use super::walk::{Found, Scope};
use super::{Entry, ListedSession, Snapshot};
use crate::git::gix_id;
use crate::model::{Filter, Session, Shelf};
use crate::store::index::{ENOUGH, Index, Place, RowAt, RowBuffer, Shard};
use crate::store::{Location, RecordProblem};

/// The records of a shelf.
pub(super) struct Survey {
    pub shelf: Shelf,
    index: Arc<Index>,
    /// The sessions with private records, whose rows do not count.
    overridden: HashSet<Owner>,
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
}

impl Survey {
    fn new(shelf: Shelf, overridden: HashSet<Owner>) -> Self {
        let (index, read) = (Arc::default(), HashMap::new());
        Self { shelf, index, overridden, others: Vec::new(), read, unreadable: Vec::new() }
    }

    /// Sorts what a walk has found.
    fn note(&mut self, found: Found) {
        match found {
            Found::Record(entry) => self.add(entry),
            Found::Unexpected(_) => {}
            Found::Unreadable(..) => self.unreadable.push(found),
        }
    }

    fn add(&mut self, entry: Entry) {
        if !self.overridden.contains(&entry.location.owner()) {
            self.others.push(entry);
        }
    }

    /// Returns the rows of the sessions that may meet a condition, and the places of such of which
    /// the index knows nothing else.
    pub fn rows(&self, filter: &Filter) -> (Vec<RowAt<'_>>, Vec<Entry>) {
        let is_public = |at: &RowAt<'_>| {
            self.overridden.is_empty()
                || !self.overridden.contains(&(at.place.project.clone(), at.row.id()))
        };
        let (mut rows, mut unknown) = (Vec::new(), Vec::new());
        for at in self.index.rows(self.shelf).filter(is_public) {
            if filter.decide(&at) != Some(false) {
                if at.row.is_unknown() { unknown.push(at.entry()) } else { rows.push(at) }
            }
        }
        (rows, unknown)
    }
}

impl Snapshot<'_> {
    /// Looks what is on a shelf. Where the index does not have it, trees and new records are read,
    /// and the index has them from then on.
    pub(super) fn survey(&self, shelf: Shelf) -> Survey {
        let (private, overridden) = self.walk_private(Scope::all(shelf));
        let mut survey = Survey::new(shelf, HashSet::new());
        private.into_iter().for_each(|found| survey.note(found));
        survey.overridden = overridden;
        let Some(cache) = self.store.index() else {
            self.walk_public(Scope::all(shelf)).for_each(|found| survey.note(found));
            return survey;
        };
        let index = cache.current(self.store.repository());
        let (known, changed) = self.compare_shards(&index, &mut survey);
        if changed.is_empty() && known.len() == index.count(shelf) {
            survey.index = index;
            return survey;
        }
        let is_new = |shard: &Changed, entry: &Entry| {
            index.find(&shard.place, entry.location.id, &gix_id(&entry.blob)).is_none()
        };
        let new = changed
            .iter()
            .flat_map(|shard| shard.entries.iter().filter(|entry| is_new(shard, entry)).cloned());
        let new: Vec<Entry> = new.collect();
        if index.is_empty() && new.len() < ENOUGH {
            let entries = changed.into_iter().flat_map(|shard| shard.entries);
            entries.for_each(|entry| survey.add(entry));
            return survey;
        }
        let unsaved = index.unsaved + new.len();
        let loaded = load_in_parallel(self.store, new).into_iter();
        survey.read =
            loaded.map(|ListedSession { location, session }| (location, session)).collect();
        let mut shards = Vec::new();
        for shard in changed {
            match rows_of(&shard, &index, &survey.read) {
                Some(rows) => shards.push((shard.place, Shard::new(shard.tree, rows))),
                None => shard.entries.into_iter().for_each(|entry| survey.add(entry)),
            }
        }
        let mut next = index.with_shelf(shelf, &known, shards);
        next.unsaved = unsaved;
        survey.index = cache.keep(next);
        if self.saves() == Saves::Index {
            cache.save(self.store.repository());
        }
        survey
    }

    /// Returns the shards that the index has as they are, and those that it does not have.
    fn compare_shards(&self, index: &Index, survey: &mut Survey) -> (Vec<Place>, Vec<Changed>) {
        let (mut known, mut changed) = (Vec::new(), Vec::new());
        let mut walk = self.walk_public(Scope::all(survey.shelf));
        while let Some((project, name, tree)) = walk.next_shard() {
            let place = Place::new(survey.shelf, &project, &name);
            if let Some(place) = place.clone().filter(|place| index.holds(place, &tree)) {
                known.push(place);
                continue;
            }
            let found = walk.read_shard(&name, tree);
            let is_whole = found.iter().all(|found| matches!(found, Found::Record(_)));
            match place {
                Some(place) if is_whole => {
                    let entries = found.into_iter().filter_map(|found| match found {
                        Found::Record(entry) => Some(entry),
                        Found::Unexpected(_) | Found::Unreadable(..) => None,
                    });
                    changed.push(Changed { place, tree, entries: entries.collect() });
                }
                _ => found.into_iter().for_each(|found| survey.note(found)),
            }
        }
        // What is left is not in a shard.
        walk.for_each(|found| survey.note(found));
        (known, changed)
    }
}

/// Returns the rows of a shard, or None if an object cannot be read: it may be readable later.
fn rows_of(
    shard: &Changed,
    index: &Index,
    read: &HashMap<Location, Result<Session, RecordProblem>>,
) -> Option<RowBuffer> {
    let mut rows = RowBuffer::default();
    for Entry { location, blob } in &shard.entries {
        let blob = gix_id(blob);
        match (read.get(location), index.find(&shard.place, location.id, &blob)) {
            (Some(Err(RecordProblem::Object(_))), _) => return None,
            (Some(session), _) => rows.add(location.id, &blob, session.as_ref().ok()),
            (None, Some(row)) => rows.copy(row),
            (None, None) => return None,
        }
    }
    Some(rows)
}
