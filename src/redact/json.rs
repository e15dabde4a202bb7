//! Finds the strings of a line of JSON, and where they are in it.

use std::ops::Range;

/// A string in JSON.
#[derive(Debug)]
pub(super) struct JsonString<'l> {
    /// The inside of the quotes.
    pub range: Range<usize>,
    /// Where it is, from the outermost object; of a key, where its object is.
    pub path: &'l [Step],
    pub is_key: bool,
}

/// A step on the way to a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// An element of an array.
    Element,
    /// The value of the key that is there in the line, as it is written.
    Key(Range<usize>),
}

/// Returns true if a line is JSON, however deep.
pub(super) fn is_json(line: &[u8]) -> bool {
    serde_json::from_slice::<serde::de::IgnoredAny>(line).is_ok()
}

/// Calls `visit` for each string of a line, in order. The line must be JSON.
pub(super) fn each_string(line: &[u8], mut visit: impl FnMut(JsonString<'_>)) {
    let mut path: Vec<Step> = Vec::new();
    // Whether the next string is a key; only in objects.
    let mut is_key = false;
    let mut at = 0;
    while let Some(byte) = line.get(at) {
        match byte {
            b'{' => {
                path.push(Step::Key(0..0));
                is_key = true;
            }
            b'[' => {
                path.push(Step::Element);
                is_key = false;
            }
            b'}' | b']' => drop(path.pop()),
            b':' => is_key = false,
            b',' => is_key = matches!(path.last(), Some(Step::Key(_))),
            b'"' => {
                let range = at + 1..end_of_string(line, at + 1);
                at = range.end;
                if is_key {
                    let object = path.len() - 1;
                    visit(JsonString { range: range.clone(), path: &path[..object], is_key });
                    path[object] = Step::Key(range);
                } else {
                    visit(JsonString { range, path: &path, is_key });
                }
            }
            _ => {}
        }
        at += 1;
    }
}

/// Returns the position of the quote that ends a string.
fn end_of_string(line: &[u8], mut at: usize) -> usize {
    while let Some(found) = line.get(at..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest)) {
        if line[at + found] == b'"' {
            return at + found;
        }
        at += found + 2;
    }
    line.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_with_their_paths() {
        let line = br#" {"a\"":"b\\", "c":[1,"d",{"e":{"f":"g"}},[["h"]]] ,"i":null,"j":"k"} "#;
        let mut found = Vec::new();
        each_string(line, |string| {
            let text = |range: Range<usize>| String::from_utf8_lossy(&line[range]).into_owned();
            let steps = string.path.iter().map(|step| match step {
                Step::Element => "[]".to_owned(),
                Step::Key(key) => format!(".{}", text(key.clone())),
            });
            let path: String = steps.collect();
            found.push((path, text(string.range), string.is_key));
        });
        let expected = [
            ("", r#"a\""#, true),
            (r#".a\""#, r"b\\", false),
            ("", "c", true),
            (".c[]", "d", false),
            (".c[]", "e", true),
            (".c[].e", "f", true),
            (".c[].e.f", "g", false),
            (".c[][][]", "h", false),
            ("", "i", true),
            ("", "j", true),
            (".j", "k", false),
        ];
        let expected = expected.map(|(path, text, key)| (path.to_owned(), text.to_owned(), key));
        assert_eq!(found, expected);
    }

    #[test]
    fn json_of_any_depth() {
        let deep = "[".repeat(100_000) + "\"a\"" + &"]".repeat(100_000);
        assert!(is_json(deep.as_bytes()));
        let mut count = 0;
        each_string(deep.as_bytes(), |string| count += string.path.len());
        assert_eq!(count, 100_000);
        assert!(!is_json(br#"{"a":"b"#));
        assert!(!is_json(b""));
    }
}
