//! Makes untrusted text safe to print.
//!
//! A record may contain anything, including control sequences for the terminal, text that runs
//! backwards, and invisible text. Such characters are shown as escapes, `\x1b` or `\u{202e}`. The
//! result cannot be parsed back: a backslash is not doubled.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::fmt::Write as _;

/// Escapes text for one line: newline and tab are escaped too.
pub fn line(text: &str) -> Cow<'_, str> {
    escape(text, Layout::Line)
}

/// Escapes text of several lines: newline and tab stay, CR LF becomes a newline.
pub fn block(text: &str) -> Cow<'_, str> {
    escape(text, Layout::Block)
}

/// Escapes text for one line such that it can be parsed back: `\` is doubled.
pub fn quoted(text: &str) -> Cow<'_, str> {
    escape(text, Layout::Quoted)
}

/// Does the same as [`quoted`], but escapes only control characters. Not for a terminal.
pub fn controls(text: &str) -> Cow<'_, str> {
    escape(text, Layout::Controls)
}

/// Escapes a path or an argument for one line. Bytes that are not UTF-8 become `\xff`.
pub fn os(text: &OsStr) -> String {
    let mut shown = String::new();
    for chunk in text.as_encoded_bytes().utf8_chunks() {
        shown.push_str(&line(chunk.valid()));
        for byte in chunk.invalid() {
            push(&mut shown, format_args!("\\x{byte:02x}"));
        }
    }
    shown
}

#[derive(Clone, Copy, PartialEq)]
enum Layout {
    Line,
    Block,
    Quoted,
    Controls,
}

fn escape(text: &str, layout: Layout) -> Cow<'_, str> {
    // Fast path: most text is printable ASCII.
    if text.bytes().all(|b| matches!(b, b' '..=b'[' | b']'..=b'~')) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    let mut before = None;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\n' | '\t' if layout == Layout::Block => shown.push(c),
            '\r' if layout == Layout::Block && chars.peek() == Some(&'\n') => {}
            '\\' if matches!(layout, Layout::Quoted | Layout::Controls) => shown.push_str("\\\\"),
            '\n' => shown.push_str("\\n"),
            '\t' => shown.push_str("\\t"),
            '\r' => shown.push_str("\\r"),
            _ if layout == Layout::Controls && !c.is_control() => shown.push(c),
            _ if is_joiner(c) && joins(before, chars.peek().copied()) => shown.push(c),
            _ if is_selector(c) && before.is_some_and(takes_selector) => shown.push(c),
            _ if !is_hidden(c) && !is_joiner(c) && !is_selector(c) => shown.push(c),
            _ if u32::from(c) < 0x100 => push(&mut shown, format_args!("\\x{:02x}", u32::from(c))),
            _ => push(&mut shown, format_args!("\\u{{{:x}}}", u32::from(c))),
        }
        before = Some(c);
    }
    Cow::Owned(shown)
}

fn push(text: &mut String, what: std::fmt::Arguments<'_>) {
    text.write_fmt(what).expect("writing to a string does not fail");
}

/// Returns true for characters that control a terminal, change the direction of text, break lines,
/// or are invisible.
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}' | '\u{200e}' | '\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{13430}'..='\u{1343f}' | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}')
}

/// Returns true for the zero-width joiner and non-joiner. Persian, Hindi and many emoji need them
/// inside a word.
fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}')
}

/// Returns true for the variation selectors, which choose the text or emoji form of the preceding
/// character.
fn is_selector(c: char) -> bool {
    matches!(c, '\u{fe00}'..='\u{fe0f}')
}

fn joins(before: Option<char>, after: Option<char>) -> bool {
    let visible = |c: char| !c.is_ascii() && !is_hidden(c) && !is_joiner(c);
    before.is_some_and(visible) && after.is_some_and(|c| visible(c) && !is_selector(c))
}

fn takes_selector(c: char) -> bool {
    matches!(c, '0'..='9' | '#' | '*')
        || !c.is_ascii() && !is_hidden(c) && !is_joiner(c) && !is_selector(c)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_a_terminal_would_obey_is_shown() {
        for (from, to) in [
            ("Fix the flaky test", "Fix the flaky test"),
            ("größer, 東京, привет", "größer, 東京, привет"),
            ("\x1b[31mred\x07", "\\x1b[31mred\\x07"),
            ("a\x7fb\u{9b}c", "a\\x7fb\\x9bc"),
            ("a\nb\tc\rd", "a\\nb\\tc\\rd"),
            ("evil\u{202e}txt.exe", "evil\\u{202e}txt.exe"),
            ("a\u{2028}b\u{feff}", "a\\u{2028}b\\u{feff}"),
            ("\u{e0041}", "\\u{e0041}"),
        ] {
            assert_eq!(line(from), to);
        }
        assert_eq!(block("a\r\n\tb\rc\x1b"), "a\n\tb\\rc\\x1b");
        assert_eq!(
            quoted("a\tb\nc\\d\x1be\0ü\u{9b}\u{202e}"),
            "a\\tb\\nc\\\\d\\x1be\\x00ü\\x9b\\u{202e}"
        );
    }

    #[test]
    fn joiners_and_selectors_stay_where_a_script_needs_them() {
        for kept in ["می\u{200c}خواهم", "👩\u{200d}💻", "❤\u{fe0f}\u{200d}🔥", "1\u{fe0f}\u{20e3}"]
        {
            assert_eq!(line(kept), kept);
        }
        assert_eq!(line("pa\u{200d}ss"), "pa\\u{200d}ss");
        assert_eq!(line("é\u{200d}\u{200d}é"), "é\\u{200d}\\u{200d}é");
        assert_eq!(line("a\u{fe0f}"), "a\\u{fe0f}");
        assert_eq!(line("❤\u{fe0f}\u{fe0f}"), "❤\u{fe0f}\\u{fe0f}");
    }

    #[cfg(unix)]
    #[test]
    fn bytes_that_are_not_utf8_are_shown() {
        use std::os::unix::ffi::OsStrExt;
        assert_eq!(os(OsStr::from_bytes(b"a\xffb\n")), "a\\xffb\\n");
    }

    proptest! {
        #[test]
        fn no_control_character_gets_through(text in any::<String>()) {
            let shown = line(&text);
            prop_assert!(!shown.chars().any(is_hidden), "{shown:?}");
            prop_assert_eq!(line(&shown), shown.clone());
            let quoted = quoted(&text);
            prop_assert!(!quoted.chars().any(is_hidden), "{quoted:?}");
            let shown = block(&text);
            prop_assert!(!shown.chars().any(|c| is_hidden(c) && c != '\n' && c != '\t'));
        }

        #[test]
        fn hidden_characters_in_any_company(
            text in "[a1é👩\u{0}-\u{1f}\u{7f}-\u{9f}\u{200b}-\u{200f}\u{2028}-\u{202f}\u{2060}-\u{206f}\u{fe00}-\u{fe0f}]{0,12}"
        ) {
            prop_assert!(!line(&text).chars().any(is_hidden));
        }
    }
}
