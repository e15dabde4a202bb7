//! What the project's files do not say: where they were made.

use std::fs;

use super::{Finding, report, source};

/// Written in halves: this file is read like every other.
const PLACES: [(&str, &str); 6] = [
    ("/ro", "ot/"),
    ("/Us", "ers/"),
    ("/work", "/main"),
    ("/work", "/shared"),
    ("/tmp", "/wt/"),
    ("/.car", "go/registry"),
];
const REGISTRIES: [(&str, &str); 6] = [
    ("index.", "crates.io"),
    ("static.", "crates.io"),
    ("registry.", "npmjs.org"),
    ("proxy.", "golang.org"),
    ("files.", "pythonhosted.org"),
    ("py", "pi.org"),
];
const LOCK_SOURCE: &str = "source = \"registry+https://github.com/rust-lang/crates.io-index\"";

fn gives_away(path: &str, text: &str, here: &[String]) -> Vec<Finding> {
    let words = PLACES.iter().chain(&REGISTRIES).map(|(a, b)| format!("{a}{b}"));
    let words: Vec<_> = words.chain(here.iter().cloned()).collect();
    let mut findings = Vec::new();
    for (line, content) in (1..).zip(text.lines()) {
        let word = words.iter().find(|word| content.contains(*word)).cloned();
        let foreign =
            path == "Cargo.lock" && content.starts_with("source") && content != LOCK_SOURCE;
        let word = word.or_else(|| home(content)).or(foreign.then(|| content.to_owned()));
        findings.extend(word.map(|word| (line, format!("'{word}'"))));
    }
    findings
}

/// The home of a person; the names of examples are nobody's.
fn home(content: &str) -> Option<String> {
    let nobody = ["alice", "ann", "bob", "demo", "dev", "me", "user", "you"];
    content.split(concat!("/ho", "me/")).skip(1).find_map(|rest| {
        let end = rest.find(|c: char| !(c.is_alphanumeric() || "._-".contains(c)));
        let name = &rest[..end.unwrap_or(rest.len())];
        (name.chars().count() > 1 && !nobody.contains(&name))
            .then(|| format!("{}{name}", concat!("/ho", "me/")))
    })
}

/// Where this build and its user live; [`home`] knows the usual homes.
fn here() -> Vec<String> {
    let home = std::env::var("HOME").unwrap_or_default();
    let build = source::root().to_string_lossy().into_owned();
    let usual = |path: &String| path.starts_with(concat!("/ho", "me/")) && *path == home;
    let telling = |path: &String| path.matches('/').count() > 1 && !usual(path);
    [home.clone(), build].into_iter().filter(telling).collect()
}

#[test]
fn no_file_tells_where_it_was_made() {
    let files = source::tracked();
    assert!(files.iter().any(|path| path == "Cargo.toml"), "the project's files were not found");
    let here = here();
    let mut broken = Vec::new();
    for path in files {
        let bytes =
            fs::read(source::root().join(&path)).expect("a file of the project can be read");
        let text = String::from_utf8_lossy(&bytes);
        let found = gives_away(&path, &text, &here).into_iter();
        broken.extend(found.map(|(line, what)| format!("{path}:{line}: {what}")));
    }
    report("no path of a machine, no home, no registry host", broken);
}

#[test]
fn a_place_is_found() {
    let here = ["/srv/build".to_owned()];
    let found = |path: &str, text: &str| gives_away(path, text, &here).len();
    for (a, b) in PLACES.iter().chain(&REGISTRIES) {
        assert_eq!(found("a", &format!("first\nsee {a}{b} there")), 1, "{a}{b}");
    }
    assert_eq!(found("a", "in /srv/build/x"), 1);
    assert_eq!(found("a", &format!("cd {}carla/x", concat!("/ho", "me/"))), 1);
    assert_eq!(found("a", "cd /home/ann/x; /home/a; ~/x; /home; $HOME/home/"), 0);
    assert_eq!(found("Cargo.lock", "source = \"registry+https://example.com/index\""), 1);
    assert_eq!(found("Cargo.lock", LOCK_SOURCE), 0);
}
