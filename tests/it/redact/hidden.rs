//! Secrets in all the places where they hide.

use std::collections::BTreeSet;

use git_ao::redact::{Redactor, Untouched};
use serde_json::{Value, json};

use super::examples::{Example, examples};

/// What is put around a secret, in a text.
fn texts(secret: &str) -> Vec<(&'static str, String)> {
    let marked = secret.replace('\n', "\n+");
    let numbered: Vec<_> =
        secret.lines().enumerate().map(|(n, line)| format!("{:>6}\u{2192}{line}", n + 1)).collect();
    vec![
        ("alone", secret.to_owned()),
        ("at the start of a line", format!("first\n{secret}\nlast")),
        ("after a tab", format!("name\t{secret}\tmore")),
        ("after a carriage return", format!("a\r\n{secret}\r\nb")),
        ("in a heredoc", format!("cat > .env <<'EOF'\nexport A={secret}\nEOF\n")),
        ("in quotes", format!("a: \"{secret}\", b: '{secret}'; `{secret}`")),
        ("in a difference", format!("@@ -0,0 +1 @@\n+{marked}\n context")),
        ("in a numbered file", numbered.join("\n")),
        ("in color", format!("x\u{1b}[01;31m\u{1b}[K{secret}\u{1b}[m\u{1b}[K")),
        ("after letters of other scripts", format!("schl\u{fc}ssel:{secret} \u{1f511}")),
    ]
}

/// A line of a transcript in which a text is written in several ways.
fn lines(text: &str) -> Vec<(&'static str, String)> {
    let user = |text: &str| json!({"type": "user", "message": {"content": text}}).to_string();
    let inner = json!({"a": [1, {"text": text}]}).to_string();
    let twice = json!({"b": inner, "c": null}).to_string();
    let thrice = json!([twice]).to_string();
    let in_text = format!("     1\t{inner}\n     2\t{inner}\n");
    let key = json!({"input": {text: 1}}).to_string();
    let torn = user(text);
    let torn = torn[..torn.len() - 3].to_owned();
    vec![
        ("in a string", user(text)),
        ("in JSON in a string", user(&inner)),
        ("in JSON in JSON in a string", user(&twice)),
        ("three levels down", user(&thrice)),
        ("in a part of a string that is JSON", user(&in_text)),
        ("in a key", key),
        ("in escapes", format!(r#"{{"text":"{}"}}"#, escaped(text))),
        ("with escaped slashes", user(text).replace('/', r"\/")),
        ("in a field called signature", json!({"input": {"signature": text}}).to_string()),
        ("in a torn line", torn),
    ]
}

fn escaped(text: &str) -> String {
    text.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect()
}

/// All texts in a line: the keys and strings, and those of JSON in them.
fn all_texts(line: &str) -> Vec<String> {
    fn collect(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::String(text) => {
                found.push(text.clone());
                if let Ok(inner) = serde_json::from_str(text) {
                    collect(&inner, found);
                }
            }
            Value::Array(list) => list.iter().for_each(|value| collect(value, found)),
            Value::Object(map) => map.iter().for_each(|(key, value)| {
                found.push(key.clone());
                collect(value, found);
            }),
            _ => {}
        }
    }
    let mut found = vec![line.to_owned()];
    if let Ok(value) = serde_json::from_str(line) {
        collect(&value, &mut found);
    }
    found
}

/// Whether an example is one in this text: a few are told by what is around them.
fn applies(example: &Example, place: &str) -> bool {
    // Several lines of it belong together, and these places cut them apart.
    let is_in_lines = example.text.contains('\n') && example.rule != "private-key";
    let cuts = ["in a difference", "in a numbered file"].contains(&place);
    !(is_in_lines && cuts)
}

#[test]
fn no_secret_leaves_in_a_line() {
    let redactor = Redactor::default();
    let mut left = Vec::new();
    for example in examples() {
        for (place, text) in texts(&example.text) {
            for (form, line) in lines(&text) {
                // Each place in one form, and each form in one place.
                let is_wanted = form == "in a string" || place == "at the start of a line";
                if !is_wanted || !applies(&example, place) {
                    continue;
                }
                let redacted = redactor.line(&Untouched::default(), line.as_bytes());
                let rules: Vec<_> = redacted.hits.iter().map(|(rule, _)| rule.to_owned()).collect();
                let shown = String::from_utf8(redacted.bytes.into_owned()).unwrap();
                let is_left = all_texts(&shown)
                    .iter()
                    .any(|text| example.secrets.iter().any(|secret| text.contains(secret)));
                let is_named = rules.iter().any(|rule| rule == example.rule);
                let parses = |line: &str| serde_json::from_str::<Value>(line).is_ok();
                if is_left || !is_named || parses(&line) != parses(&shown) {
                    left.push(format!(
                        "{} {place}, {form}: {rules:?}\n{line}\n{shown}",
                        example.rule
                    ));
                }
            }
        }
    }
    assert!(left.is_empty(), "{} left\n{}", left.len(), left[..left.len().min(9)].join("\n\n"));
}

#[test]
fn no_secret_leaves_in_a_text() {
    let redactor = Redactor::default();
    for example in examples() {
        for (place, text) in texts(&example.text) {
            if !applies(&example, place) {
                continue;
            }
            let redacted = redactor.text(text.as_bytes());
            let shown = String::from_utf8(redacted.bytes.into_owned()).unwrap();
            for secret in &example.secrets {
                assert!(!shown.contains(secret), "{} {place}\n{text}\n{shown}", example.rule);
            }
        }
    }
}

#[test]
fn every_rule_has_an_example() {
    let with_one: BTreeSet<_> = examples().iter().map(|example| example.rule).collect();
    let all: BTreeSet<_> =
        Redactor::builtin_rules().filter(|rule| *rule != "known-value").collect();
    assert_eq!(with_one, all);
}

#[test]
fn a_key_whose_lines_are_strings_of_their_own() {
    let key = |mark: &str, secret: &str| {
        let marker = |word: &str| format!("{mark}-----{word} EC PRIVATE {}-----", "KEY");
        let body = [format!("{mark}{secret}"), format!("{mark}{}", &secret[..24])];
        [vec![marker("BEGIN")], body.to_vec(), vec![marker("END")]].concat()
    };
    let secret = "aB3/".repeat(16);
    for mark in ["", "+", "-", "    12\u{2192}"] {
        let lines =
            [vec![" before".to_owned()], key(mark, &secret), vec![" after".into()]].concat();
        let line = json!({"toolUseResult": {"structuredPatch": [{"lines": lines}]}, "id": "x"});
        let line = line.to_string();
        let redacted = Redactor::default().line(&Untouched::default(), line.as_bytes());
        let shown = String::from_utf8(redacted.bytes.into_owned()).unwrap();
        assert!(!shown.contains("aB3/aB3/"), "{shown}");
        assert!(shown.contains(" before") && shown.contains(" after"), "{shown}");
        serde_json::from_str::<Value>(&shown).unwrap();
    }
}
