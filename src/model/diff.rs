use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{KEYS, Map, Value};

/// A field that differs between two records.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FieldChange {
    /// The field, with dots between levels.
    pub field: String,
    /// The value before; None if there was none.
    pub before: Option<Value>,
    /// The value now; None if there is none.
    pub after: Option<Value>,
}

/// Returns the fields that differ, in the order of a record, unknown fields last. Mappings are
/// compared key by key. `updated_at` always differs and is left out.
pub fn field_changes(before: &Map, after: &Map) -> Vec<FieldChange> {
    let mut fields: BTreeMap<Path, [Option<&Value>; 2]> = BTreeMap::new();
    for (side, record) in [before, after].into_iter().enumerate() {
        flatten(record, &Path::default(), &mut |path, value| {
            fields.entry(path).or_default()[side] = Some(value);
        });
    }
    let changed = fields.into_iter().filter(|(path, [before, after])| {
        before != after && path.labels != ["updated_at".to_owned()]
    });
    changed
        .map(|(path, [before, after])| FieldChange {
            field: path.labels.join("."),
            before: before.cloned(),
            after: after.cloned(),
        })
        .collect()
}

/// The path of a field. Paths sort by the position of their first key among the known keys.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Path {
    rank: usize,
    labels: Vec<String>,
}

fn flatten<'v>(map: &'v Map, above: &Path, visit: &mut dyn FnMut(Path, &'v Value)) {
    for (key, value) in map.iter() {
        let mut path = above.clone();
        path.labels.push(key.label());
        if above.labels.is_empty() {
            let known = KEYS.iter().position(|known| key.as_str() == Some(known));
            path.rank = known.unwrap_or(KEYS.len());
        }
        match value {
            Value::Map(inner) if !inner.is_empty() => flatten(inner, &path, visit),
            other => visit(path, other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_compared_one_by_one() {
        let map = |entries: &[(&str, Value)]| -> Map {
            entries.iter().map(|(key, value)| ((*key).into(), value.clone())).collect()
        };
        let context = |n: i64| Value::Map(map(&[("a", Value::Int(1)), ("b", Value::Int(n))]));
        let before = map(&[
            ("zz", "x".into()),
            ("status", "working".into()),
            ("title", "same".into()),
            ("updated_at", "1".into()),
            ("context", context(1)),
        ]);
        let after = map(&[
            ("title", "same".into()),
            ("status", "done".into()),
            ("updated_at", "2".into()),
            ("context", context(2)),
            ("tags", Value::List(vec!["a".into()])),
        ]);
        let changes = field_changes(&before, &after);
        let fields: Vec<_> = changes.iter().map(|change| change.field.as_str()).collect();
        assert_eq!(fields, ["status", "tags", "context.b", "zz"]);
        assert_eq!(changes[0].before, Some("working".into()));
        assert_eq!((&changes[1].before, &changes[3].after), (&None, &None));
    }
}
