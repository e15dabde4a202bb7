use std::cmp::Ordering;

use crate::model::Value;

/// A value with a total order that is the same everywhere.
///
/// Types sort in this order: null, booleans, signed integers, unsigned 64-bit integers, floats,
/// text, lists, maps, tagged values. Within a type: false before true; numbers by size (IEEE 754
/// totalOrder); text by its UTF-8 bytes; lists item by item, and maps entry by entry in stored
/// order, key before value, a prefix before its continuation; tagged values by tag, then by value.
/// A number with its own text sorts directly after the plain number, by its text. Only values that
/// are written alike are equal.
#[derive(Clone, Copy)]
pub(super) struct Ranked<'a>(pub(super) &'a Value);

impl Ord for Ranked<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.0, other.0) {
            (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
            (Value::Int(a), Value::Int(b)) => a.cmp(b),
            (Value::Uint(a), Value::Uint(b)) => a.cmp(b),
            (Value::Float(a), Value::Float(b)) => a.total_cmp(b),
            (Value::Literal(s, a), Value::Literal(t, b)) => {
                Ranked(a).cmp(&Ranked(b)).then_with(|| s.cmp(t))
            }
            (Value::Literal(_, a), b) => Ranked(a).cmp(&Ranked(b)).then(Ordering::Greater),
            (a, Value::Literal(_, b)) => Ranked(a).cmp(&Ranked(b)).then(Ordering::Less),
            (Value::String(a), Value::String(b)) => a.cmp(b),
            (Value::List(a), Value::List(b)) => a.iter().map(Ranked).cmp(b.iter().map(Ranked)),
            (Value::Map(a), Value::Map(b)) => {
                let a = a.iter().flat_map(|(key, value)| [Ranked(key), Ranked(value)]);
                a.cmp(b.iter().flat_map(|(key, value)| [Ranked(key), Ranked(value)]))
            }
            (Value::Tagged(s, a), Value::Tagged(t, b)) => {
                s.cmp(t).then_with(|| Ranked(a).cmp(&Ranked(b)))
            }
            (a, b) => rank(a).cmp(&rank(b)),
        }
    }
}

fn rank(value: &Value) -> u8 {
    match value {
        Value::Null => 0,
        Value::Bool(_) => 1,
        Value::Int(_) => 2,
        Value::Uint(_) => 3,
        Value::Float(_) => 4,
        Value::Literal(_, number) => rank(number),
        Value::String(_) => 5,
        Value::List(_) => 6,
        Value::Map(_) => 7,
        Value::Tagged(..) => 8,
    }
}

impl PartialOrd for Ranked<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Ranked<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Ranked<'_> {}
