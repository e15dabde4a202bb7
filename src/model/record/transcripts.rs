//! The stored form of what was captured.

use std::collections::BTreeMap;

use super::error::RecordError;
use super::fields::{Reader, Writer};
use crate::model::{CapturedTranscripts, Map, SharedTranscripts, Value};

/// Returns the stored form of what each clone has captured.
pub fn to_map(all: &BTreeMap<String, CapturedTranscripts>) -> Map {
    all.iter().map(|(name, it)| (name.as_str().into(), it.to_map().into())).collect()
}

/// Takes the facts out of the unknown keys of a record. A value in another form stays there: other
/// programs may have used the key before it had a meaning.
pub fn take(rest: &mut Map) -> BTreeMap<String, CapturedTranscripts> {
    let parsed = match rest.get("transcripts") {
        Some(Value::Map(map)) => from_map(map),
        _ => None,
    };
    if parsed.is_some() {
        rest.remove("transcripts");
    }
    parsed.unwrap_or_default()
}

/// Parses the stored form; None if it is another one.
pub fn from_map(map: &Map) -> Option<BTreeMap<String, CapturedTranscripts>> {
    let one = |(replica, value): (&Value, &Value)| match (replica, value) {
        (Value::String(name), Value::Map(map)) => {
            Some((name.clone(), CapturedTranscripts::from_map(name, map.clone()).ok()?))
        }
        _ => None,
    };
    map.iter().map(one).collect()
}

impl CapturedTranscripts {
    fn to_map(&self) -> Map {
        let mut out = Writer::default();
        out.put("bytes", self.bytes);
        out.put("lines", self.lines);
        out.put("entries", self.entries);
        out.option("at", self.at.map(|at| at.to_string()));
        out.option("shared", self.shared.as_ref().map(|shared| Value::Map(shared.to_map())));
        out.option("withdrawn", self.withdrawn.map(|at| at.to_string()));
        out.finish(&self.extra)
    }

    fn from_map(replica: &str, map: Map) -> Result<Self, RecordError> {
        let prefix = format!("transcripts.{replica}.");
        let mut from = Reader::new(&prefix, map);
        let shared = from.map("shared")?;
        let shared = (!shared.is_empty())
            .then(|| SharedTranscripts::from_map(&format!("{prefix}shared."), shared));
        Ok(Self {
            bytes: from.number("bytes")?.unwrap_or(0),
            lines: from.number("lines")?.unwrap_or(0),
            entries: from.number("entries")?.unwrap_or(0),
            at: from.parse("at", "a time")?,
            shared: shared.transpose()?,
            withdrawn: from.parse("withdrawn", "a time")?,
            extra: from.rest(),
        })
    }
}

impl SharedTranscripts {
    fn to_map(&self) -> Map {
        let mut out = Writer::default();
        out.option("tree", self.tree.as_ref().map(|oid| oid.as_str()));
        out.put("bytes", self.bytes);
        out.put("lines", self.lines);
        out.option("at", self.at.map(|at| at.to_string()));
        out.option("rules", self.rules.as_deref());
        out.finish(&self.extra)
    }

    fn from_map(prefix: &str, map: Map) -> Result<Self, RecordError> {
        let mut from = Reader::new(prefix, map);
        Ok(Self {
            tree: from.parse("tree", "an object id")?,
            bytes: from.number("bytes")?.unwrap_or(0),
            lines: from.number("lines")?.unwrap_or(0),
            at: from.parse("at", "a time")?,
            rules: from.text("rules")?,
            extra: from.rest(),
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::model::{CapturedTranscripts, Map, Session, SharedTranscripts, Timestamp, Value};

    fn session(transcripts: Value) -> Session {
        let mut record = Map::new();
        record.insert("id", "7b6d11f9-5a0e-4f0c-9d0e-5a7f1c2b3d4e");
        record.insert("transcripts", transcripts);
        Session::from_record(record, &"demo".parse().unwrap()).unwrap()
    }

    #[test]
    fn what_was_captured_is_written_and_read() {
        let mut facts = CapturedTranscripts::new(4096, 12, 14);
        facts.at = Some(Timestamp::EPOCH);
        facts.extra.insert("later", "x");
        let mut shared = SharedTranscripts { bytes: 1, lines: 2, ..SharedTranscripts::default() };
        shared.tree = Some("a".repeat(40).parse().unwrap());
        shared.rules = Some("1".to_owned());
        facts.shared = Some(shared.clone());
        let mut one = session(Value::Map(Map::new()));
        one.transcripts.insert("host-1".to_owned(), facts.clone());
        let again = Session::from_record(one.to_record(), &"demo".parse().unwrap()).unwrap();
        assert_eq!(again, one);
        assert_eq!(again.transcripts["host-1"].shared_now(), Some(&shared));
        facts.withdrawn = Some(Timestamp::EPOCH);
        assert_eq!(facts.shared_now(), None);
    }

    #[test]
    fn another_meaning_of_the_key_is_kept() {
        for other in [
            Value::from("~/talk.txt"),
            Value::Map([(Value::from("a"), Value::from(7))].into_iter().collect()),
        ] {
            let read = session(other.clone());
            assert!(read.transcripts.is_empty());
            assert_eq!(read.extra.get("transcripts"), Some(&other));
            assert_eq!(read.to_record().get("transcripts"), Some(&other));
        }
    }
}
