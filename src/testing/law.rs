//! A law, and what happens if an implementation breaks it.

use std::fmt::Debug;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What every implementation of a trait keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Law {
    /// Its name, unique among the laws of one trait.
    pub name: &'static str,
    /// The law in one sentence.
    pub text: &'static str,
}

/// A law and the function that checks it.
pub(super) struct Rule<F> {
    pub law: Law,
    pub check: F,
}

impl<F> Rule<F> {
    pub const fn new(name: &'static str, text: &'static str, check: F) -> Self {
        Self { law: Law { name, text }, check }
    }
}

/// How an implementation breaks a law.
#[derive(Debug)]
pub(super) struct Violation {
    expected: String,
    seen: String,
}

pub(super) type Outcome = Result<(), Violation>;

impl Violation {
    pub fn new(expected: impl Into<String>, seen: impl Debug) -> Self {
        let seen: String = format!("{seen:?}").chars().take(2000).collect();
        Self { expected: expected.into(), seen }
    }
}

/// Checks that something holds; otherwise `seen` is shown beside what was expected.
pub(super) fn expect(holds: bool, expected: impl Into<String>, seen: impl Debug) -> Outcome {
    if holds { Ok(()) } else { Err(Violation::new(expected, seen)) }
}

/// Checks the laws in order: all, or only one.
#[track_caller]
pub(super) fn check_each<'r, F: 'r>(
    who: &str,
    rules: &'r [Rule<F>],
    only: Option<&str>,
    check: impl Fn(&'r F) -> Outcome,
) {
    let mut count = 0;
    for rule in rules.iter().filter(|rule| only.is_none_or(|name| name == rule.law.name)) {
        count += 1;
        let outcome = catch_unwind(AssertUnwindSafe(|| check(&rule.check)));
        let outcome = outcome.unwrap_or_else(|panic| {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
            Err(Violation::new("no panic", text.unwrap_or("a panic")))
        });
        if let Err(Violation { expected, seen }) = outcome {
            let Law { name, text } = rule.law;
            panic!(
                "{who} breaks the law '{name}'\n law:      {text}\n expected: {expected}\n seen:     {seen}"
            );
        }
    }
    assert!(count > 0, "there is no law '{}'", only.unwrap_or_default());
}
