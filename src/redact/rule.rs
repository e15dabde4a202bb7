use std::ops::Range;
use std::sync::OnceLock;

use regex::bytes::Regex;

use super::view::ends_with_control_sequence;

/// A rule that is built in. It is tried where one of its keywords is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Builtin {
    pub name: &'static str,
    /// Words of which each match begins with one, or has one a few bytes after its beginning.
    /// JSON writes them as they are, or with `\u`.
    pub keywords: &'static [&'static str],
    /// What is to match, from the keyword on. If it has groups, only what is in the one that took
    /// part is replaced.
    pattern: &'static str,
    /// How many bytes of a match may be before the keyword.
    before: usize,
    start: Start,
}

/// Where a match may begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Start {
    /// Where a word does.
    Word,
    /// Anywhere: no word has the keyword inside.
    Anywhere,
}

impl Builtin {
    /// A rule whose matches begin where a word does.
    pub const fn word(
        name: &'static str,
        keywords: &'static [&'static str],
        pattern: &'static str,
    ) -> Self {
        Self { name, keywords, pattern, before: 0, start: Start::Word }
    }

    /// A rule whose matches begin anywhere.
    pub const fn anywhere(
        name: &'static str,
        keywords: &'static [&'static str],
        pattern: &'static str,
    ) -> Self {
        Self { start: Start::Anywhere, ..Self::word(name, keywords, pattern) }
    }

    /// Lets so many bytes of a match be before the keyword.
    pub const fn before(self, before: usize) -> Self {
        Self { before, ..self }
    }

    /// Returns what matches at a keyword.
    pub fn find(
        &self,
        regex: &OnceLock<Regex>,
        text: &[u8],
        keyword: usize,
    ) -> Option<Range<usize>> {
        let regex = regex.get_or_init(|| self.compile());
        let from = keyword.saturating_sub(self.before);
        if self.before == 0 && !self.may_start(text, from) {
            return None;
        }
        let (range, is_cut) = matched(regex, text, from..text.len().min(keyword + WINDOW))?;
        let range = if is_cut { matched(regex, text, from..text.len())?.0 } else { range };
        let is_there = range.start <= keyword || self.before == 0;
        (is_there && keyword < range.end && (self.before == 0 || self.may_start(text, range.start)))
            .then_some(range)
    }

    fn may_start(&self, text: &[u8], at: usize) -> bool {
        self.start == Start::Anywhere || starts_word(text, at)
    }

    fn compile(&self) -> Regex {
        let anchor = if self.before == 0 { "^" } else { "" };
        Regex::new(&format!("(?-u){anchor}(?:{})", self.pattern))
            .expect("a test compiles all patterns that are built in")
    }
}

/// How many bytes from the keyword on are looked at, unless a match reaches to their end.
const WINDOW: usize = 4096;

/// Returns the first match in a part of a text, and whether the part ends where it does.
fn matched(regex: &Regex, text: &[u8], window: Range<usize>) -> Option<(Range<usize>, bool)> {
    let found = regex.captures(&text[window.clone()])?;
    let whole = found.get(0)?;
    let is_cut = whole.end() == window.len() && window.end < text.len();
    let group = found.iter().skip(1).flatten().next();
    if group.is_some_and(|group| !is_cut && is_placeholder(group.as_bytes())) {
        return None;
    }
    let range = group.unwrap_or(whole).range();
    Some((window.start + range.start..window.start + range.end, is_cut))
}

/// Returns true if a word starts at a position, also after an escaped byte of a URL and an escape
/// sequence of a text.
fn starts_word(text: &[u8], at: usize) -> bool {
    let before = &text[..at];
    match before {
        [] => true,
        [.., b'%', a, b] if a.is_ascii_hexdigit() && b.is_ascii_hexdigit() => true,
        [.., b'\\', b'n' | b'r' | b't'] => true,
        [.., last] if !last.is_ascii_alphanumeric() && *last != b'_' => true,
        _ => ends_with_control_sequence(before),
    }
}

/// Returns true if a text stands for a secret that is somewhere else: `$PASSWORD`, `<token>`, `***`.
fn is_placeholder(value: &[u8]) -> bool {
    let first = value.first().copied().unwrap_or_default();
    b"$<{[%*".contains(&first) || value.iter().all(|byte| *byte == first)
}
