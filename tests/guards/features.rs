//! The library costs its users no more than it needs: what only the program uses is optional, and no
//! feature changes how a dependency behaves for everybody who shares it.

use std::collections::BTreeMap;
use std::fs;

use super::{report, source};

/// Dependencies whose default features the library does not use.
const LEAN: [&str; 4] = ["gix", "jiff", "rustix", "uuid"];

/// The features without which CI builds the library.
const OURS: [&str; 2] = ["cli", "sqlite"];

/// Features that change a dependency for every crate of a program, because cargo unites them.
const FORCED: [&str; 5] =
    ["preserve_order", "arbitrary_precision", "float_roundtrip", "unbounded_depth", "raw_value"];

/// What is wrong with the dependencies of a manifest.
fn broken(manifest: &str) -> Vec<String> {
    let dependencies = entries(manifest, "[dependencies]");
    let features = entries(manifest, "[features]");
    let ours: Vec<_> = OURS.iter().filter_map(|name| features.get(name)).collect();
    let mut found = Vec::new();
    for (name, value) in &dependencies {
        let is_optional = value.contains("optional = true");
        let enabled = format!("\"dep:{name}\"");
        if is_optional && !ours.iter().any(|feature| feature.contains(&enabled)) {
            found.push(format!("'{name}' is optional, but no feature has it"));
        }
        if is_optional {
            continue;
        }
        if LEAN.contains(name) && !value.contains("default-features = false") {
            found.push(format!("'{name}' has its default features"));
        }
        let forced = FORCED.iter().filter(|feature| value.contains(&format!("\"{feature}\"")));
        found.extend(forced.map(|feature| format!("'{name}' forces '{feature}' on users")));
    }
    let others = features.keys().filter(|name| **name != "default" && !OURS.contains(name));
    found.extend(others.map(|name| format!("'{name}' is a feature that no test builds without")));
    found
}

/// The entries `name = value` of a section.
fn entries<'t>(manifest: &'t str, section: &str) -> BTreeMap<&'t str, &'t str> {
    let lines = manifest.lines().skip_while(|line| *line != section).skip(1);
    let lines = lines.take_while(|line| !line.starts_with('['));
    lines.filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(" = ")).collect()
}

#[test]
fn the_library_forces_no_feature_on_its_users() {
    let manifest = fs::read_to_string(source::root().join("Cargo.toml")).expect("a manifest");
    assert!(entries(&manifest, "[dependencies]").contains_key("gix"), "no dependency was found");
    report("the library needs few features", broken(&manifest));
}

#[test]
fn a_forced_feature_is_found() {
    let with = |dependency: &str| {
        broken(&format!(
            "[features]\n# x\ncli = [\"dep:clap\"]\n\n[dependencies]\n{dependency}\n[lints]\na = 1"
        ))
    };
    for fine in [
        "serde_json = \"1.0\"",
        "clap = { version = \"4\", optional = true }",
        "gix = { version = \"0.90\", default-features = false, features = [\"sha1\"] }",
    ] {
        assert_eq!(with(fine), [] as [&str; 0], "{fine}");
    }
    for bad in [
        "serde_json = { version = \"1.0\", features = [\"preserve_order\"] }",
        "signal-hook = { version = \"0.4\", optional = true }",
        "gix = \"0.90\"",
    ] {
        assert_eq!(with(bad).len(), 1, "{bad}");
    }
    assert_eq!(broken("[features]\nextra = []\n").len(), 1);
}
