//! Errors can grow without breaking those who match on them.

use super::tokens::{Kind, Token};
use super::{Finding, keep, source, tokens};

/// The public enums that are errors and lack `#[non_exhaustive]`.
fn exhaustive(path: &str, text: &str) -> Vec<Finding> {
    if source::is_test(path) || path.starts_with("src/cli/") {
        return Vec::new();
    }
    let code = tokens::code(text);
    let errors = code.windows(3).enumerate().filter_map(|(i, at)| {
        let name = at[2].word().filter(|name| name.ends_with("Error"))?;
        let is_enum = at[0].word() == Some("pub") && at[1].word() == Some("enum");
        is_enum.then(|| (i, at[0].line, name))
    });
    let bare = errors.filter(|(i, ..)| !has_attribute(&code[..*i], "non_exhaustive"));
    bare.map(|(_, line, name)| (line, format!("'{name}' is not #[non_exhaustive]"))).collect()
}

/// Whether the attributes at the end of these tokens contain one of this name.
fn has_attribute(before: &[Token], name: &str) -> bool {
    let is_end = |token: &Token| matches!(token.kind, Kind::Mark('}' | ';'));
    let item = before.rsplit(is_end).next().unwrap_or_default();
    item.windows(2).any(|at| at[0].is('[') && at[1].word() == Some(name))
}

#[test]
fn public_errors_can_grow() {
    keep("a public enum named '…Error' is #[non_exhaustive]", exhaustive);
}

#[test]
fn an_exhaustive_error_is_found() {
    let found = |text: &str| exhaustive("src/store/error.rs", text);
    assert_eq!(found("#[derive(Debug)]\n#[non_exhaustive]\npub enum AError { B }"), []);
    assert_eq!(found("#[non_exhaustive]\n/// A.\n#[derive(Debug)]\npub enum AError { B }"), []);
    assert_eq!(
        found("#[non_exhaustive]\npub enum AError { B }\n#[derive(Debug)]\npub enum CError { D }"),
        [(4, "'CError' is not #[non_exhaustive]".into())]
    );
    assert_eq!(found("use a::b;\npub enum AError { B }").len(), 1);
    assert_eq!(found("pub(super) enum AError { B }"), []);
    assert_eq!(found("pub enum Shelf { Active }"), []);
    assert_eq!(exhaustive("src/cli/error.rs", "pub enum AError { B }"), []);
}
