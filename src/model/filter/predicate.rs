use std::ops::Not;

use super::{Field, Moment};
use crate::model::{Session, Shelf, Timestamp};

/// A condition on sessions.
#[derive(Debug, Clone, PartialEq)]
pub enum Filter {
    /// Every session.
    All,
    /// One value of the field is this text; for ids, starts with at least 4 digits of it.
    Is(Field, String),
    /// One value of the field contains this text, in upper or lower case.
    Contains(Field, String),
    /// It happened before this time.
    Before(Moment, Timestamp),
    /// It happened after this time.
    After(Moment, Timestamp),
    /// The status is terminal.
    Ended,
    /// The session was forked from another one.
    Forked,
    /// The session was forked from, or started by, another one.
    HasParent,
    /// The session lies in the archive.
    Archived,
    /// All of these; an empty list is met by every session.
    And(Vec<Filter>),
    /// One of these; an empty list is met by none.
    Or(Vec<Filter>),
    /// Not this.
    Not(Box<Filter>),
}

/// A session to match.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The session.
    pub session: &'a Session,
    /// The part of the store that holds it.
    pub shelf: Shelf,
}

impl Filter {
    /// Returns the filter for a field value that a person typed.
    ///
    /// # Errors
    /// Fails if the field cannot have that value. The error is a description of its valid values.
    pub fn is(field: Field, typed: &str) -> Result<Self, &'static str> {
        field.normal(typed.to_owned()).map(|text| Self::Is(field, text))
    }

    /// Returns the filter for sessions that were neither forked from nor started by another
    /// session.
    pub fn root() -> Self {
        !Self::HasParent
    }

    /// Combines two filters: both must match.
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::All, one) | (one, Self::All) => one,
            (Self::And(mut list), Self::And(more)) => {
                list.extend(more);
                Self::And(list)
            }
            (Self::And(mut list), one) => {
                list.push(one);
                Self::And(list)
            }
            (one, other) => Self::And(vec![one, other]),
        }
    }

    /// Combines two filters: one of them must match.
    pub fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::All, _) | (_, Self::All) => Self::All,
            (Self::Or(mut list), Self::Or(more)) => {
                list.extend(more);
                Self::Or(list)
            }
            (Self::Or(mut list), one) => {
                list.push(one);
                Self::Or(list)
            }
            (one, other) => Self::Or(vec![one, other]),
        }
    }

    /// Returns true if the session meets the condition.
    pub fn matches(&self, subject: Subject<'_>) -> bool {
        let session = subject.session;
        match self {
            Self::All => true,
            Self::Is(field, text) => field.is(session, text),
            Self::Contains(field, text) => field.contains(session, text),
            Self::Before(moment, time) => moment.of(session) < *time,
            Self::After(moment, time) => moment.of(session) > *time,
            Self::Ended => session.status.is_terminal(),
            Self::Forked => session.fork.is_some(),
            Self::HasParent => session.fork.is_some() || session.spawned_by.is_some(),
            Self::Archived => subject.shelf == Shelf::Archived,
            Self::And(list) => list.iter().all(|filter| filter.matches(subject)),
            Self::Or(list) => list.iter().any(|filter| filter.matches(subject)),
            Self::Not(filter) => !filter.matches(subject),
        }
    }
}

/// Negates a filter; a double negation cancels out.
impl Not for Filter {
    type Output = Self;

    fn not(self) -> Self {
        match self {
            Self::Not(filter) => *filter,
            filter => Self::Not(Box::new(filter)),
        }
    }
}
