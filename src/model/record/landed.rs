//! The stored form of where the work was landed.

use super::error::RecordError;
use super::fields::{Reader, Writer};
use crate::model::{Landed, Map, Value};

/// Takes it out of the unknown keys of a record. A value in another form stays there: other
/// programs may have used the key before it had a meaning.
pub fn take(rest: &mut Map) -> Option<Landed> {
    let parsed = match rest.get("landed") {
        Some(Value::Map(map)) => Landed::from_map(map.clone()).ok().flatten(),
        _ => None,
    };
    if parsed.is_some() {
        rest.remove("landed");
    }
    parsed
}

/// Parses the stored form, which may be empty. None if it is another one.
pub fn from_record(map: Map) -> Option<Option<Landed>> {
    if map.is_empty() { Some(None) } else { Landed::from_map(map).ok()?.map(Some) }
}

impl Landed {
    pub(super) fn to_map(&self) -> Map {
        let mut out = Writer::default();
        out.put("commit", self.commit.as_str());
        out.put("into", self.into.as_str());
        out.put("how", self.how.as_str());
        out.finish(&self.extra)
    }

    fn from_map(map: Map) -> Result<Option<Self>, RecordError> {
        let mut from = Reader::new("landed.", map);
        let (commit, into) = (from.parse("commit", "an object id")?, from.branch("into")?);
        let how = from.text("how")?;
        let (Some(commit), Some(into), Some(how)) = (commit, into, how) else { return Ok(None) };
        Ok(Some(Self { commit, into, how, extra: from.rest() }))
    }
}

#[cfg(test)]
mod tests {
    use crate::model::{Landed, Map, Session, Value};

    fn session(landed: Value) -> Session {
        let mut record = Map::new();
        record.insert("id", "7b6d11f9-5a0e-4f0c-9d0e-5a7f1c2b3d4e");
        record.insert("landed", landed);
        Session::from_record(record, &"demo".parse().unwrap()).unwrap()
    }

    #[test]
    fn it_is_written_and_read() {
        let mut one = session("then".into());
        one.extra.remove("landed");
        let commit = "0123456789012345678901234567890123456789".parse().unwrap();
        let mut landed = Landed::new(commit, "main", "squash");
        landed.extra.insert("later", "x");
        one.landed = Some(landed);
        let record = one.to_record();
        assert_eq!(Session::from_record(record, &"demo".parse().unwrap()).unwrap(), one);
    }

    #[test]
    fn another_meaning_of_the_key_is_kept() {
        let map = Value::Map([(Value::from("commit"), Value::from("none"))].into_iter().collect());
        for other in [Value::from("in May"), map] {
            let read = session(other.clone());
            assert_eq!(read.landed, None);
            assert_eq!(read.to_record().get("landed"), Some(&other));
        }
    }
}
