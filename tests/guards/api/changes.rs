use std::collections::BTreeMap;

use super::{difference, listing};

const LIB: &str = "
    //! A crate.
    pub mod a;
    mod b;
    pub use b::{Inner as Outer, helper};
    pub use a::deep::Deep;
    pub const LIMIT: usize = 3;
";
const A: &str = "
    pub mod deep;
    use crate::b::Secret;
    #[derive(Debug, Clone)]
    #[non_exhaustive]
    pub struct Thing<'t> { pub name: &'t str, count: u8 }
    impl<'t> Thing<'t> {
        pub const ALL: [u8; 2] = [1, 2];
        pub fn name(&self, mut more: impl Fn(&str) -> bool) -> Result<Vec<&'t str>, Failure> { todo!() }
        fn secret(&self) {}
    }
    impl From<u8> for Thing<'_> { fn from(_: u8) -> Self { todo!() } }
    impl Secret for Thing<'_> {}
    #[derive(Debug, thiserror::Error)]
    pub enum Failure { One(u8), Two { at: u8 }, Io(#[from] std::io::Error) }
    pub trait Agent: Send { fn start(&self) -> u8; fn stop(&self) {} }
    pub(crate) fn hidden() {}
    #[cfg(test)]
    mod tests { pub fn invisible() {} }
";
const DEEP: &str = "pub struct Deep(pub u8); pub use crate::b::Inner;";
const B: &str = "
    pub enum Inner { A }
    pub trait Secret {}
    pub fn helper<T: Clone>(of: T) -> T { of }
    pub fn nobody_sees_it() {}
";

fn crate_with(changed: &str, from: &str, to: &str) -> String {
    let mut files: BTreeMap<String, String> =
        [("src/lib.rs", LIB), ("src/a/mod.rs", A), ("src/a/deep.rs", DEEP), ("src/b.rs", B)]
            .map(|(path, text)| (path.to_owned(), text.to_owned()))
            .into();
    let text = files.get_mut(changed).expect("a file");
    assert!(from.is_empty() || text.contains(from), "'{from}' is not in '{changed}'");
    *text = if from.is_empty() { format!("{text}{to}") } else { text.replace(from, to) };
    listing(&files)
}

#[test]
fn what_is_public_is_listed() {
    let listed = crate_with("src/b.rs", "", "");
    let expected = [
        "LIMIT: const usize",
        "Outer: variant A",
        "a::deep::Inner: use Outer",
        "a: mod",
        "a::Agent: fn start(&self) -> u8",
        "a::Agent: provided fn stop(&self)",
        "a::Agent: trait: Send",
        "a::Failure: enum",
        "a::Failure: impl Debug",
        "a::Failure: impl Error",
        "a::Failure: impl From<std::io::Error>",
        "a::Failure: variant Io(std::io::Error)",
        "a::Failure: variant One(u8)",
        "a::Failure: variant Two { at: u8 }",
        "a::Thing: const ALL: [u8; 2]",
        "a::Thing: field name: &'t str",
        "a::Thing: fn name(&self, more: impl Fn(&str) -> bool) -> Result<Vec<&'t str>, Failure>",
        "a::Thing: impl Clone",
        "a::Thing: impl Debug",
        "a::Thing: impl From<u8>",
        "a::Thing: non-exhaustive struct<'t>",
        "a::Thing: private fields",
        "a::deep: mod",
        "a::deep::Deep: use Deep",
        "Deep: field 0: u8",
        "Deep: struct",
        "helper: fn helper<T: Clone>(of: T) -> T",
    ];
    for line in expected {
        assert!(listed.lines().any(|found| found == line), "'{line}' is not in\n{listed}");
    }
    for hidden in ["secret", "Secret", "hidden", "invisible", "nobody", "mut "] {
        assert!(!listed.contains(hidden), "{hidden}: {listed}");
    }
}

#[test]
fn each_change_is_seen() {
    let before = crate_with("src/b.rs", "", "");
    for (file, from, to) in [
        ("src/a/mod.rs", "", "pub fn new() {}"),
        ("src/a/mod.rs", "pub name: &'t str", "pub name: String"),
        ("src/a/mod.rs", "pub name", "name"),
        ("src/a/mod.rs", "One(u8)", "One(u16)"),
        ("src/a/mod.rs", "One(u8), ", ""),
        ("src/a/mod.rs", "#[from] ", ""),
        ("src/a/mod.rs", "#[non_exhaustive]", ""),
        ("src/a/mod.rs", "(Debug, Clone)", "(Debug)"),
        ("src/a/mod.rs", "fn stop(&self) {}", "fn stop(&self);"),
        ("src/a/mod.rs", "trait Agent: Send", "trait Agent"),
        ("src/a/mod.rs", "impl Fn(&str)", "impl FnMut(&str)"),
        ("src/a/mod.rs", "fn secret", "pub fn secret"),
        ("src/a/mod.rs", "impl From<u8>", "impl From<u16>"),
        ("src/a/deep.rs", "pub struct Deep", "struct Deep"),
        ("src/b.rs", "T: Clone", "T"),
        ("src/lib.rs", ", helper", ""),
        ("src/lib.rs", "mod b;", "pub mod b;"),
        ("src/lib.rs", "const LIMIT: usize", "const LIMIT: u8"),
    ] {
        let after = crate_with(file, from, to);
        assert!(!difference(&before, &after).is_empty(), "{file}: '{from}' -> '{to}'");
    }
}

#[test]
fn what_nobody_sees_is_no_change() {
    let before = crate_with("src/b.rs", "", "");
    for (file, from, to) in [
        ("src/b.rs", "{ of }", "{ of.clone() }"),
        ("src/b.rs", "", "struct Mine; fn mine() {}"),
        ("src/a/mod.rs", "count: u8", "count: u16"),
        ("src/a/mod.rs", "    pub mod deep;", "    /// Documented.\n    pub mod deep;"),
        ("src/a/mod.rs", "pub(crate) fn hidden() {}", ""),
        ("src/a/mod.rs", "(&self, mut more", "(&self, more"),
    ] {
        assert_eq!(difference(&before, &crate_with(file, from, to)), [] as [&str; 0], "{from}");
    }
    let changes = difference("a: fn\nb: fn\n", "a: fn x\nb: fn\n");
    assert_eq!(changes, ["-a: fn", "+a: fn x"]);
}
