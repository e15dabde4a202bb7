use std::collections::BTreeMap;

use super::{listing, source};

/// Structs that have all the fields that they will ever have. Others are `#[non_exhaustive]`.
const COMPLETE: [&str; 17] = [
    "agent::AgentSetting",
    "git::FileError",
    "git::Held",
    "model::FieldChange",
    "model::FilterError",
    "model::Handle",
    "model::IllegalTransition",
    "model::Secret",
    "model::Subject",
    "ops::FixResult",
    "ops::IssueRef",
    "store::Entry",
    "store::Key",
    "store::Limits",
    "store::Location",
    "workspace::Changes",
    "workspace::Divergence",
];

/// The structs of a listing of which every field is public, that are exhaustive and not complete.
fn closed(listing: &str) -> Vec<&str> {
    let mut types: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (path, what) in listing.lines().filter_map(|line| line.split_once(": ")) {
        types.entry(path).or_default().push(what);
    }
    let is_closed = |(path, lines): &(&str, Vec<&str>)| {
        let has = |start: &str| lines.iter().any(|line| line.starts_with(start));
        has("struct") && has("field ") && !has("private fields") && !COMPLETE.contains(path)
    };
    types.into_iter().filter(is_closed).map(|(path, _)| path).collect()
}

#[test]
fn structs_can_grow() {
    let found = listing(&source::tree("src").into_iter().collect());
    let closed = closed(&found);
    let rule = "a struct with public fields is #[non_exhaustive], or listed as complete";
    assert!(closed.is_empty(), "{rule}:\n  {}", closed.join("\n  "));
    let unknown = COMPLETE.iter().filter(|path| !found.contains(&format!("{path}: struct")));
    assert_eq!(unknown.collect::<Vec<_>>(), [] as [&&str; 0], "listed as complete, but not there");
}

#[test]
fn a_closed_struct_is_found() {
    let found = |line: &str| closed(&format!("a::B: {line}\na::B: field c: u8\n")).len();
    assert_eq!((found("struct"), found("struct<'a>")), (1, 1));
    assert_eq!((found("non-exhaustive struct"), found("enum")), (0, 0));
    assert!(closed("a::B: struct\na::B: field c: u8\na::B: private fields\n").is_empty());
    assert!(closed("store::Key: struct\nstore::Key: field id: SessionId\n").is_empty());
}
