use gix::ObjectId;

use super::row::{self, Row};
use super::{Column, Place, Shard};
use crate::git::oid;
use crate::model::{Dates, Field, Known, Moment, SessionId, Shelf, Timestamp};
use crate::store::{Entry, Location};

/// The status of corrupt records.
const CORRUPT: &str = "corrupt";

/// A row and the place of its record.
#[derive(Clone, Copy)]
pub(in crate::store) struct RowAt<'a> {
    pub place: &'a Place,
    pub(super) shard: &'a Shard,
    pub row: Row<'a>,
}

impl RowAt<'_> {
    /// Returns the id of the session, or None if the index is damaged there, which it is not where
    /// the ids were loaded.
    pub fn id(self) -> Option<SessionId> {
        self.shard.id(self.row)
    }

    /// Returns the location of the record, likewise.
    pub fn location(self) -> Option<Location> {
        let Place { part, project, .. } = self.place;
        let (project, id) = (project.clone(), self.id()?);
        Some(Location { shelf: part.shelf, project, id, visibility: part.visibility })
    }

    /// Returns the place of the record, or None if the index is damaged there.
    pub fn entry(self) -> Option<Entry> {
        let blob = oid(self.blob()?);
        Some(Entry { location: self.location()?, blob })
    }

    /// Returns the blob of the record, or None if the index is damaged there.
    pub fn blob(self) -> Option<ObjectId> {
        self.shard.blob(self.row)
    }

    /// Returns what lists are ordered by, which must be loaded.
    pub fn dates(self) -> Dates {
        const LOADED: &str = "what orders rows loads the dates";
        let [created_at, updated_at] =
            [Column::Created, Column::Updated].map(|column| self.time(column).expect(LOADED));
        Dates { id: self.row.id().expect(LOADED), created_at, updated_at }
    }

    fn time(self, column: Column) -> Option<Timestamp> {
        let millis = self.row.number(column)?;
        Some(Timestamp::from_millis(i64::try_from(millis).unwrap_or(i64::MAX)))
    }

    /// Rules out a text with another stored hash.
    fn unlike(self, column: Column, text: &str) -> Option<bool> {
        (self.row.number(column)? != row::hash(text)).then_some(false)
    }

    fn absent(self, column: Column) -> Option<bool> {
        (self.row.number(column)? == 0).then_some(false)
    }

    fn pr(self, test: impl Fn(&str) -> bool) -> Option<bool> {
        Some(self.row.has_pr() && test(&self.row.number(Column::Pr)?.to_string()))
    }
}

impl Known for RowAt<'_> {
    fn is(&self, field: Field, text: &str) -> Option<bool> {
        let row = self.row;
        match field {
            Field::Id => self.id().map(|id| field.equals(&id.to_string(), text)),
            Field::Project => Some(self.place.project.as_str() == text),
            _ if row.is_unknown() => None,
            Field::Kind => row.kind().map(|kind| kind.as_str() == text),
            // Whoever looks for damage has all records read.
            Field::Status if text == CORRUPT => None,
            Field::Status => row.status().map(|status| status.as_str() == text),
            Field::Title => self.unlike(Column::Title, text),
            Field::Agent => self.unlike(Column::Agent, text),
            Field::Branch => self.unlike(Column::Branch, text),
            Field::Issue => {
                self.unlike(Column::Issue, text).and(self.unlike(Column::IssueUrl, text))
            }
            Field::Pr if self.pr(|number| number == text)? => Some(true),
            Field::Pr => self.unlike(Column::PrUrl, text),
            Field::Tag => (row.number(Column::Tags)? & row::set(text) == 0).then_some(false),
            Field::Replica => {
                (row.number(Column::Replicas)? & row::set(text) == 0).then_some(false)
            }
            Field::Parent => row.any_parent(|id| field.equals(&id.to_string(), text)),
            Field::Task | Field::Text => None,
        }
    }

    fn contains(&self, field: Field, text: &str) -> Option<bool> {
        let row = self.row;
        match field {
            Field::Id => self.id().map(|id| id.to_string().contains(text)),
            Field::Project => Some(self.place.project.as_str().to_lowercase().contains(text)),
            _ if row.is_unknown() => None,
            Field::Kind => row.kind().map(|kind| kind.as_str().contains(text)),
            Field::Status if CORRUPT.contains(text) => None,
            Field::Status => row.status().map(|status| status.as_str().contains(text)),
            Field::Agent => self.absent(Column::Agent),
            Field::Branch => self.absent(Column::Branch),
            Field::Issue => self.absent(Column::Issue).and(self.absent(Column::IssueUrl)),
            Field::Pr if self.pr(|number| number.contains(text))? => Some(true),
            Field::Pr => self.absent(Column::PrUrl),
            Field::Tag => self.absent(Column::Tags),
            Field::Replica => self.absent(Column::Replicas),
            Field::Parent => row.any_parent(|id| id.to_string().contains(text)),
            Field::Title | Field::Task | Field::Text => None,
        }
    }

    fn moment(&self, moment: Moment) -> Option<Timestamp> {
        let column = match moment {
            Moment::Created => Column::Created,
            Moment::Updated => Column::Updated,
        };
        if self.row.is_unknown() { None } else { self.time(column) }
    }

    fn has_ended(&self) -> Option<bool> {
        let ended = || self.row.status().is_some_and(|status| status.is_terminal());
        (!self.row.is_unknown()).then(ended)
    }

    fn is_forked(&self) -> Option<bool> {
        (!self.row.is_unknown()).then(|| self.row.is_forked())
    }

    fn has_parent(&self) -> Option<bool> {
        (!self.row.is_unknown()).then(|| self.row.has_parent())
    }

    fn is_archived(&self) -> bool {
        self.place.part.shelf == Shelf::Archived
    }
}
