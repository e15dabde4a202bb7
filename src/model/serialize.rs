//! Serializes the public types through serde: ids, times and words as text, a session as its
//! record.

use std::fmt;
use std::str::FromStr;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap as _, Serializer};

use super::{Kind, Map, Oid, Project, Session, SessionId, SessionStatus, Timestamp, Value};

macro_rules! as_text {
    ($($name:ty: $read:expr),* $(,)?) => {$(
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = String::deserialize(from)?;
                let read: fn(&str) -> Result<Self, String> = $read;
                read(&text).map_err(D::Error::custom)
            }
        }
    )*};
}

as_text! {
    SessionId: parsed,
    Oid: parsed,
    Project: parsed,
    Timestamp: parsed,
    SessionStatus: |text| Ok(text.into()),
    Kind: |text| Ok(text.into()),
}

fn parsed<T: FromStr<Err: fmt::Display>>(text: &str) -> Result<T, String> {
    text.parse().map_err(|error: T::Err| error.to_string())
}

impl Serialize for Session {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(None)?;
        self.serialize_record(&mut map, |_| false)?;
        map.end()
    }
}

/// The record must name its project. A stored record need not, because its path does.
impl<'de> Deserialize<'de> for Session {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let record = Map::deserialize(from)?;
        let project = record.get("project_id").and_then(Value::as_str);
        let project = project.ok_or_else(|| D::Error::missing_field("project_id"))?;
        let project = parsed(project).map_err(D::Error::custom)?;
        Self::from_record(record, &project).map_err(D::Error::custom)
    }
}

impl<'de> Deserialize<'de> for Map {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        match Value::deserialize(from)? {
            Value::Map(map) => Ok(map),
            _ => Err(D::Error::custom("not a mapping")),
        }
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Any)
    }
}

struct Any;

impl<'de> Visitor<'de> for Any {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
        Value::deserialize(from)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Int(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(i64::try_from(value).map_or(Value::Uint(value), Value::Int))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(Value::Float(value))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(value) = from.next_element()? {
            list.push(value);
        }
        Ok(Value::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Value, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = from.next_entry()? {
            entries.push(entry);
        }
        let map = Map::from_unique(entries);
        map.map(Value::Map)
            .map_err(|key| A::Error::custom(format!("'{}' is there twice", key.label())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn again(session: &Session) -> Session {
        serde_json::from_str(&serde_json::to_string(session).unwrap()).unwrap()
    }

    #[test]
    fn a_session_comes_back_as_it_was() {
        let now = Timestamp::from_millis(1_767_225_600_123);
        let mut session = Session::new(SessionId::random(), "demo".parse().unwrap(), now);
        session.title = "Größe \u{1b}[2J".to_owned();
        session.status = SessionStatus::Other("waiting".to_owned());
        session.kind = Kind::Other("spike".to_owned());
        session.tags = vec!["a".to_owned(), "b".to_owned()];
        session.head = Some("0123456789012345678901234567890123456789".parse().unwrap());
        session.cost = Some(super::super::Cost { cost_usd: Some(1.5), ..Default::default() });
        let list = Value::List(vec![1.into(), Value::Float(2.5), Value::Null, Value::Bool(true)]);
        session.context.insert("list", list);
        session.context.insert("large", Value::Uint(u64::MAX));
        session.extra.insert("future", Value::Int(-3));
        session.placements.insert("host-1".to_owned(), super::super::Placement::default());
        assert_eq!(again(&session), session);
        let json = serde_json::to_value(&session).unwrap();
        assert_eq!(json["id"], session.id.to_string());
        assert_eq!(json["created_at"], "2026-01-01T00:00:00.123Z");
        assert_eq!(json["status"], "waiting");
    }

    #[test]
    fn what_is_no_session_is_refused() {
        let read = |text: &str| serde_json::from_str::<Session>(text).map_err(|it| it.to_string());
        let id = "7b6d11f9-0000-4000-8000-000000000000";
        let whole = format!(r#"{{"id":"{id}","project_id":"demo"}}"#);
        assert!(read(&whole).is_ok());
        for (bad, why) in [
            ("[]".to_owned(), "not a mapping"),
            (format!(r#"{{"id":"{id}"}}"#), "project_id"),
            (r#"{"project_id":"demo"}"#.to_owned(), "'id' is missing"),
            (format!(r#"{{"id":"{id}","project_id":"../x"}}"#), "../x"),
            (whole.replace('}', r#","tags":3}"#), "tags"),
            (whole.replace('}', r#","schema":2}"#), "newer"),
            (whole.replace('}', r#","id":"x"}"#), "twice"),
        ] {
            let error = read(&bad).unwrap_err();
            assert!(error.contains(why), "{bad}: {error}");
        }
        assert!(serde_json::from_str::<SessionId>("\"x\"").is_err());
        assert!(serde_json::from_str::<Timestamp>("\"yesterday\"").is_err());
        assert!(serde_json::from_str::<Oid>("\"HEAD\"").is_err());
    }
}
