//! Redacting what is written with a secret gives, to the byte, what is written without it.

use git_ao::redact::{KnownValues, Redactor, Untouched};
use proptest::prelude::*;

/// Stands for the secret in a text.
const HERE: char = '\u{1}';

/// JSON, or JSON inside a string of it.
#[derive(Debug, Clone)]
enum Doc {
    Text(String),
    Number(i32),
    List(Vec<Doc>),
    Map(Vec<(String, Doc)>),
    Inside(Box<Doc>),
}

/// How a character is written in a string.
#[derive(Debug, Clone, Copy)]
enum Style {
    Plain,
    Escaped,
    /// Every third one.
    Some,
}

fn quoted(text: &str, style: Style) -> String {
    let mut written = String::from("\"");
    for (n, char) in text.chars().enumerate() {
        let escapes = match style {
            Style::Plain => false,
            Style::Escaped => true,
            Style::Some => n % 3 == 0,
        };
        match char {
            HERE => written.push(char),
            _ if escapes => {
                let mut units = [0; 2];
                for unit in char.encode_utf16(&mut units) {
                    written.push_str(&format!("\\u{unit:04x}"));
                }
            }
            '"' | '\\' => written.extend(['\\', char]),
            '\n' => written.push_str("\\n"),
            '\t' => written.push_str("\\t"),
            '/' if n % 2 == 0 => written.push_str("\\/"),
            _ => written.push(char),
        }
    }
    written + "\""
}

fn write(doc: &Doc, style: Style, levels: usize) -> String {
    match doc {
        Doc::Text(text) => quoted(text, style),
        Doc::Number(number) => number.to_string(),
        Doc::List(list) => {
            let list: Vec<_> = list.iter().map(|doc| write(doc, style, levels)).collect();
            format!("[{}]", list.join(" ,"))
        }
        Doc::Map(map) => {
            let pair = |(key, doc): &(String, Doc)| {
                format!("{}: {}", quoted(key, style), write(doc, style, levels))
            };
            format!("{{{}}}", map.iter().map(pair).collect::<Vec<_>>().join(","))
        }
        Doc::Inside(doc) if levels > 0 => quoted(&write(doc, style, levels - 1), style),
        Doc::Inside(doc) => write(doc, style, 0),
    }
}

/// A text: parts, with the secret between some of them, apart from letters and digits.
fn text() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        Just("\n".to_owned()),
        Just("\t".to_owned()),
        Just("\\".to_owned()),
        Just("\\n".to_owned()),
        Just("\"".to_owned()),
        Just(" \u{1f511}".to_owned()),
        Just("/ \u{e9}".to_owned()),
        "[a-z ]{0,6}=",
        Just(format!("={HERE} ")),
        Just(format!("\n{HERE}\n")),
    ];
    prop::collection::vec(part, 0..6).prop_map(|parts| parts.concat())
}

fn doc() -> impl Strategy<Value = Doc> {
    let leaf = prop_oneof![text().prop_map(Doc::Text), any::<i32>().prop_map(Doc::Number)];
    leaf.prop_recursive(6, 40, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Doc::List),
            prop::collection::vec((text(), inner.clone()), 0..4).prop_map(Doc::Map),
            inner.prop_map(|doc| Doc::Inside(Box::new(doc))),
        ]
    })
}

fn style() -> impl Strategy<Value = Style> {
    prop_oneof![Just(Style::Plain), Just(Style::Some), Just(Style::Escaped)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..Default::default() })]

    #[test]
    fn only_the_secret_is_gone(doc in doc(), style in style()) {
        let token = format!("ghp_{}", "a1B2".repeat(9));
        let written = write(&doc, style, 3);
        let line = written.replace(HERE, &token);
        let expected = written.replace(HERE, "[REDACTED:github-token]");
        let redacted = Redactor::default().line(&Untouched::default(), line.as_bytes());
        prop_assert_eq!(String::from_utf8_lossy(&redacted.bytes), expected);
        let count = written.matches(HERE).count() as u64;
        prop_assert_eq!(redacted.hits.total(), count);
    }

    #[test]
    fn a_value_is_gone_however_it_is_written(doc in doc(), style in style(), value in "[ -~\u{e0}-\u{ff}\n]{8,20}") {
        let mut known = KnownValues::default();
        known.add(&value);
        prop_assume!(known.iter().count() == 1);
        let value = value.trim();
        let written = write(&doc, style, 2);
        let quoted = quoted(value, style);
        let line = format!("[{written},{quoted},{}]", self::quoted(&quoted, style));
        let line = line.replace(HERE, "x");
        let redacted = Redactor::new([], &known).unwrap().line(&Untouched::default(), line.as_bytes()).bytes;
        let shown: serde_json::Value = serde_json::from_slice(&redacted).unwrap();
        let last = shown[2].as_str().unwrap();
        prop_assert!(!shown[1].as_str().unwrap().contains(value), "{}", shown);
        prop_assert!(last.contains("[REDACTED:"), "{}", shown);
        prop_assert!(serde_json::from_str::<serde_json::Value>(last).is_ok(), "{}", shown);
    }
}
