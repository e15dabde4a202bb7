use crate::model::Value;

/// What a word means as a plain scalar of YAML 1.2 (its core schema): nothing, a truth value, a
/// number, or else text. Quotes around it make it text.
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

/// A decimal number. One with needless zeros in front, such as a day or a version, stays text.
pub(super) fn number(word: &str) -> Option<Value> {
    let digits = word.strip_prefix('-').unwrap_or(word);
    let whole = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    if whole == 0 || (whole > 1 && digits.starts_with('0')) {
        return None;
    }
    if whole == digits.len() {
        let unsigned = || word.parse().ok().map(Value::Uint);
        return word.parse().ok().map(Value::Int).or_else(unsigned);
    }
    let fraction = |c: char| c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '+' | '-');
    let float = digits.chars().all(fraction).then(|| word.parse::<f64>().ok());
    float.flatten().filter(|number| number.is_finite()).map(Value::Float)
}
