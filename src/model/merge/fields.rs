use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::order::Ranked;
use super::set;
use crate::model::{KEYS, Map, Timestamp, Value};

/// The result of merging two records.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Merged {
    /// The merged record.
    pub record: Map,
    /// The fields that both sides changed and that lost a value, with dots between
    /// levels.
    pub conflicts: Vec<String>,
}

/// Merges two records of one session that are both based on `base`, or on an empty record.
///
/// - A change by one side, or the same change by both, is taken.
/// - Maps that both sides changed merge by key.
/// - `tags` gets the additions and removals of both sides.
/// - `agent_config`, `context`, `placements`, `transcripts`, `usage` and `tags` are not stored when
///   empty, so a missing one counts as empty.
/// - A transcript that one side withdrew is not `shared`, whatever the other side has shared.
/// - Change wins over removal.
/// - `fork` is taken as a whole if the sides name different parents, or only one names a parent:
///   its other keys describe that parent.
/// - `landed` is taken as a whole.
/// - Anything else takes the value of the record with the later `updated_at`. If both times are
///   equal or missing, the greater value wins: by type, then by value (numbers by size, text by its
///   bytes, lists and maps from their start).
/// - `updated_at` is the later one.
///
/// The result does not depend on the order of the sides. Its keys are in the order of [`KEYS`],
/// followed by unknown keys, sorted; nested maps begin with the keys of the base. Any records can
/// be merged, even those that [`Session::from_record`](crate::model::Session::from_record) rejects;
/// merging two that it accepts yields one that it accepts.
pub fn merge(base: Option<&Map>, ours: &Map, theirs: &Map) -> Merged {
    merge_told(base, ours, theirs, [Timestamp::from_millis(i64::MAX); 2])
}

/// Merges like [`merge`]. `told` holds the times at which the two records were written.
///
/// An `updated_at` that is [later](Timestamp::latest) than its record's time is ignored:
/// `created_at` takes its place, unless it is too late as well.
pub fn merge_told(base: Option<&Map>, ours: &Map, theirs: &Map, told: [Timestamp; 2]) -> Merged {
    let nothing = Map::new();
    let base = base.unwrap_or(&nothing);
    let mut merger = Merger { later: later(base, ours, theirs, told), conflicts: Vec::new() };
    let known = KEYS.map(Value::from);
    let mut record = Map::new();
    for (key, sides) in rows(known.iter(), [base, ours, theirs]) {
        if let Some(value) = merger.field(&key.label(), sides) {
            record.insert(key.clone(), value);
        }
    }
    Merged { record, conflicts: merger.conflicts }
}

/// The base's value, ours and theirs.
type Sides<'a> = [Option<&'a Value>; 3];

/// Compares the times of the records: greater if ours is later. An unchanged record is never later.
fn later(base: &Map, ours: &Map, theirs: &Map, told: [Timestamp; 2]) -> Ordering {
    let read = |map: &Map, key| map.get(key)?.as_str()?.parse::<Timestamp>().ok();
    let time = |map: &Map, told: Timestamp| {
        let mut times = ["updated_at", "created_at"].into_iter().filter_map(|key| read(map, key));
        times.find(|time| *time <= told.latest())
    };
    match (ours == base, theirs == base) {
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
        _ => time(ours, told[0]).cmp(&time(theirs, told[1])),
    }
}

/// Returns the entries of three maps side by side: the keys `first`, then the others, sorted.
fn rows<'a>(
    first: impl Iterator<Item = &'a Value>,
    maps: [&'a Map; 3],
) -> Vec<(&'a Value, Sides<'a>)> {
    let mut rows: BTreeMap<Ranked<'a>, Sides<'a>> = BTreeMap::new();
    for (side, map) in maps.into_iter().enumerate() {
        for (key, value) in map.iter() {
            rows.entry(Ranked(key)).or_default()[side] = Some(value);
        }
    }
    let first: Vec<_> = first.filter_map(|key| rows.remove_entry(&Ranked(key))).collect();
    first.into_iter().chain(rows).map(|(key, sides)| (key.0, sides)).collect()
}

/// Returns the merged value, or None if both sides changed it to different values.
fn settled<'a>([base, ours, theirs]: Sides<'a>) -> Option<Option<&'a Value>> {
    if ours == theirs {
        // Equal maps may order their keys differently: choose the same one on every side.
        Some(ours.map(Ranked).min(theirs.map(Ranked)).map(|value| value.0))
    } else if ours == base {
        Some(theirs)
    } else if theirs == base {
        Some(ours)
    } else {
        None
    }
}

struct Merger {
    later: Ordering,
    conflicts: Vec<String>,
}

impl Merger {
    /// Merges a top-level field of the record.
    fn field(&mut self, key: &str, sides: Sides<'_>) -> Option<Value> {
        let [_, ours, theirs] = sides;
        if key == "updated_at" {
            return self.choose(ours, theirs).cloned();
        }
        if let Some(value) = settled(sides) {
            return value.cloned();
        }
        let empty = match key {
            "agent_config" | "context" | "placements" | "transcripts" | "usage" => {
                Some(Value::Map(Map::new()))
            }
            "tags" => Some(Value::List(Vec::new())),
            "landed" => return self.whole(key, ours, theirs),
            "fork" if parent(ours) != parent(theirs) => return self.whole(key, ours, theirs),
            _ => None,
        };
        match sides.map(|side| side.or(empty.as_ref())) {
            [Some(Value::List(base)), Some(Value::List(ours)), Some(Value::List(theirs))]
                if key == "tags" =>
            {
                let tags = set::merge(base, ours, theirs);
                (!tags.is_empty()).then_some(Value::List(tags))
            }
            [base, Some(Value::Map(ours)), Some(Value::Map(theirs))] => {
                let mut map = self.map(key, base, ours, theirs);
                if key == "transcripts" {
                    withdraw(&mut map);
                }
                (!map.is_empty()).then_some(Value::Map(map))
            }
            _ => self.value(key, sides),
        }
    }

    /// Merges a value at any level.
    fn value(&mut self, path: &str, sides: Sides<'_>) -> Option<Value> {
        if let Some(value) = settled(sides) {
            return value.cloned();
        }
        match sides {
            [base, Some(Value::Map(ours)), Some(Value::Map(theirs))] => {
                Some(Value::Map(self.map(path, base, ours, theirs)))
            }
            [_, ours, theirs] => self.whole(path, ours, theirs),
        }
    }

    fn map(&mut self, path: &str, base: Option<&Value>, ours: &Map, theirs: &Map) -> Map {
        let nothing = Map::new();
        let base = base.and_then(Value::as_map).unwrap_or(&nothing);
        let mut merged = Map::new();
        for (key, sides) in rows(base.iter().map(|(key, _)| key), [base, ours, theirs]) {
            if let Some(value) = self.value(&format!("{path}.{}", key.label()), sides) {
                merged.insert(key.clone(), value);
            }
        }
        merged
    }

    /// Chooses one of two conflicting values.
    fn whole(&mut self, path: &str, ours: Option<&Value>, theirs: Option<&Value>) -> Option<Value> {
        self.conflicts.push(path.to_owned());
        match (ours, theirs) {
            (Some(value), None) | (None, Some(value)) => Some(value.clone()),
            _ => self.choose(ours, theirs).cloned(),
        }
    }

    fn choose<'a>(&self, ours: Option<&'a Value>, theirs: Option<&'a Value>) -> Option<&'a Value> {
        match self.later.then_with(|| ours.map(Ranked).cmp(&theirs.map(Ranked))) {
            Ordering::Less => theirs,
            _ => ours,
        }
    }
}

/// Removes what is shared from transcripts that were withdrawn at the same time.
fn withdraw(transcripts: &mut Map) {
    let names = transcripts.iter().filter_map(|(name, _)| name.as_str().map(str::to_owned));
    for name in names.collect::<Vec<_>>() {
        if let Some(Value::Map(facts)) = transcripts.get_mut(&name)
            && facts.get("withdrawn").is_some()
        {
            facts.remove("shared");
        }
    }
}

/// Returns the session that a `fork` names.
fn parent(fork: Option<&Value>) -> Option<&Value> {
    fork?.as_map()?.get("session")
}
