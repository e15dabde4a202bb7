//! The paths that a file names, with groups taken apart: `use a::{b, c::d}` names `a::b`, `a::c::d`.

use super::tokens::{Kind, Token};

/// A path as it is written, from its first segment on.
#[derive(Debug, PartialEq, Eq)]
pub struct Named {
    pub line: usize,
    pub path: String,
    /// What stands right before and right after it.
    pub before: Option<Kind>,
    pub after: Option<Kind>,
}

impl Named {
    /// Whether this is the path `other` or leads further down from it.
    pub fn is_below(&self, other: &str) -> bool {
        self.path.strip_prefix(other).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
    }

    pub fn last(&self) -> &str {
        self.path.rsplit("::").next().unwrap_or_default()
    }

    pub fn is_macro(&self) -> bool {
        self.after == Some(Kind::Mark('!'))
    }
}

pub fn named(tokens: &[Token]) -> Vec<Named> {
    let (mut found, mut i) = (Vec::new(), 0);
    while i < tokens.len() {
        i = if tokens[i].word().is_some() { follow(tokens, i, "", &mut found) } else { i + 1 };
    }
    found
}

/// Follows one path, or the tree of them, from its word at `i`; returns where it is over.
fn follow(tokens: &[Token], mut i: usize, prefix: &str, found: &mut Vec<Named>) -> usize {
    let begin = i;
    let mut path = prefix.to_owned();
    while let Some(word) = tokens.get(i).and_then(Token::word) {
        path += word;
        i += 1;
        if tokens.get(i).is_none_or(|token| token.kind != Kind::Sep) {
            break;
        }
        path += "::";
        i += 1;
    }
    let grouped = path.ends_with("::") && tokens.get(i).is_some_and(|token| token.is('{'));
    if grouped {
        i += 1;
        while i < tokens.len() && !tokens[i].is('}') {
            i = match tokens[i].word() {
                Some("as") => i + 2,
                Some(_) => follow(tokens, i, &path, found),
                None => i + 1,
            };
        }
        return i + 1;
    }
    let path = path.trim_end_matches("::").trim_end_matches("::self").to_owned();
    let before = begin.checked_sub(1).map(|at| tokens[at].kind.clone());
    let after = tokens.get(i).map(|token| token.kind.clone());
    found.push(Named { line: tokens[begin].line, path, before, after });
    i
}

#[test]
fn groups_are_taken_apart() {
    let text = "use std::{fs, io::{self, Read as R}};\nuse crate::a::*; x.y(); print!(z);";
    let found = named(&super::tokens::code(text));
    let paths: Vec<_> = found.iter().map(|named| named.path.as_str()).collect();
    assert_eq!(paths[..4], ["use", "std::fs", "std::io", "std::io::Read"]);
    assert_eq!(paths[4..], ["use", "crate::a", "x", "y", "print", "z"]);
    assert!(found.iter().any(|named| named.path == "print" && named.is_macro()));
    assert_eq!(found.last().map(|named| named.line), Some(2));
}
