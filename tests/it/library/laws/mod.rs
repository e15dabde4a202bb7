//! The laws of the traits: what is built in keeps them, and each one can be broken.

mod agent;
mod runtime;
mod workspace;

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use git_ao::testing::Law;

/// Checks that each fault is found as a breach of its law, and that every law has a fault.
#[track_caller]
fn each_can_be_broken(
    laws: impl Iterator<Item = Law>,
    faults: &[(&'static str, &'static str)],
    check: impl Fn(&'static str, &'static str),
) {
    let known: BTreeSet<_> = laws.map(|law| law.name).collect();
    let broken: BTreeSet<_> = faults.iter().map(|(law, _)| *law).collect();
    assert_eq!(known, broken, "the laws, and the laws that a fault breaks");
    for (law, fault) in faults {
        let panic = catch_unwind(AssertUnwindSafe(|| check(law, fault)));
        let panic = panic.err().unwrap_or_else(|| panic!("'{fault}' keeps the law '{law}'"));
        let text = panic.downcast_ref::<String>().expect("a message");
        assert!(text.contains(&format!("breaks the law '{law}'\n")), "'{fault}': {text}");
    }
}
