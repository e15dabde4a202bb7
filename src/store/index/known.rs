use super::Place;
use super::row::{self, Row};
use crate::git::oid;
use crate::model::{Dates, Field, Known, Moment, Shelf, Timestamp};
use crate::store::{Entry, Location, Visibility};

/// The status of corrupt records.
const CORRUPT: &str = "corrupt";

/// A row and the place of its record.
#[derive(Clone, Copy)]
pub(in crate::store) struct RowAt<'a> {
    pub place: &'a Place,
    pub row: Row<'a>,
}

impl RowAt<'_> {
    /// Returns the place of the record.
    pub fn entry(self) -> Entry {
        let Place { shelf, project, .. } = self.place;
        let (shelf, project, id) = (*shelf, project.clone(), self.row.id());
        let location = Location { shelf, project, id, visibility: Visibility::Public };
        Entry { location, blob: oid(self.row.blob()) }
    }

    /// Returns what lists are ordered by.
    pub fn dates(self) -> Dates {
        let (created_at, updated_at) = (time(self.row.created()), time(self.row.updated()));
        Dates { id: self.row.id(), created_at, updated_at }
    }

    fn parent(self, text: &str, test: impl Fn(&str, &str) -> bool) -> bool {
        let parents = [self.row.fork(), self.row.spawned_by()];
        parents.into_iter().flatten().any(|id| test(&id.to_string(), text))
    }
}

/// Rules out a text of which another hash is stored.
fn unlike(stored: u64, text: &str) -> Option<bool> {
    (stored != row::hash(text)).then_some(false)
}

fn absent(stored: u64) -> Option<bool> {
    (stored == 0).then_some(false)
}

fn time(millis: u64) -> Timestamp {
    Timestamp::from_millis(i64::try_from(millis).unwrap_or(i64::MAX))
}

impl Known for RowAt<'_> {
    fn is(&self, field: Field, text: &str) -> Option<bool> {
        let row = self.row;
        match field {
            Field::Id => Some(field.equals(&row.id().to_string(), text)),
            Field::Project => Some(self.place.project.as_str() == text),
            _ if row.is_unknown() => None,
            Field::Kind => row.kind().map(|kind| kind.as_str() == text),
            // Whoever looks for damage has all records read.
            Field::Status if text == CORRUPT => None,
            Field::Status => row.status().map(|status| status.as_str() == text),
            Field::Title => unlike(row.title(), text),
            Field::Agent => unlike(row.agent(), text),
            Field::Branch => unlike(row.branch(), text),
            Field::Issue => {
                row.issue().into_iter().all(|it| unlike(it, text).is_some()).then_some(false)
            }
            Field::Pr => match row.pr() {
                Some(number) if number.to_string() == text => Some(true),
                _ => unlike(row.pr_url(), text),
            },
            Field::Tag => (row.tags() & row::set(text) == 0).then_some(false),
            Field::Replica => (row.replicas() & row::set(text) == 0).then_some(false),
            Field::Parent => Some(self.parent(text, |id, text| field.equals(id, text))),
            Field::Task | Field::Text => None,
        }
    }

    fn contains(&self, field: Field, text: &str) -> Option<bool> {
        let row = self.row;
        match field {
            Field::Id => Some(row.id().to_string().contains(text)),
            Field::Project => Some(self.place.project.as_str().to_lowercase().contains(text)),
            _ if row.is_unknown() => None,
            Field::Kind => row.kind().map(|kind| kind.as_str().contains(text)),
            Field::Status if CORRUPT.contains(text) => None,
            Field::Status => row.status().map(|status| status.as_str().contains(text)),
            Field::Agent => absent(row.agent()),
            Field::Branch => absent(row.branch()),
            Field::Issue => row.issue().into_iter().all(|it| it == 0).then_some(false),
            Field::Pr => match row.pr() {
                Some(number) if number.to_string().contains(text) => Some(true),
                _ => absent(row.pr_url()),
            },
            Field::Tag => absent(row.tags()),
            Field::Replica => absent(row.replicas()),
            Field::Parent => Some(self.parent(text, |id, text| id.contains(text))),
            Field::Title | Field::Task | Field::Text => None,
        }
    }

    fn moment(&self, moment: Moment) -> Option<Timestamp> {
        let of = match moment {
            Moment::Created => Row::created,
            Moment::Updated => Row::updated,
        };
        (!self.row.is_unknown()).then(|| time(of(self.row)))
    }

    fn has_ended(&self) -> Option<bool> {
        let ended = || self.row.status().is_some_and(|status| status.is_terminal());
        (!self.row.is_unknown()).then(ended)
    }

    fn is_forked(&self) -> Option<bool> {
        (!self.row.is_unknown()).then(|| self.row.fork().is_some())
    }

    fn has_parent(&self) -> Option<bool> {
        let has_parent = || self.row.fork().or(self.row.spawned_by()).is_some();
        (!self.row.is_unknown()).then(has_parent)
    }

    fn is_archived(&self) -> bool {
        self.place.shelf == Shelf::Archived
    }
}
