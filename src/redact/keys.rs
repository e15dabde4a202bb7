//! Finds private keys in the textual encodings of RFC 7468 and RFC 4716, and what is left of them
//! where a text was cut.

use std::ops::Range;
use std::sync::LazyLock;

use regex::bytes::Regex;

/// The private keys in a text.
#[derive(Debug, PartialEq, Eq, Default)]
pub(super) struct Keys {
    pub ranges: Vec<Range<usize>>,
    /// Whether the text ends inside a key.
    pub is_open: bool,
}

static MARKER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"-{4,5} ?(?:(BEGIN)|END) [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)? ?-{4,5}")
        .expect("a test uses it")
});

/// The number of characters of Base64 by which a line of a key is known.
const LEAST: usize = 16;
/// The largest number of bytes before the Base64 of a line of a key: a line number, or the mark of a
/// difference.
const MARGIN: usize = 16;

/// Finds the keys in a text.
pub(super) fn find(text: &[u8]) -> Keys {
    let mut keys = Keys::default();
    let mut markers = MARKER
        .captures_iter(text)
        .filter_map(|found| Some((found.get(0)?.range(), found.get(1).is_some())))
        .peekable();
    let mut done = 0;
    while let Some((marker, is_begin)) = markers.next() {
        if !is_begin {
            let start = start_of_body(&text[done..marker.start]) + done;
            if start < marker.start {
                keys.ranges.push(start..marker.end);
            }
            done = marker.end;
            continue;
        }
        let end = markers.next_if(|(_, is_begin)| !is_begin).map(|(end, _)| end);
        let limit = markers.peek().map_or(text.len(), |(next, _)| next.start);
        match end {
            Some(end) => {
                if longest_run(&text[marker.end..end.start]) >= LEAST {
                    keys.ranges.push(marker.start..end.end);
                }
                done = end.end;
            }
            None => {
                let body = end_of_body(&text[marker.end..limit]);
                done = marker.end + body;
                keys.is_open = text[done..].trim_ascii().is_empty();
                if body > 0 || keys.is_open {
                    keys.ranges.push(marker.start..done);
                }
            }
        }
    }
    keys
}

/// What a line may be to a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Line {
    /// A full line of Base64.
    Full,
    /// A line of less: the last one.
    Short,
    /// A header or an empty line.
    Empty,
    Other,
}

impl Line {
    fn of(line: &[u8]) -> Self {
        let line = line.trim_ascii();
        if let Some(first) = first_run(line) {
            let is_alone = first.start <= MARGIN && line.len() - first.end <= MARGIN;
            return if is_alone { Self::Full } else { Self::Other };
        }
        let begin = &line[..line.len().min(MARGIN)];
        let margin = begin.iter().rposition(|byte| !is_base64(*byte)).map_or(0, |at| at + 1);
        let rest = &line[margin..];
        let is_header =
            HEADERS.iter().any(|name| line.windows(name.len()).take(MARGIN).any(|at| at == *name));
        match rest {
            _ if is_header => Self::Empty,
            // Words, and no margin.
            _ if begin[..margin].iter().any(u8::is_ascii_alphabetic) => Self::Other,
            [] => Self::Empty,
            rest if rest.iter().all(|byte| is_base64(*byte)) => Self::Short,
            _ => Self::Other,
        }
    }
}

/// How the headers of a key begin.
const HEADERS: [&[u8]; 5] = [b"Proc-Type:", b"DEK-Info:", b"Version:", b"Comment:", b"Subject:"];

/// Returns true if a line may be one of a key, which began before it.
pub(super) fn is_line(line: &[u8]) -> bool {
    Line::of(line) != Line::Other
}

/// Returns where the lines of a key end that begin a text.
fn end_of_body(text: &[u8]) -> usize {
    let (mut end, mut at) = (0, 0);
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        let kind = Line::of(line);
        match kind {
            Line::Full => {}
            Line::Short if end > 0 => {}
            Line::Empty => {
                at += line.len();
                continue;
            }
            // All of the key may be in one line of a text that has `\n` for a newline.
            _ if at == 0 => return last_run(line),
            _ => break,
        }
        at += line.len();
        end = at - (line.len() - line.trim_ascii_end().len());
        if kind == Line::Short {
            break;
        }
    }
    end
}

/// Returns where the lines of a key begin that end a text.
fn start_of_body(text: &[u8]) -> usize {
    let mut start = text.len();
    let mut is_last = true;
    for (n, line) in text.split_inclusive(|byte| *byte == b'\n').rev().enumerate() {
        let is_margin = n == 0 && !line.ends_with(b"\n") && Line::of(line) == Line::Empty;
        match Line::of(line) {
            _ if is_margin => {}
            Line::Full => is_last = false,
            Line::Short if is_last => is_last = false,
            _ => break,
        }
        start -= line.len();
    }
    if first_run(&text[start..]).is_some() { start } else { text.len() }
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"+/=".contains(&byte)
}

/// Returns the runs of Base64 in a text that are long enough for a key.
fn runs(text: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let start = at + text.get(at..)?.iter().position(|byte| is_base64(*byte))?;
            let rest = &text[start..];
            let len = rest.iter().position(|byte| !is_base64(*byte)).unwrap_or(rest.len());
            at = start + len;
            if len >= LEAST {
                return Some(start..at);
            }
        }
    })
}

fn first_run(text: &[u8]) -> Option<Range<usize>> {
    runs(text).next()
}

fn last_run(text: &[u8]) -> usize {
    runs(text).last().map_or(0, |run| run.end)
}

fn longest_run(text: &[u8]) -> usize {
    runs(text).map(|run| run.len()).max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A text with `B` and `E` for the markers, and `#` for a line of a key.
    fn found(text: &str) -> (Vec<String>, bool) {
        let marker = |word: &str| format!("-----{word} RSA PRIVATE {}-----", "KEY");
        let line = "aB3/".repeat(16);
        let full = |text: &str| {
            text.replace('#', &line)
                .replace('B', "\u{1}")
                .replace('E', "\u{2}")
                .replace(&line.replace('B', "\u{1}"), &line)
                .replace('\u{1}', &marker("BEGIN"))
                .replace('\u{2}', &marker("END"))
        };
        let text = full(text);
        let keys = find(text.as_bytes());
        let short = |text: &str| {
            text.replace(&line, "#").replace(&marker("BEGIN"), "B").replace(&marker("END"), "E")
        };
        (keys.ranges.into_iter().map(|range| short(&text[range])).collect(), keys.is_open)
    }

    #[test]
    fn whole_keys() {
        assert_eq!(found("a B\n#\n#\nxy==\nE b"), (vec!["B\n#\n#\nxy==\nE".into()], false));
        assert_eq!(found(r"B\n#\nE B\n#\nE"), (vec![r"B\n#\nE".into(), r"B\n#\nE".into()], false));
        assert_eq!(found("+B\n+#\n+#\n+E\n x").0, ["B\n+#\n+#\n+E"]);
    }

    #[test]
    fn keys_that_were_cut() {
        assert_eq!(found("a\nB\n#\n#\n"), (vec!["B\n#\n#".into()], true));
        assert_eq!(found("B"), (vec!["B".into()], true));
        assert_eq!(found("B\n#\n\nnothing of a key, but words\n#"), (vec!["B\n#".into()], false));
        assert_eq!(found("words of a text\n#\n#\nE\nx").0, ["#\n#\nE"]);
        assert_eq!(found("1\u{2192}B\n2\u{2192}#\n3\u{2192}xyz\nmore of the words").0.len(), 1);
    }

    #[test]
    fn words_about_keys() {
        for text in ["it begins with B and ends with E", "E", "the end is E", "B is a marker"] {
            assert_eq!(found(text), (vec![], false), "{text}");
        }
        assert!(find(b"-----BEGIN PUBLIC KEY-----").ranges.is_empty());
        assert!(is_line(b"  12\xe2\x86\x92aB3/aB3/aB3/aB3/aB3/aB3/"));
        assert!(is_line(b"+Proc-Type: 4,ENCRYPTED"));
        assert!(!is_line(b"a text with words and averylongwordthatgoeson in it"));
    }
}
