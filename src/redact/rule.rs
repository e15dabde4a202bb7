use std::ops::Range;
use std::sync::OnceLock;

use regex::bytes::Regex;

use super::view::ends_with_control_sequence;

/// A rule that is built in. It is tried where one of its keywords is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Builtin {
    pub name: &'static str,
    /// Words: each match begins with one of them, or has one a few bytes after its beginning.
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
        let from = keyword.saturating_sub(self.before);
        if self.before == 0 && !self.may_start(text, from) {
            return None;
        }
        let regex = regex.get_or_init(|| self.compile());
        let window = from..text.len().min(keyword + WINDOW);
        let mut found = matched(regex, text, window, keyword)?;
        if found.whole.end == keyword + WINDOW {
            found = matched(regex, text, from..text.len(), keyword)?;
        }
        let Found { whole, group } = found;
        if self.before > 0 && !self.may_start(text, whole.start) {
            return None;
        }
        match group {
            Some(group) if is_placeholder(&text[group.clone()]) => None,
            Some(group) => Some(group),
            None => Some(whole),
        }
    }

    /// Returns false if the rule matches at a keyword in none of the ways in which the text may be
    /// written: as a part of a longer word.
    pub fn may_be_at(&self, text: &[u8], keyword: usize) -> bool {
        if self.start == Start::Anywhere || self.before > 0 {
            return true;
        }
        let before = &text[keyword.saturating_sub(8)..keyword];
        let is_in_word = before.len() == 8
            && before[6..].iter().all(u8::is_ascii_lowercase)
            && !before.iter().any(|byte| b"\\%[".contains(byte));
        !is_in_word
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

/// A match, and what is in its group.
struct Found {
    whole: Range<usize>,
    group: Option<Range<usize>>,
}

/// Returns the match in a part of a text that has the keyword in it.
fn matched(regex: &Regex, text: &[u8], window: Range<usize>, keyword: usize) -> Option<Found> {
    let range = |range: Range<usize>| window.start + range.start..window.start + range.end;
    regex.captures_iter(&text[window.clone()]).find_map(|captures| {
        let whole = range(captures.get(0)?.range());
        let group = captures.iter().skip(1).flatten().next().map(|group| range(group.range()));
        whole.contains(&keyword).then_some(Found { whole, group })
    })
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

/// Returns true if a text stands for a secret that is somewhere else: `$PASSWORD`, `<token>`,
/// `***`.
fn is_placeholder(value: &[u8]) -> bool {
    let first = value.first().copied().unwrap_or_default();
    b"$<{[%*".contains(&first) || value.iter().all(|byte| *byte == first)
}
