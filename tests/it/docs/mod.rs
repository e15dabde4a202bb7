//! The documentation runs: what README and the manual show is what the program prints.
//!
//! With AO_UPDATE_DOCS=1 in the environment, what is shown is written anew instead.

mod console;
mod dashboard;
mod examples;
mod importer;
mod mask;
mod memory;
mod pages;
mod queue;
mod readme;
mod sessions;

use std::fs;
use std::path::{Path, PathBuf};

/// A file of the project.
fn project_file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// Compares a file of the project with what it should hold.
fn assert_current(name: &str, wanted: &str) {
    let path = project_file(name);
    if std::env::var_os("AO_UPDATE_DOCS").is_some() {
        fs::write(&path, wanted).unwrap();
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    for (number, (found, wanted)) in found.lines().zip(wanted.lines()).enumerate() {
        assert_eq!(found, wanted, "{name}:{}: left is written, right is true", number + 1);
    }
    assert_eq!(found.lines().count(), wanted.lines().count(), "{name} has another length");
}
