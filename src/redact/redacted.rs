use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

/// A text without its secrets.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Redacted<'t> {
    /// The text; borrowed if nothing was replaced.
    pub bytes: Cow<'t, [u8]>,
    /// What was replaced.
    pub hits: Hits,
}

impl Redacted<'_> {
    /// Adds what comes after it.
    pub fn push(&mut self, next: Redacted<'_>) {
        self.bytes.to_mut().extend_from_slice(&next.bytes);
        self.hits.add(&next.hits);
    }
}

/// How often each rule has matched.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Hits(BTreeMap<Arc<str>, u64>);

impl Hits {
    /// Returns true if no rule has matched.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the number of matches of all rules.
    pub fn total(&self) -> u64 {
        self.0.values().sum()
    }

    /// Iterates over the rules that have matched, by name, with the number of matches.
    pub fn iter(&self) -> impl Iterator<Item = (&str, u64)> {
        self.0.iter().map(|(rule, count)| (&**rule, *count))
    }

    /// Adds the hits of another text.
    pub fn add(&mut self, other: &Self) {
        for (rule, count) in &other.0 {
            *self.0.entry(rule.clone()).or_default() += count;
        }
    }

    fn count(&mut self, rule: &Arc<str>) {
        *self.0.entry(rule.clone()).or_default() += 1;
    }
}

/// A part of a text to replace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Span {
    pub range: Range<usize>,
    pub rule: Arc<str>,
    /// What to put there, if not the name of the rule.
    pub by: Option<String>,
}

impl Span {
    pub fn new(range: Range<usize>, rule: Arc<str>) -> Self {
        Self { range, rule, by: None }
    }
}

/// Replaces the spans of a text. Those that overlap count as one, of the rule that begins first.
pub(super) fn replace(text: &[u8], mut spans: Vec<Span>) -> Redacted<'_> {
    let mut hits = Hits::default();
    if spans.is_empty() {
        return Redacted { bytes: Cow::Borrowed(text), hits };
    }
    for span in &mut spans {
        span.range = whole_characters(text, span.range.clone());
    }
    spans.sort_by_key(|span| (span.range.start, usize::MAX - span.range.end));
    let mut bytes = Vec::with_capacity(text.len());
    let mut done = 0;
    let mut spans = spans.into_iter().peekable();
    while let Some(span) = spans.next() {
        let mut end = span.range.end;
        while let Some(other) = spans.next_if(|other| other.range.start < end) {
            end = end.max(other.range.end);
        }
        bytes.extend(&text[done..span.range.start]);
        match &span.by {
            Some(by) => bytes.extend(by.as_bytes()),
            None => bytes.extend(format!("[REDACTED:{}]", span.rule).as_bytes()),
        }
        hits.count(&span.rule);
        done = end;
    }
    bytes.extend(&text[done..]);
    Redacted { bytes: Cow::Owned(bytes), hits }
}

/// Extends a range so that it cuts no character of UTF-8 in two.
fn whole_characters(text: &[u8], range: Range<usize>) -> Range<usize> {
    let is_inside = |at: usize| text.get(at).is_some_and(|byte| (0x80..0xc0).contains(byte));
    let (mut start, mut end) = (range.start, range.end);
    while start > 0 && range.start - start < 3 && is_inside(start) {
        start -= 1;
    }
    while end - range.end < 3 && is_inside(end) {
        end += 1;
    }
    start..end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overlapping_spans_are_one() {
        let span = |range: Range<usize>, rule: &str| Span::new(range, rule.into());
        let spans = vec![span(6..8, "c"), span(2..4, "b"), span(1..3, "a"), span(4..5, "d")];
        let redacted = replace(b"0123456789", spans);
        assert_eq!(redacted.bytes, &b"0[REDACTED:a][REDACTED:d]5[REDACTED:c]89"[..]);
        assert_eq!(redacted.hits.iter().collect::<Vec<_>>(), [("a", 1), ("c", 1), ("d", 1)]);
        let inside = replace("aüb".as_bytes(), vec![span(2..3, "a")]);
        assert_eq!(inside.bytes, &b"a[REDACTED:a]b"[..]);
    }
}
