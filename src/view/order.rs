//! The orders in which sessions are listed.

use std::cmp::Ordering;
use std::str::FromStr;

use crate::model::{ErrorKind, Recovery, Session, Timestamp, nearest};
use crate::store::ListedSession;

/// A sort key and its direction. As in git, `-` before the key reverses the order; `:reverse` after
/// it does the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order {
    key: Key,
    is_reversed: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Key {
    Updated,
    Created,
    Status,
    Title,
    Agent,
    Branch,
    Project,
    Kind,
    Id,
}

const KEYS: [(&str, Key); 9] = [
    ("updated", Key::Updated),
    ("created", Key::Created),
    ("status", Key::Status),
    ("title", Key::Title),
    ("agent", Key::Agent),
    ("branch", Key::Branch),
    ("project", Key::Project),
    ("kind", Key::Kind),
    ("id", Key::Id),
];

/// An unknown sort key.
#[derive(Debug, thiserror::Error)]
#[error("the valid keys are {}{}", names().collect::<Vec<_>>().join(", "), similar(.0))]
pub struct UnknownKey(String);

impl UnknownKey {
    /// Returns the kind of the error.
    pub fn kind(&self) -> ErrorKind {
        ErrorKind::NotFound
    }

    /// Returns what the caller can do about the error, which follows from its [kind](Self::kind).
    pub fn recovery(&self) -> Recovery {
        self.kind().recovery()
    }
}

/// Returns the names of the sort keys.
pub fn names() -> impl Iterator<Item = &'static str> {
    KEYS.iter().map(|(name, _)| *name)
}

fn similar(typed: &str) -> String {
    let near = nearest(typed, KEYS.map(|(name, _)| name));
    near.map(|name| format!("; did you mean '{name}'?")).unwrap_or_default()
}

impl Default for Order {
    /// Returns the default order: newest first.
    fn default() -> Self {
        Self { key: Key::Updated, is_reversed: true }
    }
}

impl FromStr for Order {
    type Err = UnknownKey;

    fn from_str(text: &str) -> Result<Self, UnknownKey> {
        let (minus, rest) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (reverse, name) =
            rest.strip_suffix(":reverse").map_or((false, rest), |name| (true, name));
        let name = name.strip_suffix("_at").unwrap_or(name);
        let known = KEYS.iter().find(|(known, _)| *known == name);
        let (_, key) = known.ok_or_else(|| UnknownKey(name.chars().take(40).collect()))?;
        Ok(Self { key: *key, is_reversed: minus != reverse })
    }
}

impl Order {
    /// Sorts the sessions. Ties are broken by id; corrupt records come last.
    pub fn sort(self, listed: &mut [ListedSession], now: Timestamp) {
        listed.sort_by(|a, b| {
            let by_id = || (a.location.id, &a.location).cmp(&(b.location.id, &b.location));
            match (&a.session, &b.session) {
                (Ok(x), Ok(y)) => self.compare(x, y, now).then_with(by_id),
                (Ok(_), Err(_)) => Ordering::Less,
                (Err(_), Ok(_)) => Ordering::Greater,
                (Err(_), Err(_)) => by_id(),
            }
        });
    }

    fn compare(self, a: &Session, b: &Session, now: Timestamp) -> Ordering {
        let order = match self.key {
            Key::Updated => a.last_update(now).cmp(&b.last_update(now)),
            Key::Created => a.created_at.cmp(&b.created_at),
            Key::Status => a.status.cmp(&b.status),
            Key::Title => a.display_title().to_lowercase().cmp(&b.display_title().to_lowercase()),
            Key::Agent => a.agent.cmp(&b.agent),
            Key::Branch => a.branch.cmp(&b.branch),
            Key::Project => a.project_id.cmp(&b.project_id),
            Key::Kind => a.kind.as_str().cmp(b.kind.as_str()),
            Key::Id => a.id.cmp(&b.id),
        };
        if self.is_reversed { order.reverse() } else { order }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_to_turn_around() {
        let order = |text: &str| text.parse::<Order>().map(|order| (order.key, order.is_reversed));
        assert_eq!(order("title").unwrap(), (Key::Title, false));
        assert_eq!(order("-created").unwrap(), (Key::Created, true));
        assert_eq!(order("created_at:reverse").unwrap(), (Key::Created, true));
        assert_eq!(order("-id:reverse").unwrap(), (Key::Id, false));
        let error = order("titel").unwrap_err().to_string();
        assert!(error.ends_with("project, kind, id; did you mean 'title'?"), "{error}");
    }
}
