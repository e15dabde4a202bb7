//! The orders of sessions.

use std::cmp::Ordering;
use std::str::FromStr;

use super::{Dates, ErrorKind, Rank, Recovery, Session, Timestamp, Value, nearest};

/// An order of sessions: a key and a direction. Of two sessions with the same key, the one that was
/// created first comes first, in either direction.
///
/// Its text form is the name of the key. As in git, `-` before it reverses the order; `:reverse`
/// after it does the same.
///
/// ```
/// use git_ao::model::{Order, SortKey};
///
/// assert_eq!("-updated".parse::<Order>()?, Order::default());
/// assert_eq!("context.priority".parse::<Order>()?, Order::by(SortKey::Context("priority".into())));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    key: SortKey,
    is_reversed: bool,
}

/// What sessions are ordered by.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
#[allow(missing_docs)] // each is the record's key, but for those that say more
pub enum SortKey {
    Updated,
    Created,
    Status,
    Title,
    Agent,
    Branch,
    Project,
    Kind,
    Id,
    /// A value in `context`, such as a priority: numbers, then text. Sessions without it come last,
    /// in either direction.
    Context(String),
}

const KEYS: [(&str, SortKey); 9] = [
    ("updated", SortKey::Updated),
    ("created", SortKey::Created),
    ("status", SortKey::Status),
    ("title", SortKey::Title),
    ("agent", SortKey::Agent),
    ("branch", SortKey::Branch),
    ("project", SortKey::Project),
    ("kind", SortKey::Kind),
    ("id", SortKey::Id),
];

/// The text before the name of a value in `context`.
const CONTEXT: &str = "context.";

/// An unknown sort key.
#[derive(Debug, thiserror::Error)]
#[error("the valid keys are {}, context.<key>{}", known(), similar(.0))]
pub struct UnknownSortKey(String);

impl UnknownSortKey {
    /// Returns the kind of the error.
    pub fn kind(&self) -> ErrorKind {
        ErrorKind::NotFound
    }

    /// Returns what the caller can do about the error, which follows from its [kind](Self::kind).
    pub fn recovery(&self) -> Recovery {
        self.kind().recovery()
    }
}

fn known() -> String {
    Order::names().collect::<Vec<_>>().join(", ")
}

fn similar(typed: &str) -> String {
    let near = nearest(typed, Order::names());
    near.map(|name| format!("; did you mean '{name}'?")).unwrap_or_default()
}

impl Default for Order {
    /// Returns the order of lists: last updated first.
    fn default() -> Self {
        Self::by(SortKey::Updated).reversed()
    }
}

impl FromStr for Order {
    type Err = UnknownSortKey;

    fn from_str(text: &str) -> Result<Self, UnknownSortKey> {
        let (minus, rest) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (reverse, name) =
            rest.strip_suffix(":reverse").map_or((false, rest), |name| (true, name));
        let is_reversed = minus != reverse;
        if let Some(key) = name.strip_prefix(CONTEXT).filter(|key| !key.is_empty()) {
            return Ok(Self { key: SortKey::Context(key.to_owned()), is_reversed });
        }
        let name = name.strip_suffix("_at").unwrap_or(name);
        let known = KEYS.into_iter().find(|(known, _)| *known == name);
        let (_, key) = known.ok_or_else(|| UnknownSortKey(name.chars().take(40).collect()))?;
        Ok(Self { key, is_reversed })
    }
}

impl Order {
    /// Returns the order by a key, the smallest first.
    pub fn by(key: SortKey) -> Self {
        Self { key, is_reversed: false }
    }

    /// Returns the order of a queue: created first, served first.
    pub fn first_in_first_out() -> Self {
        Self::by(SortKey::Created)
    }

    /// Returns the order in the other direction.
    pub fn reversed(self) -> Self {
        Self { is_reversed: !self.is_reversed, ..self }
    }

    /// Returns the names of the keys, except those in `context`.
    pub fn names() -> impl Iterator<Item = &'static str> {
        KEYS.into_iter().map(|(name, _)| name)
    }

    /// Compares two sessions. Update times in the future do not count.
    pub fn compare(&self, a: &Session, b: &Session, now: Timestamp) -> Ordering {
        if self.needs_only_dates() {
            return self.compare_dates(a.dates(), b.dates(), now);
        }
        let turn = |order| self.turn(order);
        let order = match &self.key {
            // Compared above.
            SortKey::Updated | SortKey::Created | SortKey::Id => Ordering::Equal,
            SortKey::Status => a.status.cmp(&b.status),
            SortKey::Title => {
                a.display_title().to_lowercase().cmp(&b.display_title().to_lowercase())
            }
            SortKey::Agent => a.agent.cmp(&b.agent),
            SortKey::Branch => a.branch.cmp(&b.branch),
            SortKey::Project => a.project_id.cmp(&b.project_id),
            SortKey::Kind => a.kind.as_str().cmp(b.kind.as_str()),
            SortKey::Context(key) => match (a.context.get(key), b.context.get(key)) {
                (Some(a), Some(b)) => compare_values(a, b),
                // Reversed once more below.
                (Some(_), None) => turn(Ordering::Less),
                (None, Some(_)) => turn(Ordering::Greater),
                (None, None) => Ordering::Equal,
            },
        };
        turn(order).then_with(|| (a.created_at, a.id).cmp(&(b.created_at, b.id)))
    }
}

impl Order {
    /// Returns true if the order needs nothing else of a session.
    pub(crate) fn needs_only_dates(&self) -> bool {
        matches!(self.key, SortKey::Updated | SortKey::Created | SortKey::Id)
    }

    /// Returns a session with those fields of another one that the order needs.
    pub(crate) fn fields_of(&self, session: &Session) -> Session {
        let Session { id, project_id, created_at, .. } = session;
        let mut fields = Session::new(*id, project_id.clone(), *created_at);
        match &self.key {
            SortKey::Updated => fields.updated_at = session.updated_at,
            SortKey::Created | SortKey::Id | SortKey::Project => {}
            SortKey::Status => fields.status = session.status.clone(),
            SortKey::Title => fields.title.clone_from(&session.title),
            SortKey::Agent => fields.agent.clone_from(&session.agent),
            SortKey::Branch => fields.branch.clone_from(&session.branch),
            SortKey::Kind => fields.kind = session.kind.clone(),
            SortKey::Context(key) => {
                let value = session.context.get(key).cloned();
                fields
                    .context
                    .extend(value.map(|it| (key.as_str().into(), it)).into_iter().collect());
            }
        }
        fields
    }

    /// Compares two sessions by their dates alone, for an order that needs nothing else.
    pub(crate) fn compare_dates(&self, a: Dates, b: Dates, now: Timestamp) -> Ordering {
        self.rank(a, now).cmp(&self.rank(b, now))
    }

    /// Returns the place of a session in an order that needs only its dates.
    pub(crate) fn rank(&self, dates: Dates, now: Timestamp) -> Rank {
        let millis = |time: Timestamp| u128::from(time.as_millis().unsigned_abs());
        let key = match self.key {
            SortKey::Updated => millis(dates.last_update(now)),
            SortKey::Created => millis(dates.created_at),
            SortKey::Id => u128::from_be_bytes(*dates.id.as_bytes()),
            _ => 0,
        };
        let key = if self.is_reversed { !key } else { key };
        Rank { key, created_at: dates.created_at, id: dates.id }
    }

    fn turn(&self, order: Ordering) -> Ordering {
        if self.is_reversed { order.reverse() } else { order }
    }
}

/// Compares values: numbers by size, before everything else by its text.
fn compare_values(a: &Value, b: &Value) -> Ordering {
    match (a.as_f64(), b.as_f64()) {
        (Some(a), Some(b)) => a.total_cmp(&b),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => a.label().cmp(&b.label()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_to_turn_around() {
        let order = |text: &str| text.parse::<Order>().map(|order| (order.key, order.is_reversed));
        assert_eq!(order("title").unwrap(), (SortKey::Title, false));
        assert_eq!(order("-created").unwrap(), (SortKey::Created, true));
        assert_eq!(order("created_at:reverse").unwrap(), (SortKey::Created, true));
        assert_eq!(order("-id:reverse").unwrap(), (SortKey::Id, false));
        assert_eq!(order("-context.a_at").unwrap(), (SortKey::Context("a_at".into()), true));
        for wrong in ["titel", "context.", "context", "-", ""] {
            assert!(order(wrong).is_err(), "{wrong}");
        }
        let error = order("titel").unwrap_err().to_string();
        assert!(error.ends_with("kind, id, context.<key>; did you mean 'title'?"), "{error}");
    }

    #[test]
    fn values_in_the_context() {
        let now = Timestamp::from_millis(9);
        let session = |n: u8, priority: Option<Value>| {
            let id = crate::model::SessionId::from_bytes([n; 16]);
            let time = Timestamp::from_millis(n.into());
            let mut session = Session::new(id, "demo".parse().unwrap(), time);
            priority.map(|value| session.context.insert("priority", value));
            session
        };
        let mut all = [
            session(1, None),
            session(2, Some(2.into())),
            session(3, Some(Value::Float(10.5))),
            session(4, Some("high".into())),
            session(5, Some(2.into())),
            session(6, None),
        ];
        let mut sorted = |order: &str| {
            let order: Order = order.parse().unwrap();
            all.sort_by(|a, b| order.compare(a, b, now));
            all.iter().map(|it| it.created_at.as_millis()).collect::<Vec<_>>()
        };
        assert_eq!(sorted("context.priority"), [2, 5, 3, 4, 1, 6]);
        assert_eq!(sorted("-context.priority"), [4, 3, 2, 5, 1, 6]);
        assert_eq!(sorted("context.none"), [1, 2, 3, 4, 5, 6]);
    }
}
