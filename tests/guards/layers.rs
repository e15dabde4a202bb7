//! Each layer uses only what stands below it.

use std::collections::BTreeSet;

use super::paths::named;
use super::{Finding, keep, report, source, tokens};

/// From the top down; rooms on one floor do not know each other.
const FLOORS: [&[&str]; 11] = [
    &["cli", "guide", "testing"],
    &["view"],
    &["ops"],
    &["import"],
    &["hook"],
    &["share"],
    &["agent", "runtime", "workspace"],
    &["store", "transcript"],
    &["ledger", "redact"],
    &["git"],
    &["model"],
];

fn floor(room: &str) -> Option<usize> {
    FLOORS.iter().position(|rooms| rooms.contains(&room))
}

/// The room of a file, and how many modules deep it lies; none for `lib.rs` and `main.rs`.
pub fn room(path: &str) -> Option<(&str, usize)> {
    let modules = path.strip_prefix("src/")?.strip_suffix(".rs")?;
    let modules = modules.strip_suffix("/mod").unwrap_or(modules);
    let room = modules.split('/').next()?;
    floor(room).map(|_| (room, modules.split('/').count()))
}

fn upward_uses(path: &str, text: &str) -> Vec<Finding> {
    let Some((room, depth)) = room(path) else { return Vec::new() };
    if source::is_test(path) {
        return Vec::new();
    }
    let from_root = |path: &str| {
        let segments: Vec<_> = path.split("::").collect();
        let supers = segments.iter().take_while(|segment| **segment == "super").count();
        let skip = match segments[0] {
            "crate" | "git_ao" => 1,
            "super" if supers >= depth => supers,
            _ => return None,
        };
        segments.get(skip).map(|target| (*target).to_owned())
    };
    let mut findings = Vec::new();
    for named in named(&tokens::code(text)) {
        let Some(target) = from_root(&named.path) else { continue };
        if target != room && floor(&target).is_none_or(|below| Some(below) <= floor(room)) {
            findings.push((named.line, format!("'{room}' uses '{target}'")));
        }
    }
    findings
}

#[test]
fn layers_use_only_what_is_below() {
    keep("a layer uses only what stands below it", upward_uses);
}

#[test]
fn a_use_upward_is_found() {
    let found = |path: &str, text: &str| upward_uses(path, text).len();
    assert_eq!(found("src/store/read.rs", "use crate::{git::Git, model::Oid};"), 0);
    assert_eq!(found("src/store/read.rs", "use crate::{\n  model::Oid, share::push};"), 1);
    assert_eq!(found("src/store/read.rs", "fn f() { super::super::ops::spawn() }"), 1);
    assert_eq!(
        found("src/store/a/b.rs", "use super::super::write; use super::super::super::git;"),
        0
    );
    assert_eq!(found("src/store/mod.rs", "use super::cli;"), 1);
    assert_eq!(found("src/agent/mod.rs", "use crate::runtime::Runtime;"), 1);
    assert_eq!(found("src/model/id.rs", "use crate::util;"), 1);
    assert_eq!(
        found("src/model/id.rs", "// crate::store\n#[cfg(test)] mod t { use crate::store; }"),
        0
    );
    assert_eq!(found("src/cli/show.rs", "use git_ao::store::Store;"), 0);
}

#[test]
fn there_are_no_other_rooms() {
    let known: BTreeSet<_> = ["lib", "main"].into_iter().chain(FLOORS.concat()).collect();
    let strange = source::tree("src").into_iter().filter(|(path, _)| {
        let name = path.trim_start_matches("src/").split('/').next().unwrap_or_default();
        !known.contains(name.trim_end_matches(".rs"))
    });
    report("every file belongs to a layer", strange.map(|(path, _)| path).collect());
}
