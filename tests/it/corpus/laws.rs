//! What holds for every input, whoever wrote it: the bodies of the fuzz targets.

use git_ao::model::{
    Handle, Map, Message, Project, Reference, Session, SessionId, merge as merged,
};
use git_ao::store::{parse_record, render_record};

/// Inputs up to here stay within every limit when they are written again.
const SHORT: usize = 1000;

fn demo() -> Project {
    "demo".parse().expect("the name of a project")
}

/// Reading bytes as a record: what is read can be written, and reads the same.
pub fn record(bytes: &[u8]) {
    let Ok(map) = parse_record(bytes) else { return };
    written_and_read(&map, bytes);
    if let Ok(session) = Session::from_record(map, &demo()) {
        written_and_read(&session.to_record(), bytes);
        let again = Session::from_record(session.to_record(), &demo());
        assert_eq!(again.map(|it| it.to_record()), Ok(session.to_record()));
    }
}

fn written_and_read(map: &Map, bytes: &[u8]) {
    let text = render_record(map).expect("what was read can be written");
    match parse_record(text.as_bytes()) {
        // As text: one kind of number is not equal to itself.
        Ok(again) => assert_eq!(render_record(&again).as_ref(), Ok(&text)),
        // Only what aliases stand for may be too large.
        Err(error) => assert!(bytes.len() > SHORT || bytes.contains(&b'&'), "{error}: {text:?}"),
    }
}

/// Reading a commit message: what it says can be written, and says the same.
pub fn message(bytes: &[u8]) {
    let message = Message::from_text(&String::from_utf8_lossy(bytes));
    let again = Message::from_text(&message.to_text());
    assert_eq!(again.sessions, message.sessions);
    let ids = |message: &Message| -> Vec<SessionId> {
        message.conflicts.iter().map(|(id, _)| *id).collect()
    };
    assert_eq!(ids(&again), ids(&message));
    assert_eq!(Message::from_text(&again.to_text()), again);
}

/// Taking apart what a person typed.
pub fn handle(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let handle = Handle::parse(&text);
    assert_eq!(handle.text, text);
    let is_id = matches!(handle.reference, Reference::Id(_) | Reference::Prefix(_));
    assert!(handle.project.is_none() || is_id, "{handle:?}");
    match handle.reference {
        Reference::Id(id) => {
            assert_eq!(Handle::parse(&id.to_string()).reference, Reference::Id(id));
        }
        Reference::Prefix(prefix) => {
            assert!((4..36).contains(&prefix.len()), "{prefix}");
            let is_hex = |c: char| c == '-' || c.is_ascii_digit() || ('a'..='f').contains(&c);
            assert!(prefix.chars().all(is_hex), "{prefix}");
        }
        Reference::Branch(name) => assert_eq!(name, text),
        _ => {}
    }
}

/// Merging two records with their base: three YAML texts with lines `%%` between them.
pub fn merge(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let mut maps = text.split("\n%%\n").map(|text| parse_record(text.as_bytes()));
    let (Some(Ok(base)), Some(Ok(ours)), Some(Ok(theirs))) =
        (maps.next(), maps.next(), maps.next())
    else {
        return;
    };
    let text = |map: &Map| render_record(map).expect("what was read can be written");
    for base in [None, Some(&base)] {
        let one = merged(base, &ours, &theirs);
        let other = merged(base, &theirs, &ours);
        assert_eq!(text(&one.record), text(&other.record));
        assert_eq!(one.conflicts, other.conflicts);
        let again = merged(Some(&ours), &one.record, &ours);
        assert_eq!(sorted(&again.record), sorted(&one.record));
        assert!(again.conflicts.is_empty(), "{:?}", again.conflicts);
        let reads = |map: &Map| Session::from_record(map.clone(), &demo());
        let same = |key| ours.get(key) == theirs.get(key);
        let read = base.is_none_or(|base| reads(base).is_ok());
        if read && same("id") && reads(&ours).is_ok() && reads(&theirs).is_ok() {
            assert!(reads(&one.record).is_ok(), "{:?}", reads(&one.record));
        }
    }
    let alone = merged(Some(&base), &ours, &base);
    assert_eq!(sorted(&alone.record), sorted(&ours));
    assert!(alone.conflicts.is_empty(), "{:?}", alone.conflicts);
}

/// The record's fields as lines: a merge may put them in another order.
fn sorted(map: &Map) -> Vec<String> {
    let line = |(key, value): (&git_ao::model::Value, &git_ao::model::Value)| {
        let alone: Map = [(key.clone(), value.clone())].into_iter().collect();
        render_record(&alone).expect("what was read can be written")
    };
    let mut lines: Vec<_> = map.iter().map(line).collect();
    lines.sort();
    lines
}
