//! The architecture, kept by tests that read the source as text.
//!
//! Each rule is a function over a path and its text, so that beside the test that applies it to the
//! tree another one shows that it can fail.

mod api;
mod circles;
mod errors;
mod features;
mod hints;
mod layers;
mod names;
mod paths;
mod permits;
mod shape;
mod source;
mod speed;
mod tokens;
mod tracked;

/// A place where a rule is broken: line and what is wrong there.
type Finding = (usize, String);

/// Applies a rule to every source file of the library and the program.
#[track_caller]
fn keep(rule: &str, check: impl Fn(&str, &str) -> Vec<Finding>) {
    let files = source::tree("src");
    assert!(!files.is_empty(), "no source was found");
    let broken = files.iter().flat_map(|(path, text)| {
        check(path, text).into_iter().map(move |(line, what)| format!("{path}:{line}: {what}"))
    });
    report(rule, broken.collect());
}

#[track_caller]
fn report(rule: &str, broken: Vec<String>) {
    assert!(broken.is_empty(), "{rule}:\n  {}", broken.join("\n  "));
}
