//! The public items of the library stand in `tests/public-api.txt`, so that a review sees each
//! change of them.
//!
//! What macros make is not seen, except `derive` and the `#[from]` of thiserror.

mod changes;
mod crate_tree;
mod exports;
mod growth;
mod impls;
mod lines;

use std::collections::BTreeMap;
use std::fs;

use self::crate_tree::Crate;
use self::exports::Exports;
use super::source;

/// The listing, from the root of the package.
const LISTING: &str = "tests/public-api.txt";

/// How to bring the listing up to date.
const UPDATE: &str = "AO_UPDATE_API=1 cargo test --test guards api";

/// One line for each public item: its path, a colon, and what it is.
fn listing(files: &BTreeMap<String, String>) -> String {
    let tree = Crate::parse(files);
    let exports = Exports::of(&tree);
    let mut lines = exports.lines();
    lines.extend(impls::lines(&tree, &exports));
    lines.sort();
    lines.dedup();
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// The lines that only one of two listings has, marked as in a patch.
fn difference(before: &str, after: &str) -> Vec<String> {
    let only = |sign: char, these: &str, others: &str| -> Vec<String> {
        let others: std::collections::HashSet<_> = others.lines().collect();
        let lines = these.lines().filter(|line| !others.contains(line));
        lines.map(|line| format!("{sign}{line}")).collect()
    };
    let mut lines = only('-', before, after);
    lines.extend(only('+', after, before));
    lines.sort_by(|a, b| a[1..].cmp(&b[1..]).then(b.cmp(a)));
    lines
}

#[test]
fn the_public_api_is_as_listed() {
    let files = source::tree("src").into_iter().collect();
    let (path, found) = (source::root().join(LISTING), listing(&files));
    if std::env::var_os("AO_UPDATE_API").is_some() {
        fs::write(&path, found).expect("the listing can be written");
        return;
    }
    let listed = fs::read_to_string(&path).unwrap_or_default();
    let changes = difference(&listed, &found);
    assert!(
        changes.is_empty() && listed == found,
        "the public API differs from {LISTING}:\n  {}\n\
         if that is intended, or after a merge, run this, and commit the file:\n  {UPDATE}",
        changes.join("\n  ")
    );
}
