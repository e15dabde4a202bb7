//! Undoes a change of a record.

use std::collections::BTreeSet;

use super::merge::merge_tags;
use super::{Map, Merged, Value};

/// Facts about the world that a clone records. They hold now, whatever event is undone.
const FACTS: [&str; 8] = [
    "status",
    "status_reason",
    "placements",
    "head",
    "transcripts",
    "usage",
    "landed",
    "agent_session_id",
];

/// How much of a change is undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// Everything, because a person asked for it.
    Everything,
    /// Everything except facts that a clone records: status, placements, head and the like.
    WithoutFacts,
}

/// Undoes the change from `before` to `after` in the present record `now`. Later changes stay.
///
/// A field that a later change set to another value is a conflict, and gets its value from
/// `before`. `updated_at` keeps its present value.
pub fn undo(before: &Map, after: &Map, now: &Map, extent: Extent) -> Merged {
    let mut undoing = Undoing::default();
    let mut record = now.clone();
    for key in keys([before, after, now]) {
        let label = key.label();
        let is_fact = FACTS.contains(&label.as_str());
        if label == "updated_at" || (is_fact && extent == Extent::WithoutFacts) {
            continue;
        }
        let [before, after, now] = [before, after, now].map(|map| value(map, &key));
        let undone = match [before, after, now].map(as_tags) {
            [Some(before), Some(after), Some(now)] if label == "tags" && before != after => {
                let tags = merge_tags(after, now, before);
                (!tags.is_empty()).then_some(Value::List(tags))
            }
            _ => undoing.value(&label, [before, after, now]),
        };
        put(&mut record, key, undone);
    }
    Merged { record, conflicts: undoing.conflicts }
}

/// Returns the fields that differ between two records, except facts that a clone records on its
/// own.
pub fn own_changes(then: &Map, now: &Map) -> Vec<String> {
    let is_own = |key: &Value| {
        let label = key.label();
        label != "updated_at" && !FACTS.contains(&label.as_str())
    };
    let keys = keys([then, now]).into_iter();
    let differ = keys.filter(|key| is_own(key) && value(then, key) != value(now, key));
    differ.map(|key| key.label()).collect()
}

#[derive(Default)]
struct Undoing {
    conflicts: Vec<String>,
}

impl Undoing {
    fn value(&mut self, path: &str, sides: [Option<&Value>; 3]) -> Option<Value> {
        let [before, after, now] = sides;
        if before == after || now == before {
            return now.cloned();
        }
        if now == after {
            return before.cloned();
        }
        let nothing = Map::new();
        let map = |side: Option<&'_ Value>| match side {
            None => Some(nothing.clone()),
            Some(Value::Map(map)) => Some(map.clone()),
            Some(_) => None,
        };
        if let [Some(before), Some(after), Some(now)] = sides.map(map) {
            let mut merged = now.clone();
            for key in keys([&before, &after, &now]) {
                let sides = [&before, &after, &now].map(|map| value(map, &key));
                let undone = self.value(&format!("{path}.{}", key.label()), sides);
                put(&mut merged, key, undone);
            }
            return (!merged.is_empty()).then_some(Value::Map(merged));
        }
        self.conflicts.push(path.to_owned());
        before.cloned()
    }
}

fn keys<'m, const N: usize>(maps: [&'m Map; N]) -> Vec<Value> {
    let mut seen = BTreeSet::new();
    let all = maps.into_iter().flat_map(|map: &'m Map| map.iter().map(|(key, _)| key));
    all.filter(|key| seen.insert(key.label())).cloned().collect()
}

fn value<'m>(map: &'m Map, key: &Value) -> Option<&'m Value> {
    map.iter().find(|(other, _)| *other == key).map(|(_, value)| value)
}

/// Returns the list, or an empty one if the value is missing.
fn as_tags(value: Option<&Value>) -> Option<&[Value]> {
    match value {
        None => Some(&[]),
        Some(Value::List(list)) => Some(list),
        Some(_) => None,
    }
}

fn put(map: &mut Map, key: Value, value: Option<Value>) {
    match value {
        Some(value) => drop(map.insert(key, value)),
        None => map.take(&key),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(entries: &[(&str, Value)]) -> Map {
        entries.iter().map(|(key, value)| ((*key).into(), value.clone())).collect()
    }

    fn tags(words: &[&str]) -> Value {
        Value::List(words.iter().map(|word| (*word).into()).collect())
    }

    #[test]
    fn later_changes_stay() {
        let before = map(&[("title", "a".into()), ("tags", tags(&["x"]))]);
        let after =
            map(&[("title", "b".into()), ("tags", tags(&["x", "y"])), ("branch", "n".into())]);
        let now = map(&[
            ("title", "b".into()),
            ("tags", tags(&["x", "y", "z"])),
            ("branch", "n".into()),
            ("task", "later".into()),
        ]);
        let undone = undo(&before, &after, &now, Extent::Everything);
        let expected =
            map(&[("title", "a".into()), ("tags", tags(&["x", "z"])), ("task", "later".into())]);
        assert_eq!((undone.record, undone.conflicts), (expected, vec![]));
    }

    #[test]
    fn what_changed_twice_is_a_conflict() {
        let side =
            |x: &str, y: &str| map(&[("context", map(&[("x", x.into()), ("y", y.into())]).into())]);
        let undone = undo(&side("1", "1"), &side("2", "2"), &side("3", "2"), Extent::Everything);
        assert_eq!(
            (undone.record, undone.conflicts),
            (side("1", "1"), vec!["context.x".to_owned()])
        );
    }

    #[test]
    fn facts_stay_unless_everything_goes() {
        let at =
            |status: &str, title: &str| map(&[("status", status.into()), ("title", title.into())]);
        let undo = |extent| undo(&at("working", "a"), &at("done", "b"), &at("done", "b"), extent);
        assert_eq!(undo(Extent::WithoutFacts).record, at("done", "a"));
        assert_eq!(undo(Extent::Everything).record, at("working", "a"));
        assert_eq!(own_changes(&at("working", "a"), &at("done", "b")), ["title"]);
    }
}
