use super::{Column, RowAt, hash, set};
use crate::model::{Field, Filter, combine};

/// A filter, prepared for many rows: its texts are hashed once.
pub(in crate::store) enum Test<'f> {
    /// One of the columns has this hash.
    Hash(&'static [Column], u64),
    /// The column's set has this text.
    Member(Column, u64),
    Not(Box<Self>),
    And(Vec<Self>),
    Or(Vec<Self>),
    Other(&'f Filter),
}

impl<'f> From<&'f Filter> for Test<'f> {
    fn from(filter: &'f Filter) -> Self {
        match filter {
            Filter::Is(Field::Title, text) => Self::Hash(&[Column::Title], hash(text)),
            Filter::Is(Field::Agent, text) => Self::Hash(&[Column::Agent], hash(text)),
            Filter::Is(Field::Branch, text) => Self::Hash(&[Column::Branch], hash(text)),
            Filter::Is(Field::Issue, text) => {
                Self::Hash(&[Column::Issue, Column::IssueUrl], hash(text))
            }
            Filter::Is(Field::Tag, text) => Self::Member(Column::Tags, set(text)),
            Filter::Is(Field::Replica, text) => Self::Member(Column::Replicas, set(text)),
            Filter::Not(filter) => Self::Not(Box::new(Self::from(&**filter))),
            Filter::And(list) => Self::And(list.iter().map(Self::from).collect()),
            Filter::Or(list) => Self::Or(list.iter().map(Self::from).collect()),
            other => Self::Other(other),
        }
    }
}

impl Test<'_> {
    /// Returns whether the session meets the condition, or None if only its record tells.
    pub fn decide(&self, at: &RowAt<'_>) -> Option<bool> {
        match self {
            Self::Hash(..) | Self::Member(..) if at.row.is_unknown() => None,
            Self::Hash(columns, hash) => {
                let is_other =
                    |column: &Column| at.row.number(*column).is_some_and(|it| it != *hash);
                columns.iter().all(is_other).then_some(false)
            }
            Self::Member(column, text) => (at.row.number(*column)? & text == 0).then_some(false),
            Self::Not(test) => test.decide(at).map(|matches| !matches),
            Self::And(list) => combine(list.iter().map(|it| it.decide(at)), false),
            Self::Or(list) => combine(list.iter().map(|it| it.decide(at)), true),
            Self::Other(filter) => filter.decide(at),
        }
    }

    /// Returns false if the session does not meet the condition, whatever its record holds.
    pub fn may_match(&self, at: &RowAt<'_>) -> bool {
        self.decide(at) != Some(false)
    }
}
