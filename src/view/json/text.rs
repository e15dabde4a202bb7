use std::io;

use serde::Serialize;

use crate::view::escape;

/// Formats JSON on one line. Control and invisible characters can occur only in strings, and are
/// escaped there.
///
/// # Errors
/// Fails if the value cannot be represented, which is possible only for types of other crates.
pub fn text(value: &impl Serialize) -> io::Result<String> {
    Ok(escaped(serde_json::to_string(value)?))
}

/// Formats JSON on several lines, with control and invisible characters escaped.
///
/// # Errors
/// Fails like [`text`].
pub fn pretty(value: &impl Serialize) -> io::Result<String> {
    let lines = serde_json::to_string_pretty(value)?;
    let lines: Vec<_> = lines.split('\n').map(|line| escaped(line.to_owned())).collect();
    Ok(lines.join("\n"))
}

/// Returns true if nothing needs to be escaped.
pub(super) fn is_safe(json: &str) -> bool {
    json.is_ascii() && memchr::memchr(0x7f, json.as_bytes()).is_none()
}

pub(super) fn escaped(json: String) -> String {
    if is_safe(&json) {
        return json;
    }
    let mut safe = String::with_capacity(json.len());
    for c in json.chars() {
        if escape::is_hidden(c) {
            let mut units = [0; 2];
            safe.extend(c.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")));
        } else {
            safe.push(c);
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn json_reads_back_and_holds_nothing_hidden() {
        let value = json!({"t": "ü \u{1b}[2J \u{7f}\u{9b}\u{202e} \u{e0041} \"\\ 👩\n"});
        for text in [text(&value).unwrap(), pretty(&value).unwrap().replace('\n', "")] {
            assert!(!text.chars().any(escape::is_hidden), "{text}");
            assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
        }
    }
}
