use crate::model::Value;

/// Parses a word as a plain scalar of YAML 1.2 (core schema): null, a boolean, a number, or
/// otherwise text. A word in quotes is text.
pub(super) fn scalar(word: &str) -> Value {
    for quote in ['"', '\''] {
        let inner = word.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
        if let Some(inner) = inner {
            return inner.into();
        }
    }
    match word {
        "null" | "~" => Value::Null,
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        _ => number(word).unwrap_or_else(|| word.into()),
    }
}

/// Parses a JSON number (RFC 8259). It keeps its text if it would be written differently. Integers
/// have at most 64 bits; others are within the range of a 64-bit float.
pub(super) fn number(word: &str) -> Option<Value> {
    let rest = word.strip_prefix('-').unwrap_or(word);
    let (whole, rest) = digits(rest)?;
    if whole.len() > 1 && whole.starts_with('0') {
        return None;
    }
    let number = if rest.is_empty() {
        let unsigned = || word.parse().ok().map(Value::Uint);
        word.parse().ok().map(Value::Int).or_else(unsigned)?
    } else {
        float(word, whole, rest)?
    };
    Some(Value::number(number, word))
}

/// Parses a number with a fraction, an exponent or both.
fn float(word: &str, whole: &str, rest: &str) -> Option<Value> {
    let (fraction, rest) = match rest.strip_prefix('.') {
        Some(rest) => digits(rest)?,
        None => ("", rest),
    };
    if let Some(power) = rest.strip_prefix(['e', 'E']) {
        let (_, end) = digits(power.strip_prefix(['+', '-']).unwrap_or(power))?;
        if !end.is_empty() {
            return None;
        }
    } else if !rest.is_empty() {
        return None;
    }
    let float: f64 = word.parse().ok()?;
    let is_zero = whole.bytes().chain(fraction.bytes()).all(|digit| digit == b'0');
    (float.is_finite() && (float == 0.0) == is_zero).then_some(Value::Float(float))
}

/// Splits a text after its leading digits; there must be at least one.
fn digits(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    (end > 0).then(|| text.split_at(end))
}
