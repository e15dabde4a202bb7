//! One word, one thing: no two public types of the library have the same name.

use std::collections::BTreeMap;

use super::{report, source, tokens};

/// The public types that a file defines: name and line.
fn public_types(text: &str) -> Vec<(String, usize)> {
    let tokens = tokens::code(text);
    let word = |i: usize| tokens.get(i).and_then(tokens::Token::word);
    let is_type = |i| matches!(word(i), Some("struct" | "enum" | "type" | "trait" | "union"));
    let found = (0..tokens.len()).filter(|i| word(*i) == Some("pub") && is_type(i + 1));
    found.filter_map(|i| Some((word(i + 2)?.to_owned(), tokens[i].line))).collect()
}

/// The command line is a program of its own, and no other code can name its types.
fn is_library(path: &str) -> bool {
    !path.starts_with("src/cli/") && !source::is_test(path)
}

fn repeated(files: &[(String, String)]) -> Vec<String> {
    let mut places: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (path, text) in files.iter().filter(|(path, _)| is_library(path)) {
        for (name, line) in public_types(text) {
            places.entry(name).or_default().push(format!("{path}:{line}"));
        }
    }
    let repeated = places.into_iter().filter(|(_, places)| places.len() > 1);
    repeated.map(|(name, places)| format!("{name}: {}", places.join(", "))).collect()
}

#[test]
fn no_two_public_types_share_a_name() {
    report("a name means one thing", repeated(&source::tree("src")));
}

#[test]
fn a_repeated_name_is_found() {
    let found = |files: &[(&str, &str)]| {
        let own = |(path, text): &(&str, &str)| ((*path).to_owned(), (*text).to_owned());
        repeated(&files.iter().map(own).collect::<Vec<_>>())
    };
    let first = ("src/git/a.rs", "pub struct Plan<'a>(&'a str);");
    for second in ["pub enum Plan { A }", "\npub type Plan = u8;", "mod b { pub trait Plan {} }"] {
        assert_eq!(found(&[first, ("src/ops/b.rs", second)]).len(), 1, "{second}");
    }
    assert_eq!(
        found(&[first, ("src/ops/b.rs", "\npub enum Plan { A }")]),
        ["Plan: src/git/a.rs:1, src/ops/b.rs:2"]
    );
    for private in [
        "struct Plan;",
        "pub(super) struct Plan;",
        "// pub struct Plan;",
        "const A: &str = \"pub struct Plan;\";",
        "pub fn plan() -> Plan { Plan }",
        "#[cfg(test)] mod tests { pub struct Plan; }",
    ] {
        assert_eq!(found(&[first, ("src/ops/b.rs", private)]).len(), 0, "{private}");
    }
    for path in ["src/cli/plan.rs", "src/ops/tests.rs", "src/ops/tests/world.rs"] {
        assert_eq!(found(&[first, (path, "pub struct Plan;")]).len(), 0, "{path}");
    }
}
