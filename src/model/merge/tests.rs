use proptest::collection::vec;
use proptest::prelude::*;

use super::order::Ranked;
use super::*;
use crate::model::{
    Base, Cost, Fork, KEYS, Kind, Map, Placement, Project, Session, SessionStatus, Timestamp, Value,
};

const IDS: [&str; 3] = [
    "7b6d11f9-5a0e-4f0c-9d0e-5a7f1c2b3d4e",
    "0a1b2c3d-5a0e-4f0c-9d0e-5a7f1c2b3d4e",
    "ffffffff-5a0e-4f0c-9d0e-5a7f1c2b3d4e",
];

fn demo() -> Project {
    "demo".parse().unwrap()
}

fn map<const N: usize>(entries: [(&str, Value); N]) -> Map {
    entries.into_iter().map(|(key, value)| (key.into(), value)).collect()
}

fn list(items: &[&str]) -> Value {
    Value::List(items.iter().map(|item| (*item).into()).collect())
}

fn at(hour: u8) -> Value {
    format!("2026-11-20T{hour:02}:00:00.000Z").into()
}

/// A session with the choice made for each field; 0 leaves it out where that can be.
fn session(choices: &[u8]) -> Session {
    let mut choices = choices.iter().copied();
    let mut next = || choices.next().unwrap_or(0);
    let word = |n: u8| (n > 0).then(|| format!("word-{n}"));
    let oid = |n: u8| (n > 0).then(|| n.to_string().repeat(40).parse().unwrap());
    let url = |n: u8| (n > 0).then(|| format!("https://example.org/{n}"));
    let time = |n: u8| Timestamp::from_millis(1_700_000_000_000 + i64::from(n));
    let words = |n: u8| -> Map {
        let keys = ["x", "y", "z"].into_iter().enumerate();
        let keys = keys.filter(|(bit, _)| n >> bit & 1 == 1);
        keys.map(|(_, key)| (key.into(), u64::from(n % 2).into())).collect()
    };
    let mut s = Session::new(IDS[0].parse().unwrap(), demo(), time(0));
    s.updated_at = time(next());
    s.kind = word(next()).map_or(Kind::Task, |word| Kind::from(word.as_str()));
    s.title = word(next()).unwrap_or_default();
    s.task = word(next());
    s.status = SessionStatus::ALL[usize::from(next())].clone();
    s.status_reason = word(next());
    s.agent_config = words(next());
    s.branch = word(next());
    let (branch, commit, onto) = (word(next()), oid(next()), oid(next()));
    s.base = Some(Base { branch, commit, onto, extra: words(next()) });
    s.head = oid(next());
    let (parent, event, branch, extra) = (next(), oid(next()), word(next()), words(next()));
    let parent = IDS.get(usize::from(parent % 4)).map(|id| id.parse().unwrap());
    s.fork = parent.map(|session| Fork { session, event, branch, extra });
    s.issue_url = url(next());
    s.pr_number = Some(next().into());
    s.tags = words(next()).iter().map(|(key, _)| key.label()).collect();
    s.context = words(next());
    s.context.insert("deep", words(next()));
    let (known, priced, input_tokens) = (next() > 2, next() > 2, next().into());
    let (cost_usd, extra) = (priced.then_some(f64::from(next()) / 3.0), words(next()));
    s.cost = known.then(|| Cost { input_tokens, cost_usd, extra, ..Cost::default() });
    for replica in ["laptop-9f2c", "desk-0001"] {
        let (there, handle, runtime) = (next() > 2, word(next()), word(next()));
        let placement =
            Placement { handle, runtime, at: Some(time(next())), ..Placement::default() };
        if there {
            s.placements.insert(replica.into(), placement);
        }
    }
    s.folder = word(next());
    s.existing_branch = word(next());
    s.extra = [("zebra", next()), ("visibility", next())]
        .into_iter()
        .filter_map(|(key, n)| Some((key.into(), word(n)?.into())))
        .collect();
    s
}

fn choices() -> impl Strategy<Value = Vec<u8>> {
    vec(0u8..8, 42)
}

/// A choice made again here and there.
fn edited(base: &[u8], edits: &[(usize, u8)]) -> Vec<u8> {
    let mut choices = base.to_vec();
    edits.iter().for_each(|&(at, choice)| choices[at] = choice);
    choices
}

fn edits() -> impl Strategy<Value = Vec<(usize, u8)>> {
    vec((0usize..42, 0u8..8), 0..12)
}

/// Anything that YAML can say, under few keys, so that sides meet.
fn values() -> impl Strategy<Value = Value> {
    let scalars = vec![
        Value::Null,
        Value::Bool(true),
        Value::Int(1),
        Value::Int(2),
        Value::Uint(1),
        Value::Uint(u64::MAX),
        Value::Float(f64::NAN),
        Value::Float(-0.0),
        Value::Literal("0x1".into(), Box::new(Value::Int(1))),
        Value::Literal("+1".into(), Box::new(Value::Int(1))),
        "".into(),
        "session".into(),
        at(1),
        at(2),
        IDS[0].into(),
    ];
    prop::sample::select(scalars).prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::List),
            vec((keys(), inner.clone()), 0..4)
                .prop_map(|entries| Value::Map(entries.into_iter().collect())),
            vec((inner.clone(), inner.clone()), 0..2)
                .prop_map(|entries| Value::Map(entries.into_iter().collect())),
            inner.prop_map(|value| Value::Tagged("t".into(), Box::new(value))),
        ]
    })
}

fn keys() -> impl Strategy<Value = Value> {
    let names = [
        "id",
        "status",
        "updated_at",
        "fork",
        "session",
        "tags",
        "context",
        "placements",
        "cost",
        "?",
    ];
    prop::sample::select(names.to_vec()).prop_map(Value::from)
}

fn records() -> impl Strategy<Value = Map> {
    vec((keys(), values()), 0..8).prop_map(|entries| entries.into_iter().collect())
}

/// Three records that share much, or nothing.
fn triples() -> impl Strategy<Value = (Option<Map>, Map, Map)> {
    let sessions = (choices(), edits(), edits()).prop_map(|(base, ours, theirs)| {
        let record = |choices: &[u8]| session(choices).to_record();
        (Some(record(&base)), record(&edited(&base, &ours)), record(&edited(&base, &theirs)))
    });
    let sessions = sessions.boxed();
    let related = (records(), records(), records()).prop_map(|(base, ours, theirs)| {
        let with = |more: Map| {
            let mut map = base.clone();
            map.extend(more);
            map
        };
        (Some(base.clone()), with(ours), with(theirs))
    });
    prop_oneof![
        sessions.clone(),
        sessions.prop_map(|(_, ours, theirs)| (None, ours, theirs)),
        related,
        (prop::option::of(records()), records(), records()),
    ]
}

/// Equal also in the order of keys.
fn same(a: &Map, b: &Map) -> bool {
    Ranked(&a.clone().into()) == Ranked(&b.clone().into())
}

proptest! {
    #[test]
    fn sides_do_not_matter((base, ours, theirs) in triples()) {
        let one = merge(base.as_ref(), &ours, &theirs);
        let other = merge(base.as_ref(), &theirs, &ours);
        prop_assert!(same(&one.record, &other.record), "{one:?} {other:?}");
        prop_assert_eq!(one.conflicts, other.conflicts);
    }

    #[test]
    fn a_side_merged_with_itself_or_the_base_is_itself((base, ours, theirs) in triples()) {
        for (base, other) in [(base.as_ref(), &ours), (Some(&ours), &ours), (Some(&theirs), &theirs)] {
            let merged = merge(base, &ours, other);
            prop_assert_eq!((&merged.record, merged.conflicts.len()), (&ours, 0));
        }
        let base = base.unwrap_or_default();
        prop_assert_eq!(merge(Some(&base), &base, &theirs).record, theirs.clone());
        prop_assert_eq!(merge(Some(&base), &theirs, &base).record, theirs);
    }

    #[test]
    fn merging_again_changes_nothing((base, ours, theirs) in triples()) {
        let merged = merge(base.as_ref(), &ours, &theirs).record;
        for side in [ours, theirs] {
            let again = merge(Some(&side), &side, &merged);
            prop_assert!(again.conflicts.is_empty());
            prop_assert_eq!(&again.record, &merged);
        }
    }

    #[test]
    fn what_one_side_changed_is_there((base, ours, theirs) in triples()) {
        let base = base.unwrap_or_default();
        let merged = merge(Some(&base), &ours, &theirs).record;
        for (ours, theirs) in [(&ours, &theirs), (&theirs, &ours)] {
            for (key, value) in ours.iter().filter(|(key, _)| key.as_str() != Some("updated_at")) {
                let at = |map: &Map| map.iter().find(|(k, _)| *k == key).map(|(_, v)| v.clone());
                if at(theirs) == at(&base) {
                    prop_assert_eq!(at(&merged), Some(value.clone()), "{:?}", key);
                }
            }
        }
        for (key, _) in base.iter().filter_map(|(k, v)| Some((k.as_str()?, v))) {
            let gone = [&ours, &theirs].map(|side| side.get(key).is_none());
            let kept = [&ours, &theirs].map(|side| side.get(key) == base.get(key));
            if key != "updated_at" && (gone[0] && (gone[1] || kept[1]) || gone[1] && kept[0]) {
                prop_assert_eq!(merged.get(key), None, "{}", key);
            }
        }
    }

    #[test]
    fn sessions_merge_to_a_session(base in prop::option::of(choices()), ours in choices(), theirs in edits(), all: bool) {
        let theirs = session(&edited(if all { &ours } else { base.as_ref().unwrap_or(&ours) }, &theirs));
        let (base, ours) = (base.map(|base| session(&base).to_record()), session(&ours));
        let merged = merge(base.as_ref(), &ours.to_record(), &theirs.to_record());
        let read = Session::from_record(merged.record.clone(), &demo());
        let read = read.map_err(|error| TestCaseError::fail(format!("{error}: {merged:?}")))?;
        prop_assert_eq!(read.to_record(), merged.record.clone());
        prop_assert!(!merged.conflicts.iter().any(|field| field == "updated_at"));
        if base.is_none_or(|base| base != ours.to_record() && base != theirs.to_record()) {
            prop_assert_eq!(read.updated_at, ours.updated_at.max(theirs.updated_at));
        }
        let order = |map: &Map| map.iter().map(|(key, _)| key.label()).collect::<Vec<_>>();
        let known = KEYS.iter().filter(|key| merged.record.get(key).is_some()).copied();
        let unknown = ["visibility", "zebra"].into_iter().filter(|key| merged.record.get(key).is_some());
        prop_assert_eq!(order(&merged.record), known.chain(unknown).collect::<Vec<_>>());
    }
}

#[test]
fn fields_merge_one_by_one() {
    let base = map([("status", "working".into()), ("title", "a".into()), ("updated_at", at(1))]);
    let ours = map([("status", "done".into()), ("title", "a".into()), ("updated_at", at(3))]);
    let theirs = map([
        ("status", "stuck".into()),
        ("title", "b".into()),
        ("updated_at", at(2)),
        ("later_key", "x".into()),
        ("head", "c".into()),
    ]);
    let merged = merge(Some(&base), &ours, &theirs);
    let expected = map([
        ("title", "b".into()),
        ("status", "done".into()),
        ("head", "c".into()),
        ("updated_at", at(3)),
        ("later_key", "x".into()),
    ]);
    assert!(same(&merged.record, &expected), "{merged:?}");
    assert_eq!(merged.conflicts, ["status"]);
}

#[test]
fn at_the_same_time_the_greater_value_wins() {
    let side = |value: Value| map([("title", value), ("updated_at", at(1))]);
    for (less, more) in [
        ("b".into(), Value::from("ba")),
        (Value::Int(5), "5".into()),
        (Value::Int(-1), Value::Int(1)),
        (Value::Bool(true), Value::Float(f64::NEG_INFINITY)),
        (list(&["a", "z"]), list(&["b"])),
    ] {
        let merged = merge(None, &side(more.clone()), &side(less));
        assert_eq!((merged.record, merged.conflicts), (side(more), vec!["title".to_owned()]));
    }
}

#[test]
fn tags_are_a_set() {
    let side = |hour, tags: &[&str]| map([("tags", list(tags)), ("updated_at", at(hour))]);
    let base = side(1, &["b", "a", "c"]);
    let merged =
        merge(Some(&base), &side(2, &["b", "c", "z", "n"]), &side(3, &["a", "b", "m", "n"]));
    assert_eq!(merged.record.get("tags"), Some(&list(&["b", "m", "n", "z"])));
    assert_eq!(merged.conflicts, [""; 0]);

    let none = map([("updated_at", at(2))]);
    let merged = merge(Some(&base), &none, &side(3, &["b", "a", "c", "new"]));
    assert_eq!(merged.record.get("tags"), Some(&list(&["new"])));
    let merged = merge(Some(&base), &side(2, &["a"]), &side(3, &["b"]));
    assert_eq!(merged.record.get("tags"), None);
}

#[test]
fn maps_merge_by_key_and_change_wins_over_removal() {
    let context = |entries: Map| map([("context", entries.into())]);
    let deep = |x: &str, y: &str| map([("x", x.into()), ("y", y.into())]);
    let base =
        context(map([("one", "1".into()), ("two", "2".into()), ("deep", deep("a", "a").into())]));
    let ours = context(map([("two", "2".into()), ("deep", deep("b", "a").into())]));
    let theirs = context(map([
        ("one", "11".into()),
        ("two", "2".into()),
        ("deep", deep("c", "c").into()),
        ("new", "n".into()),
    ]));
    let merged = merge(Some(&base), &ours, &theirs);
    let expected = context(map([
        ("one", "11".into()),
        ("two", "2".into()),
        ("deep", deep("c", "c").into()),
        ("new", "n".into()),
    ]));
    assert!(same(&merged.record, &expected), "{merged:?}");
    assert_eq!(merged.conflicts, ["context.one", "context.deep.x"]);
}

#[test]
fn a_map_from_which_both_take_something_is_left_out_when_empty() {
    let base_of = |entries: Map| map([("base", entries.into())]);
    let (branch, commit) = (("branch", Value::from("main")), ("commit", Value::from("c")));
    let base = base_of(map([branch.clone(), commit.clone()]));
    let merged = merge(Some(&base), &base_of(map([branch])), &base_of(map([commit])));
    assert_eq!((merged.record, merged.conflicts), (Map::new(), vec![]));
}

#[test]
fn the_order_of_keys_within_does_not_depend_on_the_side() {
    let side = |keys: [&str; 2], hour| {
        let inner = map(keys.map(|key| (key, Value::Null)));
        map([("updated_at", at(hour)), ("context", inner.into())])
    };
    let (ours, theirs) = (side(["x", "y"], 1), side(["y", "x"], 2));
    let merged = merge(None, &ours, &theirs).record;
    assert!(same(&merged, &merge(None, &theirs, &ours).record));
    assert!(same(&merged, &side(["x", "y"], 2)), "{merged:?}");
}

#[test]
fn placements_of_two_replicas_never_conflict() {
    let placed = |replicas: &[&str]| -> Map {
        let entry =
            |replica: &&str| (Value::from(*replica), map([("runtime", "tmux".into())]).into());
        let placements: Map = replicas.iter().map(entry).collect();
        if placements.is_empty() { Map::new() } else { map([("placements", placements.into())]) }
    };
    let merged = merge(Some(&placed(&["a"])), &placed(&[]), &placed(&["a", "b"]));
    assert_eq!((merged.record, merged.conflicts), (placed(&["b"]), vec![]));
    let merged = merge(None, &placed(&["a"]), &placed(&["b"]));
    assert_eq!((merged.record, merged.conflicts), (placed(&["a", "b"]), vec![]));
}

#[test]
fn a_fork_never_loses_its_parent() {
    let fork = |entries: Map| map([("fork", entries.into())]);
    let base = fork(map([("session", IDS[0].into()), ("branch", "a".into())]));
    let moved = fork(map([("session", IDS[0].into()), ("branch", "b".into())]));
    let merged = merge(Some(&base), &Map::new(), &moved);
    assert_eq!((&merged.record, merged.conflicts), (&moved, vec!["fork".to_owned()]));

    let other = fork(map([("session", IDS[1].into()), ("branch", "a".into())]));
    let merged = merge(Some(&base), &other, &moved);
    assert_eq!((merged.record, merged.conflicts), (moved.clone(), vec!["fork".to_owned()]));

    let event =
        fork(map([("session", IDS[0].into()), ("branch", "a".into()), ("event", "e".into())]));
    let merged = merge(Some(&base), &event, &moved);
    let both = map([("session", IDS[0].into()), ("branch", "b".into()), ("event", "e".into())]);
    assert_eq!((merged.record, merged.conflicts), (fork(both), vec![]));
}
