//! What a filter says about a partly known session.

use super::{Field, Filter, Moment};
use crate::model::Timestamp;

/// What is known of a session without its record. None stands for what only the record tells.
pub(crate) trait Known {
    /// Returns whether one value of the field is this text, as [`Filter::Is`] means it.
    fn is(&self, field: Field, text: &str) -> Option<bool>;
    /// Returns whether one value of the field contains this text, which is in lower case.
    fn contains(&self, field: Field, text: &str) -> Option<bool>;
    /// Returns a time.
    fn moment(&self, moment: Moment) -> Option<Timestamp>;
    /// Returns whether the status is terminal.
    fn has_ended(&self) -> Option<bool>;
    /// Returns whether the session was forked from another one.
    fn is_forked(&self) -> Option<bool>;
    /// Returns whether the session was forked from, or started by, another one.
    fn has_parent(&self) -> Option<bool>;
    /// Returns whether the session lies in the archive.
    fn is_archived(&self) -> bool;
}

impl Filter {
    /// Returns whether a session meets the condition, or None if that depends on what is not known.
    pub(crate) fn decide(&self, known: &impl Known) -> Option<bool> {
        match self {
            Self::All => Some(true),
            Self::Archived => Some(known.is_archived()),
            Self::Is(field, text) => known.is(*field, text),
            Self::Contains(field, text) => known.contains(*field, &text.to_lowercase()),
            Self::Before(moment, time) => known.moment(*moment).map(|at| at < *time),
            Self::After(moment, time) => known.moment(*moment).map(|at| at > *time),
            Self::Ended => known.has_ended(),
            Self::Forked => known.is_forked(),
            Self::HasParent => known.has_parent(),
            Self::Not(filter) => filter.decide(known).map(|matches| !matches),
            Self::And(list) => combine(list.iter().map(|it| it.decide(known)), false),
            Self::Or(list) => combine(list.iter().map(|it| it.decide(known)), true),
        }
    }
}

/// Combines conditions: one with the value `decisive` decides.
pub(crate) fn combine(parts: impl Iterator<Item = Option<bool>>, decisive: bool) -> Option<bool> {
    let mut combined = Some(!decisive);
    for part in parts {
        match part {
            Some(value) if value == decisive => return Some(decisive),
            Some(_) => {}
            None => combined = None,
        }
    }
    combined
}
