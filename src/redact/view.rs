//! A text as a reader sees it, and where each part of it is in the text from which it was made.

use std::ops::Range;

/// A text without escapes.
#[derive(Debug)]
pub(super) struct View {
    pub text: Vec<u8>,
    /// The parts that differ, in order. Between them, both texts are the same.
    parts: Vec<Part>,
}

/// A part of a view that stands for something else in the text below.
#[derive(Debug)]
struct Part {
    /// Its first byte and length in the view.
    at: usize,
    len: usize,
    /// The first byte and length of what it stands for.
    below: usize,
    below_len: usize,
}

impl View {
    /// Replaces the escapes of JSON strings (RFC 8259, section 7). What is none stays. Returns None
    /// if there is none.
    pub fn unescaped(below: &[u8]) -> Option<Self> {
        Self::made(below, b'\\', |rest| {
            let (char, len) = escape(rest)?;
            let mut utf8 = [0; 4];
            Some((char.encode_utf8(&mut utf8).as_bytes().to_vec(), len))
        })
    }

    /// Removes the control sequences by which a terminal changes colors (ECMA-48, section 5.4).
    /// Returns None if there is none.
    pub fn plain(below: &[u8]) -> Option<Self> {
        Self::made(below, 0x1b, |rest| Some((Vec::new(), control_sequence(rest)?)))
    }

    /// Replaces what begins with this byte, if `replaced` knows what to put there and how many
    /// bytes that takes.
    fn made(
        below: &[u8],
        byte: u8,
        replaced: impl Fn(&[u8]) -> Option<(Vec<u8>, usize)>,
    ) -> Option<Self> {
        let mut view = Self { text: Vec::new(), parts: Vec::new() };
        let (mut done, mut at) = (0, 0);
        while let Some(found) = memchr::memchr(byte, &below[at..]) {
            let start = at + found;
            let Some((by, below_len)) = replaced(&below[start..]) else {
                at = start + 1;
                continue;
            };
            view.text.extend(&below[done..start]);
            let (at_view, len) = (view.text.len(), by.len());
            view.parts.push(Part { at: at_view, len, below: start, below_len });
            view.text.extend(by);
            at = start + below_len;
            done = at;
        }
        if view.parts.is_empty() {
            return None;
        }
        view.text.extend(&below[done..]);
        Some(view)
    }

    /// Returns the range of the text below that a range of the view stands for: never a part of an
    /// escape.
    pub fn below(&self, range: Range<usize>) -> Range<usize> {
        let start = match self.part(range.start) {
            Some(part) if range.start < part.at + part.len => part.below,
            other => self.linear(other, range.start),
        };
        let Some(last) = range.end.checked_sub(1).filter(|last| *last >= range.start) else {
            return start..start;
        };
        let end = match self.part(last) {
            Some(part) if last < part.at + part.len => part.below + part.below_len,
            other => self.linear(other, last) + 1,
        };
        start..end
    }

    /// Returns the last part that begins at a position or before it.
    fn part(&self, at: usize) -> Option<&Part> {
        let next = self.parts.partition_point(|part| part.at <= at);
        next.checked_sub(1).map(|last| &self.parts[last])
    }

    fn linear(&self, part: Option<&Part>, at: usize) -> usize {
        part.map_or(at, |part| part.below + part.below_len + (at - part.at - part.len))
    }
}

/// Reads the escape at the start of a text: the character, and the number of bytes.
fn escape(text: &[u8]) -> Option<(char, usize)> {
    let char = match text.get(1)? {
        byte @ (b'"' | b'\\' | b'/') => char::from(*byte),
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'u' => return Some(unicode(text, hex(text)?)),
        _ => return None,
    };
    Some((char, 2))
}

/// Returns the character of a UTF-16 escape, which may be a pair.
fn unicode(text: &[u8], first: u32) -> (char, usize) {
    if let (0xd800..0xdc00, Some(second @ 0xdc00..0xe000)) = (first, text.get(6..).and_then(hex)) {
        let char = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
        return (char::from_u32(char).unwrap_or(char::REPLACEMENT_CHARACTER), 12);
    }
    (char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER), 6)
}

/// Reads `\uXXXX`.
fn hex(text: &[u8]) -> Option<u32> {
    let digits = text.strip_prefix(b"\\u")?.get(..4)?;
    digits.iter().try_fold(0, |number, digit| Some(number * 16 + char::from(*digit).to_digit(16)?))
}

/// Returns true if a text ends with a control sequence.
pub(super) fn ends_with_control_sequence(text: &[u8]) -> bool {
    let last = &text[text.len().saturating_sub(LONGEST_SEQUENCE)..];
    let escape = memchr::memrchr(0x1b, last);
    escape.is_some_and(|at| control_sequence(&last[at..]) == Some(last.len() - at))
}

/// The largest number of bytes of a control sequence.
const LONGEST_SEQUENCE: usize = 64;

/// Returns the length of the control sequence at the start of a text.
fn control_sequence(text: &[u8]) -> Option<usize> {
    let rest = text.strip_prefix(b"\x1b[")?;
    let parameters = rest.iter().take_while(|byte| (0x20..0x40).contains(*byte)).count();
    let is_final = rest.get(parameters).is_some_and(|byte| (0x40..0x7f).contains(byte));
    (is_final && parameters + 3 <= LONGEST_SEQUENCE).then_some(parameters + 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_and_where_they_are() {
        let raw = br#"a\nb\u00e9\ud83d\ude00\/\q\ud800x\"#;
        let view = View::unescaped(raw).unwrap();
        let text = std::str::from_utf8(&view.text).unwrap();
        assert_eq!(text, "a\nb\u{e9}\u{1f600}/\\q\u{fffd}x\\");
        let below = |part: &str| {
            let at = text.find(part).unwrap();
            &raw[view.below(at..at + part.len())]
        };
        assert_eq!(below("a\n"), br"a\n");
        assert_eq!(below("b"), b"b");
        assert_eq!(below("\u{e9}\u{1f600}"), br"\u00e9\ud83d\ude00");
        assert_eq!(below("/\\q"), br"\/\q");
        assert_eq!(below("x\\"), br"x\");
        let half = text.find('\u{1f600}').unwrap() + 1;
        assert_eq!(&raw[view.below(half..half + 1)], br"\ud83d\ude00", "an escape is not cut");
        assert!(View::unescaped(br"no \q escape \").is_none());
    }

    #[test]
    fn colors_are_gone() {
        let raw = b"\x1b[31m\x1b[Kgh\x1b[0mp_1\x1b[m \x1b";
        let view = View::plain(raw).unwrap();
        assert_eq!(view.text, b"ghp_1 \x1b");
        assert_eq!(&raw[view.below(0..5)], b"gh\x1b[0mp_1");
        assert!(View::plain(b"\x1b(B").is_none());
    }
}
