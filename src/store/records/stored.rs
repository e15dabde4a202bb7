use crate::model::{Dates, Session, SessionId, Timestamp};
use crate::store::Location;

/// The record has keys that this version does not know.
const UNKNOWN_KEYS: u8 = 1;

/// A record that was decoded before, as JSON.
///
/// ```text
/// flags u8 (1: it has unknown keys)
/// the session's id
/// its project
/// created u64, updated u64   in milliseconds
/// title u32, u32   where the title is in the JSON, in quotes, and its length; 0 if it is empty
/// placements u32   their number
/// then for each
///   the name of the replica
///   workspace u8   1 if there is one, which follows
/// the record as JSON
/// ```
///
/// Numbers are little-endian. A text is its length, u32, and its bytes.
#[derive(Debug, Clone, Copy)]
pub struct StoredRecord<'r> {
    dates: Dates,
    project: &'r str,
    has_unknown_keys: bool,
    title: &'r str,
    placements: &'r [u8],
    count: u32,
    json: &'r str,
}

/// Returns the stored form of a session, or None if another session would be read from it: JSON has
/// no tags, for example.
pub(in crate::store) fn encode(session: &Session) -> Option<Vec<u8>> {
    let json = serde_json::to_string(session).ok()?;
    let title = serde_json::to_string(&session.title).ok()?;
    // Whatever has these bytes will do.
    let title = match session.title.is_empty() {
        true => (0, 0),
        false => (json.find(&title)?, title.len()),
    };
    let mut out = Vec::with_capacity(json.len() + 128);
    out.push(if session.extra.is_empty() { 0 } else { UNKNOWN_KEYS });
    out.extend(session.id.as_bytes());
    put(&mut out, session.project_id.as_str())?;
    for time in [session.created_at, session.updated_at] {
        out.extend(time.as_millis().to_le_bytes());
    }
    out.extend(number(title.0)?);
    out.extend(number(title.1)?);
    out.extend(number(session.placements.len())?);
    for (replica, placement) in &session.placements {
        put(&mut out, replica)?;
        out.push(u8::from(placement.workspace.is_some()));
        placement.workspace.iter().try_for_each(|path| put(&mut out, path))?;
    }
    out.extend(json.bytes());
    let again = || StoredRecord::parse(&out)?.session();
    let is_same = has_only_texts(session) || again().is_some_and(|again| again == *session);
    is_same.then_some(out)
}

/// Returns true if JSON can tell all that is in the session. Of other values that need not be so.
fn has_only_texts(session: &Session) -> bool {
    let mut maps = vec![&session.agent_config, &session.context, &session.extra];
    maps.extend(session.base.iter().map(|base| &base.extra));
    maps.extend(session.fork.iter().map(|fork| &fork.extra));
    maps.extend(session.placements.values().map(|placement| &placement.extra));
    session.cost.is_none() && maps.iter().all(|map| map.is_empty())
}

fn number(count: usize) -> Option<[u8; 4]> {
    u32::try_from(count).ok().map(u32::to_le_bytes)
}

fn put(out: &mut Vec<u8>, text: &str) -> Option<()> {
    out.extend(number(text.len())?);
    out.extend(text.bytes());
    Some(())
}

impl<'r> StoredRecord<'r> {
    /// Reads the stored form. Returns None if it is none.
    pub(in crate::store) fn parse(bytes: &'r [u8]) -> Option<Self> {
        let mut from = Input { rest: bytes };
        let [flags] = from.array()?;
        let id = SessionId::from_bytes(from.array()?);
        let project = from.text()?;
        let created_at = Timestamp::from_millis(i64::from_le_bytes(from.array()?));
        let updated_at = Timestamp::from_millis(i64::from_le_bytes(from.array()?));
        let dates = Dates { id, created_at, updated_at };
        let (start, length) = (from.number()?, from.number()?);
        let count = from.number()?;
        let placements = from.rest;
        for _ in 0..count {
            from.placement()?;
        }
        let placements = &placements[..placements.len() - from.rest.len()];
        let json = std::str::from_utf8(from.rest).ok()?;
        let title = json.get(start..start.checked_add(length)?)?;
        let count = u32::try_from(count).ok()?;
        let has_unknown_keys = flags & UNKNOWN_KEYS != 0;
        Some(Self { dates, project, has_unknown_keys, title, placements, count, json })
    }

    /// Returns true if this is the record of the session at this place. The record of a blob may
    /// belong to another project elsewhere.
    pub(in crate::store) fn belongs_to(&self, location: &Location) -> bool {
        self.dates.id == location.id && self.project == location.project.as_str()
    }

    /// Parses the session.
    pub fn session(&self) -> Option<Session> {
        let fast = || Session::from_json(self.json, self.project.parse().ok()?, self.dates);
        fast().or_else(|| serde_json::from_str(self.json).ok())
    }

    /// Returns the time of the session's creation.
    pub fn created_at(&self) -> Timestamp {
        self.dates.created_at
    }

    /// Returns the time of the last update.
    pub(super) fn updated_at(&self) -> Timestamp {
        self.dates.updated_at
    }

    /// Returns the record as a JSON object, as the [`Session`] is serialized.
    pub fn json(&self) -> &'r str {
        self.json
    }

    /// Returns the title as a JSON string, or None if it is empty.
    pub fn title(&self) -> Option<&'r str> {
        Some(self.title).filter(|title| !title.is_empty())
    }

    /// Returns true if the record has keys that this version does not know.
    pub fn has_unknown_keys(&self) -> bool {
        self.has_unknown_keys
    }

    /// Returns the workspace of the session's placement on a replica, if there is a placement.
    pub fn placement_in(&self, replica: Option<&str>) -> Option<Option<&'r str>> {
        let (replica, mut from) = (replica?, Input { rest: self.placements });
        let mut placements = (0..self.count).map_while(|_| from.placement());
        placements.find(|(name, _)| *name == replica).map(|(_, workspace)| workspace)
    }
}

/// What is left of a stored record.
struct Input<'r> {
    rest: &'r [u8],
}

impl<'r> Input<'r> {
    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (array, rest) = self.rest.split_first_chunk()?;
        self.rest = rest;
        Some(*array)
    }

    fn number(&mut self) -> Option<usize> {
        usize::try_from(u32::from_le_bytes(self.array()?)).ok()
    }

    fn text(&mut self) -> Option<&'r str> {
        let length = self.number()?;
        let (text, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        std::str::from_utf8(text).ok()
    }

    fn placement(&mut self) -> Option<(&'r str, Option<&'r str>)> {
        let replica = self.text()?;
        let workspace = match self.array()? {
            [0] => None,
            [_] => Some(self.text()?),
        };
        Some((replica, workspace))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Cost, Placement, Timestamp, Value};

    fn session() -> Session {
        let now = Timestamp::from_millis(1_767_225_600_123);
        let mut session =
            Session::new(SessionId::from_bytes([7; 16]), "demo".parse().unwrap(), now);
        session.title = "\"Größe\"\n".to_owned();
        session.placements.insert("a".into(), Placement::in_workspace("~/w"));
        session.placements.insert("b".into(), Placement::default());
        session
    }

    #[test]
    fn a_session_comes_back_as_it_was() {
        let mut session = session();
        for extra in [false, true] {
            if extra {
                session.extra.insert("future", 3);
                session.title = String::new();
            }
            let bytes = encode(&session).unwrap();
            let stored = StoredRecord::parse(&bytes).unwrap();
            assert_eq!(stored.session().as_ref(), Some(&session));
            assert_eq!(stored.json(), serde_json::to_string(&session).unwrap());
            assert_eq!(stored.has_unknown_keys(), extra);
            let title = stored.title().map(|title| serde_json::from_str::<String>(title).unwrap());
            assert_eq!(title.unwrap_or_default(), session.title);
            assert_eq!(stored.placement_in(Some("a")), Some(Some("~/w")));
            assert_eq!(stored.placement_in(Some("b")), Some(None));
            assert_eq!(stored.placement_in(Some("c")), None);
            assert_eq!(stored.placement_in(None), None);
            for cut in 0..bytes.len() {
                // Whatever is left of it, it can be asked.
                let stored = StoredRecord::parse(&bytes[..cut]);
                assert!(stored.is_none_or(|it| it.session().is_none()), "cut at {cut}");
            }
        }
    }

    #[test]
    fn what_json_cannot_tell_is_not_stored() {
        let number = || Box::new(Value::Float(1.5));
        for value in [
            Value::Tagged("!x".to_owned(), number()),
            Value::Literal("1.50".to_owned(), number()),
            Value::Float(f64::NAN),
            Value::Map([(Value::Int(1), Value::Null)].into_iter().collect()),
        ] {
            let mut session = session();
            session.context.insert("odd", Value::List(vec![value]));
            assert!(encode(&session).is_none(), "{:?}", session.context);
        }
        let mut session = session();
        session.context.insert("usual", Value::List(vec![Value::Float(1.5), Value::Null]));
        session.cost = Some(Cost { cost_usd: Some(0.1), ..Cost::default() });
        assert!(encode(&session).is_some());
    }
}
