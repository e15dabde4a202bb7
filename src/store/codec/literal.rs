//! Keeps the original text of numbers that this version would write differently.

use std::fmt;

use serde::Deserialize as _;
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error, IgnoredAny, MapAccess, SeqAccess,
    VariantAccess, Visitor,
};

use crate::model::{Map, Value};

/// A value to be read a second time from the same bytes, for the text of its numbers.
pub(super) struct Literals {
    pub value: Value,
    /// Makes the number to keep, from the parsed number and its text.
    pub exact: fn(Value, &str) -> Value,
}

impl Literals {
    fn of(value: Value, exact: fn(Value, &str) -> Value) -> Self {
        Self { value, exact }
    }
}

/// Returns true if there may be a number that this version would write differently. A false
/// positive does no harm.
pub(super) fn has_odd_number(bytes: &[u8], floats: Floats) -> bool {
    has_odd_integer(bytes) || floats == Floats::Some && has_odd_float(bytes)
}

/// Whether a record holds numbers with a fraction, or larger than 64 bits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Floats {
    None,
    Some,
}

/// Finds integers that are not in plain decimal: `+1`, `-0`, `0x1F`.
fn has_odd_integer(bytes: &[u8]) -> bool {
    let is_inside = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_alphanumeric);
    let begins = |at: usize| at == 0 || !is_inside(at - 1);
    bytes.windows(2).enumerate().any(|(at, pair)| match pair {
        [b'+', b'0'..=b'9'] | [b'-', b'0'] => begins(at),
        [b'0', b'x' | b'o' | b'b'] => begins(at) && (at < 2 || !is_inside(at - 2)),
        _ => false,
    })
}

/// Finds numbers with redundant digits or an exponent: `1.50`, `1e3`.
fn has_odd_float(bytes: &[u8]) -> bool {
    let words = bytes.split(|byte| !is_part(*byte));
    words.filter_map(|word| std::str::from_utf8(word).ok()).any(|word| {
        let is_integer = word.len() < 20 && !word.contains(['.', 'e', 'E']);
        if is_integer {
            return false;
        }
        match word.parse::<f64>().map(Value::Float) {
            Ok(float) if float.as_f64().is_some_and(f64::is_finite) => {
                Value::number(float.clone(), word) != float
            }
            _ => is_odd_word(word),
        }
    })
}

/// Returns true for an unusual spelling of an infinity or NaN: `.Inf`, `+.inf`.
fn is_odd_word(word: &str) -> bool {
    let word_alone = word.strip_prefix(['+', '-']).unwrap_or(word);
    let is_word = [".inf", ".nan"].iter().any(|own| own.eq_ignore_ascii_case(word_alone));
    is_word && ![".inf", "-.inf", ".nan"].contains(&word)
}

fn is_part(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"+-.".contains(&byte)
}

/// Returns true if the text of a number can be written verbatim wherever a value can.
pub(super) fn is_plain(text: &str) -> bool {
    text.bytes().all(is_part)
}

impl<'de> DeserializeSeed<'de> for Literals {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
        match self.value {
            Value::Int(_) | Value::Uint(_) | Value::Float(_) | Value::Literal(..) => {
                from.deserialize_str(Number(self))
            }
            Value::List(_) | Value::Map(_) | Value::Tagged(..) => from.deserialize_any(self),
            other => IgnoredAny::deserialize(from).map(|_| other),
        }
    }
}

fn changed<E: Error>() -> E {
    E::custom("it does not read the same twice")
}

impl<'de> Visitor<'de> for Literals {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the same value again")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let Value::List(items) = self.value else { return Err(changed()) };
        let mut again =
            |item| seq.next_element_seed(Self::of(item, self.exact))?.ok_or_else(changed);
        Ok(Value::List(items.into_iter().map(&mut again).collect::<Result<_, _>>()?))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Value, A::Error> {
        let Value::Map(map) = self.value else { return Err(changed()) };
        let mut entries = Vec::with_capacity(map.len());
        for (key, value) in map {
            let key = from.next_key_seed(Self::of(key, self.exact))?.ok_or_else(changed)?;
            entries.push((key, from.next_value_seed(Self::of(value, self.exact))?));
        }
        Map::from_unique(entries).map(Value::Map).map_err(|_| changed())
    }

    fn visit_enum<A: EnumAccess<'de>>(self, from: A) -> Result<Value, A::Error> {
        let Value::Tagged(_, value) = self.value else { return Err(changed()) };
        let (tag, rest) = from.variant_seed(TagName)?;
        let value = rest.newtype_variant_seed(Self::of(*value, self.exact))?;
        Ok(Value::Tagged(tag, Box::new(value)))
    }
}

/// A number, to be read as text.
struct Number(Literals);

impl Visitor<'_> for Number {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number's text")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
        Ok((self.0.exact)(self.0.value, text))
    }
}

/// The name of a tag.
pub(super) struct TagName;

impl<'de> DeserializeSeed<'de> for TagName {
    type Value = String;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<String, D::Error> {
        serde::Deserialize::deserialize(from)
    }
}
