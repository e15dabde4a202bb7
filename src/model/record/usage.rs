//! The stored form of what was counted.

use std::collections::BTreeMap;

use super::error::RecordError;
use super::fields::{Reader, Writer};
use crate::model::{Map, ModelUsage, Tokens, Value};

type Models = BTreeMap<String, ModelUsage>;

/// Returns the stored form of what each clone has counted.
pub fn to_map(all: &BTreeMap<String, Models>) -> Map {
    let models = |models: &Models| -> Map {
        models.iter().map(|(name, it)| (name.as_str().into(), it.to_map().into())).collect()
    };
    all.iter().map(|(name, it)| (name.as_str().into(), models(it).into())).collect()
}

/// Takes the usage out of the unknown keys of a record. A value in another form stays there: other
/// programs may have used the key before it had a meaning.
pub fn take(rest: &mut Map) -> BTreeMap<String, Models> {
    let parsed = match rest.get("usage") {
        Some(Value::Map(map)) => from_map(map),
        _ => None,
    };
    if parsed.is_some() {
        rest.remove("usage");
    }
    parsed.unwrap_or_default()
}

/// Parses the stored form; None if it is another one.
pub fn from_map(map: &Map) -> Option<BTreeMap<String, Models>> {
    let map_of = |value: &Value| match value {
        Value::Map(map) => Some(map.clone()),
        _ => None,
    };
    let model = |(name, value): (&Value, &Value)| {
        Some((name.as_str()?.to_owned(), ModelUsage::from_map(map_of(value)?).ok()?))
    };
    let replica = |(name, value): (&Value, &Value)| {
        let models: Option<Models> = map_of(value)?.iter().map(model).collect();
        Some((name.as_str()?.to_owned(), models?))
    };
    map.iter().map(replica).collect()
}

impl ModelUsage {
    fn to_map(&self) -> Map {
        let mut out = Writer::default();
        if let Some(tokens) = self.tokens {
            out.put("input", tokens.input);
            out.put("output", tokens.output);
            out.put("cache_read", tokens.cache_read);
            out.put("cache_write_5m", tokens.cache_write_5m);
            out.put("cache_write_1h", tokens.cache_write_1h);
        }
        out.option("cost_usd", self.cost_usd.map(Value::Float));
        out.put("calls", self.calls);
        out.put("calls_without_usage", self.calls_without_usage);
        out.put("turns", self.turns);
        out.option("first", self.first.map(|at| at.to_string()));
        out.option("last", self.last.map(|at| at.to_string()));
        out.finish(&self.extra)
    }

    fn from_map(map: Map) -> Result<Self, RecordError> {
        let mut from = Reader::new("usage.", map);
        let [input, output] = [from.number("input")?, from.number("output")?];
        let cache_read = from.number("cache_read")?;
        let cache_write_5m = from.number("cache_write_5m")?;
        let cache_write_1h = from.number("cache_write_1h")?;
        let all = [input, output, cache_read, cache_write_5m, cache_write_1h];
        let tokens = Tokens {
            input: input.unwrap_or(0),
            output: output.unwrap_or(0),
            cache_read: cache_read.unwrap_or(0),
            cache_write_5m: cache_write_5m.unwrap_or(0),
            cache_write_1h: cache_write_1h.unwrap_or(0),
        };
        Ok(Self {
            tokens: all.iter().any(Option::is_some).then_some(tokens),
            calls: from.number("calls")?.unwrap_or(0),
            calls_without_usage: from.number("calls_without_usage")?.unwrap_or(0),
            turns: from.number("turns")?.unwrap_or(0),
            first: from.parse("first", "a time")?,
            last: from.parse("last", "a time")?,
            cost_usd: from.float("cost_usd")?,
            extra: from.rest(),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use crate::model::{Map, ModelUsage, Session, Timestamp, Tokens, Value};

    fn session(usage: Value) -> Session {
        let mut record = Map::new();
        record.insert("id", "7b6d11f9-5a0e-4f0c-9d0e-5a7f1c2b3d4e");
        record.insert("usage", usage);
        Session::from_record(record, &"demo".parse().unwrap()).unwrap()
    }

    #[test]
    fn what_was_counted_is_written_and_read() {
        let mut one = session(Value::Map(Map::new()));
        let tokens = Tokens { input: 3, cache_write_1h: 9, ..Tokens::default() };
        let mut known = ModelUsage { tokens: Some(tokens), calls: 2, ..ModelUsage::default() };
        (known.turns, known.first, known.cost_usd) = (1, Some(Timestamp::EPOCH), Some(0.5));
        known.extra.insert("later", "x");
        let silent = ModelUsage { calls: 4, calls_without_usage: 4, ..ModelUsage::default() };
        let models = [("opus".to_owned(), known), (ModelUsage::UNKNOWN.to_owned(), silent)];
        one.usage.insert("host-1".to_owned(), BTreeMap::from(models));
        let record = one.to_record();
        let text = format!("{record:?}");
        assert_eq!(text.matches("\"input\"").count(), 1, "unknown is not 0: {text}");
        assert_eq!(Session::from_record(record, &"demo".parse().unwrap()).unwrap(), one);
    }

    #[test]
    fn another_meaning_of_the_key_is_kept() {
        let map = |value: Value| Value::Map([(Value::from("a"), value)].into_iter().collect());
        for other in [Value::from("much"), map(7.into()), map(map(7.into()))] {
            let read = session(other.clone());
            assert!(read.usage.is_empty());
            assert_eq!(read.to_record().get("usage"), Some(&other));
        }
    }
}
