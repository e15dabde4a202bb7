//! What the bytes of an entry must contain if a pattern matches in it. Most segments have nothing
//! of it, and need not be parsed.

use memchr::memmem::Finder;
use regex::bytes::{Regex, RegexBuilder};
use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind};

use super::case::Case;
use super::escapes::{Hidden, has_escape, is_plain};

/// A shorter text is in almost every segment.
const SHORTEST: usize = 2;

/// More texts than these are not looked for at once.
const MOST: usize = 16;

/// What a reader of entries makes one text of, though it is in several places.
const JOINED: [&[u8]; 2] = [b"<command-", b"<bash-input>"];

/// Letters outside ASCII that match an ASCII letter if case is ignored: the long s, the sign of
/// kelvin.
const FOLDED: [&str; 2] = ["\u{17f}", "\u{212a}"];

/// Texts: a matching entry contains at least one of them.
#[derive(Debug, Clone)]
pub struct Needles {
    find: Find,
    hidden: Hidden,
    /// If one of these is there, so may be a match.
    others: Vec<Finder<'static>>,
}

#[derive(Debug, Clone)]
enum Find {
    One(Box<Finder<'static>>),
    Any(Regex),
}

impl Needles {
    /// Returns what a pattern needs, or None if that cannot be told.
    pub fn of(expression: &str, case: Case) -> Option<Self> {
        let is_folded = case == Case::Ignored;
        let parsed = ParserBuilder::new().case_insensitive(is_folded).build().parse(expression);
        let needles = required(&parsed.ok()?)?;
        let is_ascii = needles.iter().all(|needle| needle.is_ascii());
        let mut others: Vec<_> =
            JOINED.iter().map(|text| Finder::new(*text).into_owned()).collect();
        // A part of the pattern may ignore case, too.
        others.extend(FOLDED.iter().map(|text| Finder::new(text).into_owned()));
        let find = match &needles[..] {
            [one] if !is_folded && !expression.contains("(?") => {
                Find::One(Box::new(Finder::new(one).into_owned()))
            }
            all => {
                let all: Vec<_> = all.iter().map(|needle| regex::escape(needle)).collect();
                let mut any = RegexBuilder::new(&all.join("|"));
                Find::Any(any.case_insensitive(true).unicode(false).build().ok()?)
            }
        };
        let hidden =
            if is_ascii && matches!(find, Find::One(_)) { Hidden::Ascii } else { Hidden::Any };
        Some(Self { find, hidden, others })
    }

    /// Returns false if no entry in these bytes can match.
    pub fn may_be_in(&self, raw: &[u8]) -> bool {
        let is_there = match &self.find {
            Find::One(finder) => finder.find(raw).is_some(),
            Find::Any(regex) => regex.is_match(raw),
        };
        is_there
            || has_escape(raw, self.hidden)
            || self.others.iter().any(|other| other.find(raw).is_some())
    }
}

/// Returns texts such that every match contains at least one of them.
fn required(hir: &Hir) -> Option<Vec<String>> {
    match hir.kind() {
        HirKind::Capture(capture) => required(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => required(&repetition.sub),
        HirKind::Alternation(all) => {
            let all: Option<Vec<_>> = all.iter().map(required).collect();
            let all = all?.concat();
            (all.len() <= MOST).then_some(all)
        }
        HirKind::Concat(parts) => of_sequence(parts),
        HirKind::Literal(_) | HirKind::Class(_) => of_sequence(std::slice::from_ref(hir)),
        HirKind::Repetition(_) | HirKind::Empty | HirKind::Look(_) => None,
    }
}

/// Returns the best of what the parts of a sequence need: the longest text, or what one part needs.
fn of_sequence(parts: &[Hir]) -> Option<Vec<String>> {
    let mut found: Vec<Vec<String>> = Vec::new();
    let mut run = String::new();
    for part in parts {
        match part.kind() {
            HirKind::Literal(literal) => {
                let Ok(text) = std::str::from_utf8(&literal.0) else { return None };
                for c in text.chars() {
                    put(c, &mut run, &mut found);
                }
                continue;
            }
            HirKind::Class(class) => {
                if let Some(letter) = folded(class) {
                    put(letter, &mut run, &mut found);
                    continue;
                }
            }
            // It takes no room.
            HirKind::Look(_) | HirKind::Empty => continue,
            _ => found.extend(required(part)),
        }
        found.push(vec![std::mem::take(&mut run)]);
    }
    found.push(vec![run]);
    let shortest = |all: &Vec<String>| all.iter().map(String::len).min().unwrap_or_default();
    found.into_iter().max_by_key(shortest).filter(|all| shortest(all) >= SHORTEST)
}

/// Adds a character to a text, or ends the text if writers of JSON escape the character.
fn put(c: char, run: &mut String, found: &mut Vec<Vec<String>>) {
    match u8::try_from(c).is_ok_and(|byte| byte.is_ascii() && !is_plain(byte)) {
        true => found.push(vec![std::mem::take(run)]),
        false => run.push(c),
    }
}

/// Returns the letter that a class stands for if it is one ASCII letter in any case.
fn folded(class: &Class) -> Option<char> {
    let Class::Unicode(class) = class else { return None };
    let mut all = class.iter().flat_map(|range| range.start()..=range.end());
    let first = all.next()?.to_ascii_lowercase();
    let is_same = |c: char| {
        c.to_ascii_lowercase() == first || FOLDED.iter().any(|folded| folded.chars().eq([c]))
    };
    // A class of everything is large.
    (first.is_ascii_alphabetic() && all.take(4).all(is_same) && class.iter().count() <= 3)
        .then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn needles(expression: &str) -> Option<Vec<String>> {
        required(&ParserBuilder::new().build().parse(expression).unwrap())
    }

    #[test]
    fn what_a_pattern_needs() {
        for (expression, needed) in [
            ("flaky test", Some(vec!["flaky test"])),
            (r"src/lib\.rs:\d+", Some(vec!["lib.rs:"])),
            (r"^fn (\w+)\(", Some(vec!["fn "])),
            ("(panicked|unwrap)", Some(vec!["panicked", "unwrap"])),
            ("a(bc|def)+", Some(vec!["bc", "def"])),
            ("größe", Some(vec!["größe"])),
            (r#"say "hello""#, Some(vec!["hello"])),
            ("a|bc", None),
            ("(abc)?", None),
            (".*", None),
            ("", None),
            ("x", None),
        ] {
            let needed = needed.map(|all| all.into_iter().map(str::to_owned).collect::<Vec<_>>());
            assert_eq!(needles(expression), needed, "{expression}");
        }
    }

    #[test]
    fn case_and_escapes() {
        let may = |expression, case, raw: &str| {
            Needles::of(expression, case).unwrap().may_be_in(raw.as_bytes())
        };
        assert!(!may("task", Case::Sensitive, r#"{"text":"TASK \u001b[1m"}"#));
        assert!(may("task", Case::Ignored, r#"{"text":"TASK"}"#));
        assert!(may("task", Case::Ignored, "{\"text\":\"ta\u{17f}\u{212a}\"}"));
        assert!(may("(?i)task", Case::Sensitive, r#"{"text":"TASK"}"#));
        assert!(may("a<b", Case::Sensitive, r#"{"text":"a\u003cb"}"#));
        assert!(may("größe", Case::Sensitive, r#"{"text":"gr\u00f6\u00dfe"}"#));
        assert!(!may("größe", Case::Sensitive, r#"{"text":"gross"}"#));
        assert!(may("review 7", Case::Sensitive, "<command-name>/review</command-name>"));
    }

    proptest! {
        /// Whatever matches in a text is not passed over in its JSON.
        #[test]
        fn nothing_is_passed_over(
            text in "[a-cA-Ck\\u{212a}sé\"\\\\/<\\t ]{0,24}",
            expression in "[a-cks]{1,3}|[a-c]+[ks]?(a|bc|\\.)[a-c]|(ab|bé|\"c)+|a.b<?|\\\\/",
            ignored in any::<bool>(),
            ascii in any::<bool>(),
        ) {
            let case = if ignored { Case::Ignored } else { Case::Sensitive };
            let regex = regex::RegexBuilder::new(&expression).case_insensitive(ignored).build();
            let (Ok(regex), Some(needles)) = (regex, Needles::of(&expression, case)) else {
                return Ok(());
            };
            let mut raw = serde_json::to_string(&text).unwrap();
            if ascii {
                let escaped = |c: char| match c.is_ascii() && c != '<' {
                    true => c.to_string(),
                    false => format!("\\u{:04x}", u32::from(c)),
                };
                raw = raw.chars().map(escaped).collect();
            }
            prop_assert!(!regex.is_match(&text) || needles.may_be_in(raw.as_bytes()), "{raw}");
        }
    }
}
