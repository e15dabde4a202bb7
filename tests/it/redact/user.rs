//! The user's own rules and known values.

use git_ao::model::error_chain;
use git_ao::redact::{Images, KnownValues, Redactor, Untouched};
use serde_json::json;

fn shown(redactor: &Redactor, line: &str) -> String {
    let redacted = redactor.line(&Untouched::default(), line.as_bytes());
    String::from_utf8(redacted.bytes.into_owned()).unwrap()
}

#[test]
fn own_rules_replace_what_they_match() {
    let own = [("employee", r"\bE-\d{6}\b"), ("project", r"codename[ =:]+(\w+)"), ("wide", "ü.x")];
    let redactor = Redactor::new(own, &KnownValues::default()).unwrap();
    let line = json!({"a": "E-123456\nE-1234567 codename: Zebra üüx", "b": {"codename=x": 1}});
    let expected = json!({
        "a": "[REDACTED:employee]\nE-1234567 codename: [REDACTED:project] [REDACTED:wide]",
        "b": {"codename=[REDACTED:project]": 1}
    });
    assert_eq!(shown(&redactor, &line.to_string()), expected.to_string());
}

#[test]
fn a_rule_that_cannot_be_used_is_an_error() {
    let error = |name, pattern| {
        let made = Redactor::new([("fine", "x"), (name, pattern)], &KnownValues::default());
        error_chain(&made.unwrap_err())
    };
    let unclosed = error("mine", "a(b");
    assert!(
        unclosed.starts_with("the pattern of redaction rule 'mine' is not valid: "),
        "{unclosed}"
    );
    assert!(error("my rule", "x").contains("cannot be the name"));
    assert!(error("mine", "x*").contains("matches empty text"));
}

#[test]
fn known_values_are_found_however_they_are_written() {
    let mut known = KnownValues::default();
    let values = [
        "plain-old-value",
        "with \"quotes\" and \\",
        "caf\u{e9}\u{1f511}\u{e9}-word",
        "двенадцать",
    ];
    values.iter().for_each(|value| known.add(value));
    known.add_env_file("A=\"of a file\"\nB=short\n");
    known.add_variable("MY_TOKEN", "of-a-variable");
    known.add_variable("MY_NAME", "not-a-secret");
    let redactor = Redactor::new([], &known).unwrap();
    for value in values.into_iter().chain(["of a file", "of-a-variable"]) {
        let inner = json!({"x": format!("<{value}>")}).to_string();
        let ascii: String = inner.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
        for line in [
            json!({"a": value}).to_string(),
            json!({"a": inner}).to_string(),
            json!({"a": json!([inner]).to_string()}).to_string(),
            format!(r#"{{"a":"{ascii}"}}"#),
        ] {
            let shown = shown(&redactor, &line);
            assert!(shown.contains("[REDACTED:known-value]"), "{line}\n{shown}");
            serde_json::from_str::<serde_json::Value>(&shown).unwrap();
        }
    }
    assert_eq!(shown(&redactor, r#"{"a":"not-a-secret short"}"#), r#"{"a":"not-a-secret short"}"#);
}

#[test]
fn images_give_way_to_their_hash() {
    let untouched = Untouched::new(&[], &["data"]);
    let data = "iVBORw0KGgo=".repeat(300);
    let line = json!({"data": data, "other": {"data": data}}).to_string();
    let keep = Redactor::default();
    assert_eq!(keep.line(&untouched, line.as_bytes()).bytes, line.as_bytes());
    let hash = Redactor::default().images(Images::Hash);
    let shown = hash.line(&untouched, line.as_bytes());
    let value: serde_json::Value = serde_json::from_slice(&shown.bytes).unwrap();
    let text = value["data"].as_str().unwrap();
    assert!(text.starts_with("sha256:") && text.len() == 71, "{text}");
    assert_eq!(value["other"]["data"], data, "by its path");
    assert_eq!(shown.hits.iter().collect::<Vec<_>>(), [("image", 1)]);
    let torn = hash.line(&untouched, &line.as_bytes()[..line.len() / 3]);
    assert!(!String::from_utf8_lossy(&torn.bytes).contains("iVBORw"), "{torn:?}");
}
