//! Errors can grow without breaking those who match on them, and tell a program their kind.

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

/// The public types that are errors and lack a method `kind`.
fn without_kind(path: &str, text: &str) -> Vec<Finding> {
    if source::is_test(path) || path.starts_with("src/cli/") {
        return Vec::new();
    }
    let code = tokens::code(text);
    let types = code.windows(3).enumerate().filter_map(|(i, at)| {
        let is_type = matches!(at[1].word(), Some("enum" | "struct"));
        let name = at[2].word().filter(|_| at[0].word() == Some("pub") && is_type)?;
        Some((i, at[0].line, name))
    });
    let errors = types.filter(|(i, _, name)| {
        derives_error(&code[..*i]) || has_sequence(&code, &["Error", "for", name, "{"])
    });
    let silent = errors.filter(|(.., name)| !has_kind(&code, name));
    silent.map(|(_, line, name)| (line, format!("'{name}' has no kind()"))).collect()
}

/// Whether the attributes at the end of these tokens derive `Error`.
fn derives_error(before: &[Token]) -> bool {
    let is_end = |token: &Token| matches!(token.kind, Kind::Mark('}' | ';'));
    let item = before.rsplit(is_end).next().unwrap_or_default();
    let derived = item.iter().skip_while(|token| token.word() != Some("derive"));
    derived.take_while(|token| !token.is(']')).any(|token| token.word() == Some("Error"))
}

/// Whether an `impl` block of the type has `pub fn kind(&self) -> ErrorKind`.
fn has_kind(code: &[Token], name: &str) -> bool {
    let blocks = code.windows(3).enumerate().filter(|(_, at)| {
        at[0].word() == Some("impl") && at[1].word() == Some(name) && at[2].is('{')
    });
    let signature = ["pub", "fn", "kind", "(", "&", "self", ")", "-", ">", "ErrorKind"];
    blocks.map(|(i, _)| block(&code[i + 2..])).any(|block| has_sequence(block, &signature))
}

/// The tokens up to the brace that closes the first one.
fn block(code: &[Token]) -> &[Token] {
    let mut depth = 0;
    let end = code.iter().position(|token| {
        depth += i32::from(token.is('{')) - i32::from(token.is('}'));
        depth == 0
    });
    &code[..end.unwrap_or(code.len())]
}

fn has_sequence(code: &[Token], expected: &[&str]) -> bool {
    let fits = |(token, expected): (&Token, &&str)| match &token.kind {
        Kind::Word(word) => word == expected,
        Kind::Mark(mark) => expected.chars().eq([*mark]),
        _ => false,
    };
    code.windows(expected.len()).any(|at| at.iter().zip(expected).all(fits))
}

#[test]
fn public_errors_have_a_kind() {
    keep("a public error has a method 'kind'", without_kind);
}

#[test]
fn an_error_without_kind_is_found() {
    let found = |text: &str| without_kind("src/store/error.rs", text);
    let kind = "{ pub fn kind(&self) -> ErrorKind { ErrorKind::Invalid } }";
    let derived = "#[derive(Debug, thiserror::Error)]\npub struct Bad(String);\n";
    assert_eq!(found(&format!("{derived}impl Bad {kind}")), []);
    assert_eq!(found(&format!("{derived}impl Bad {{ fn a() {{}} }} impl Bad {kind}")), []);
    assert_eq!(found(derived), [(2, "'Bad' has no kind()".into())]);
    assert_eq!(found(&format!("{derived}impl Good {kind}")).len(), 1);
    assert_eq!(found(&format!("{derived}impl Bad {{ }} impl Good {kind}")).len(), 1);
    assert_eq!(found(&derived.replace("pub struct", "pub(super) struct")), []);
    assert_eq!(found("pub enum Bad { A }\nimpl std::error::Error for Bad {}").len(), 1);
    assert_eq!(found("#[derive(Debug)]\npub enum Shelf { A }"), []);
    assert_eq!(without_kind("src/cli/error.rs", derived), []);
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
