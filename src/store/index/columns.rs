//! The columns of the index. A reader loads those that its question needs.

use crate::model::{Field, Filter};

/// A value that the index has of each record. Numbers are little-endian.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum Column {
    Id,
    /// The object that holds the record.
    Blob,
    /// The codes of the status and the kind, and flags.
    Codes,
    /// Times, in milliseconds.
    Created,
    Updated,
    /// Hashes of texts.
    Title,
    Agent,
    Branch,
    Issue,
    IssueUrl,
    Pr,
    PrUrl,
    Conversation,
    /// Sets of texts.
    Tags,
    Replicas,
    /// Ids of other sessions.
    Fork,
    SpawnedBy,
}

pub(super) const COUNT: usize = 17;

impl Column {
    pub const ALL: [Self; COUNT] = [
        Self::Id,
        Self::Blob,
        Self::Codes,
        Self::Created,
        Self::Updated,
        Self::Title,
        Self::Agent,
        Self::Branch,
        Self::Issue,
        Self::IssueUrl,
        Self::Pr,
        Self::PrUrl,
        Self::Conversation,
        Self::Tags,
        Self::Replicas,
        Self::Fork,
        Self::SpawnedBy,
    ];

    /// Returns the size of a value, if ids of objects have `id` bytes.
    pub fn width(self, id: usize) -> usize {
        match self {
            Self::Id | Self::Fork | Self::SpawnedBy => 16,
            Self::Blob => id,
            Self::Codes => 4,
            _ => 8,
        }
    }
}

/// Returns the size of all values of a record.
pub(super) fn row_width(id: usize) -> usize {
    Column::ALL.iter().map(|column| column.width(id)).sum()
}

/// A set of columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) struct Columns(u32);

impl Columns {
    /// Those that every reader needs. The ids, the widest column, are read for the rows of the answer
    /// alone, unless a reader asks for them.
    pub const BASE: Self = Self::of(&[Column::Codes]);

    pub const IDS: Self = Self::of(&[Column::Id]);

    /// What lists are ordered by.
    pub const DATES: Self = Self::of(&[Column::Id, Column::Created, Column::Updated]);

    pub const ALL: Self = Self::of(&Column::ALL);

    pub const fn of(columns: &[Column]) -> Self {
        let (mut set, mut at) = (0, 0);
        while at < columns.len() {
            set |= 1 << columns[at] as u32;
            at += 1;
        }
        Self(set)
    }

    /// Returns these columns without those of parents that are not in `parents`.
    pub fn with_parents(self, parents: Self) -> Self {
        Self(self.0 & (!Self::of(&[Column::Fork, Column::SpawnedBy]).0 | parents.0))
    }

    pub fn has(self, column: Column) -> bool {
        self.0 & (1 << column as u32) != 0
    }

    pub fn and(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    pub fn iter(self) -> impl Iterator<Item = Column> {
        Column::ALL.into_iter().filter(move |column| self.has(*column))
    }
}

/// Those that say whether a session meets the condition.
impl From<&Filter> for Columns {
    fn from(filter: &Filter) -> Self {
        match filter {
            Filter::All | Filter::Archived | Filter::Ended => Self::BASE,
            Filter::Is(field, _) | Filter::Contains(field, _) => Self::from(*field),
            Filter::Before(..) | Filter::After(..) => Self::DATES,
            Filter::Forked | Filter::HasParent => Self::from(Field::Parent),
            Filter::Not(filter) => Self::from(&**filter),
            Filter::And(list) | Filter::Or(list) => {
                list.iter().fold(Self::BASE, |all, filter| all.and(Self::from(filter)))
            }
        }
    }
}

impl From<Field> for Columns {
    fn from(field: Field) -> Self {
        match field {
            Field::Id => Self::IDS,
            Field::Project | Field::Kind | Field::Status | Field::Task | Field::Text => Self::BASE,
            Field::Title => Self::of(&[Column::Title]),
            Field::Agent => Self::of(&[Column::Agent]),
            Field::Branch => Self::of(&[Column::Branch]),
            Field::Issue => Self::of(&[Column::Issue, Column::IssueUrl]),
            Field::Pr => Self::of(&[Column::Pr, Column::PrUrl]),
            Field::Tag => Self::of(&[Column::Tags]),
            Field::Replica => Self::of(&[Column::Replicas]),
            Field::Parent => Self::of(&[Column::Fork, Column::SpawnedBy]),
        }
    }
}
