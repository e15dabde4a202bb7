//! Parses the part of YAML in which this program writes most records, many times faster than the
//! library does: block mappings, lists of scalars, and scalars on one line or in literal style.

use crate::model::{Map, Value};

/// The largest text. What is longer takes its time anyway, and smaller ones exceed no limit.
const LARGEST: usize = 16 << 10;
const DEEPEST: usize = 8;
const LONGEST_KEY: usize = 128;

/// Returns the mapping that a text stands for, or None if the text holds anything else, or anything
/// that the library might refuse or take for something else. It then has to be asked.
pub(super) fn parse(bytes: &[u8]) -> Option<Map> {
    if bytes.len() > LARGEST || bytes.last() != Some(&b'\n') {
        return None;
    }
    let text = std::str::from_utf8(bytes).ok()?;
    let is_plain = bytes.iter().all(|byte| matches!(byte, b'\n' | b' '..=b'~'));
    if !is_plain && !text.chars().all(is_printable) {
        return None;
    }
    let mut lines = Lines { rest: text };
    let map = lines.map(0)?;
    lines.rest.is_empty().then_some(map)
}

/// Returns true for characters that YAML takes as they are, and line feeds.
fn is_printable(c: char) -> bool {
    match c {
        '\n' | ' '..='~' => true,
        // Breaks of lines, and the byte order mark.
        '\u{2028}' | '\u{2029}' | '\u{feff}' => false,
        '\u{a0}'..='\u{fffd}' | '\u{10000}'.. => true,
        _ => false,
    }
}

/// The lines that are left.
struct Lines<'t> {
    rest: &'t str,
}

impl<'t> Lines<'t> {
    fn peek(&self) -> Option<&'t str> {
        let end = memchr::memchr(b'\n', self.rest.as_bytes())?;
        Some(&self.rest[..end])
    }

    fn skip(&mut self, line: &str) {
        self.rest = &self.rest[line.len() + 1..];
    }

    fn map(&mut self, indent: usize) -> Option<Map> {
        let mut entries = Vec::with_capacity(if indent == 0 { 24 } else { 4 });
        while let Some(line) = self.peek() {
            let entry = line.trim_start_matches(' ');
            match line.len() - entry.len() {
                less if less < indent => break,
                more if more > indent => return None,
                _ => {}
            }
            let (key, value) = entry.split_at(entry.bytes().position(|byte| byte == b':')?);
            if !is_key(key) {
                return None;
            }
            self.skip(line);
            let value = match &value[1..] {
                "" => self.nested(indent)?,
                " |" => self.literal(indent + 2, "\n")?,
                " |-" => self.literal(indent + 2, "")?,
                value => scalar(value.strip_prefix(' ')?)?,
            };
            entries.push((Value::from(key), value));
        }
        if entries.is_empty() { None } else { Map::from_unique(entries).ok() }
    }

    /// Parses what follows a key without a value of its own.
    fn nested(&mut self, indent: usize) -> Option<Value> {
        if item(self.peek()?, indent).is_none() {
            let deeper = indent + 2;
            return (deeper <= 2 * DEEPEST).then(|| self.map(deeper))?.map(Value::Map);
        }
        let mut list = Vec::new();
        while let Some(line) = self.peek() {
            let Some(text) = item(line, indent) else { break };
            list.push(scalar(text)?);
            self.skip(line);
        }
        Some(Value::List(list))
    }

    /// Parses a text of several lines, which ends with `end`.
    fn literal(&mut self, indent: usize, end: &str) -> Option<Value> {
        let (mut text, mut breaks) = (String::new(), 0);
        while let Some(line) = self.peek() {
            let spaces = line.len() - line.trim_start_matches(' ').len();
            let is_first = text.is_empty();
            match line {
                "" if is_first => return None,
                "" => {}
                _ if spaces == line.len() => return None,
                _ if spaces < indent => break,
                _ if is_first && spaces > indent => return None,
                _ => {
                    text.extend(std::iter::repeat_n('\n', breaks));
                    text.push_str(&line[indent..]);
                    breaks = 0;
                }
            }
            breaks += 1;
            self.skip(line);
        }
        text.push_str(end);
        (text != end).then_some(Value::String(text))
    }
}

/// Returns the item of a list in a line.
fn item(line: &str, indent: usize) -> Option<&str> {
    let (spaces, rest) = line.split_at_checked(indent)?;
    rest.strip_prefix("- ").filter(|_| spaces.bytes().all(|byte| byte == b' '))
}

fn is_key(key: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    key.len() <= LONGEST_KEY
        && key.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && key.bytes().all(is_part)
        && !is_word(key)
}

/// Returns true for words that stand for something else than their text.
fn is_word(text: &str) -> bool {
    text.len() <= 5 && ["null", "true", "false"].iter().any(|word| word.eq_ignore_ascii_case(text))
}

fn scalar(text: &str) -> Option<Value> {
    match text.chars().next()? {
        '\'' => quoted(&text[1..]),
        '0'..='9' if is_plain(text) => number(text),
        '~' if text.starts_with("~/") && is_plain(text) => Some(text.into()),
        'a'..='z' | 'A'..='Z' | '/' | '_' | '(' | '\u{a1}'..
            if is_plain(text) && !is_word(text) =>
        {
            Some(text.into())
        }
        _ => None,
    }
}

/// Returns true if a text without quotes goes on to the end of the line.
fn is_plain(text: &str) -> bool {
    let bytes = text.as_bytes();
    let ends = |pair: &[u8]| matches!(pair, [b':', b' '] | [b' ', b'#']);
    !bytes.ends_with(b" ")
        && !bytes.ends_with(b":")
        && (memchr::memchr2(b'#', b':', bytes).is_none() || !bytes.windows(2).any(ends))
}

/// Parses a number as this program writes it, or a text that begins with a digit.
fn number(text: &str) -> Option<Value> {
    let Ok(float) = text.parse::<f64>() else {
        let is_text = !matches!(text.as_bytes(), [b'0', b'x' | b'o' | b'b', ..]);
        return is_text.then(|| text.into());
    };
    let number = match text.parse::<i64>() {
        Ok(integer) => Value::Int(integer),
        Err(_) if text.contains('.') => Value::Float(float),
        Err(_) => return None,
    };
    // Other forms of the same number keep their text.
    (Value::number(number.clone(), text) == number).then_some(number)
}

/// Parses what follows the opening quote. In it each pair of quotes stands for one.
fn quoted(text: &str) -> Option<Value> {
    let inner = text.strip_suffix('\'')?;
    let (quotes, pairs) = (inner.matches('\'').count(), inner.matches("''").count());
    (quotes == 2 * pairs).then(|| Value::String(inner.replace("''", "'")))
}
