use std::borrow::Cow;
use std::ops::Range;

use super::{Map, Value};

/// A part of a text that looks like a secret token or key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secret {
    /// The apparent kind: `GitHub token`.
    pub kind: &'static str,
    /// The position, in bytes.
    pub range: Range<usize>,
}

/// The kinds of tokens: the prefix, and the least number of letters, digits, `-` and `_` after it.
///
/// The formats are those that the providers document. Tokens without a prefix cannot be told from
/// other words, and are not found.
const FORMS: [(&str, &str, usize); 24] = [
    ("AWS access key", "AKIA", 16),
    ("AWS access key", "ASIA", 16),
    ("Anthropic key", "sk-ant-", 20),
    ("GitHub token", "ghp_", 36),
    ("GitHub token", "gho_", 36),
    ("GitHub token", "ghu_", 36),
    ("GitHub token", "ghs_", 36),
    ("GitHub token", "ghr_", 36),
    ("GitHub token", "github_pat_", 36),
    ("GitLab token", "glpat-", 20),
    ("Google API key", "AIza", 35),
    ("Hugging Face token", "hf_", 30),
    ("npm token", "npm_", 36),
    ("OpenAI key", "sk-proj-", 32),
    ("OpenAI key", "sk-svcacct-", 32),
    ("OpenAI key", "sk-", 40),
    ("PyPI token", "pypi-", 60),
    ("Slack token", "xapp-", 24),
    ("Slack token", "xoxa-", 24),
    ("Slack token", "xoxb-", 24),
    ("Slack token", "xoxp-", 24),
    ("Stripe key", "rk_live_", 24),
    ("Stripe key", "sk_live_", 24),
    ("crates.io token", "cio", 32),
];

/// The beginning of a key in the textual encoding of RFC 7468, and the end of its first and last
/// lines.
const PEM: (&str, &str) = ("-----BEGIN ", "PRIVATE KEY-----");

/// Finds the parts of a text that look like secrets.
pub fn secrets(text: &str) -> Vec<Secret> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let starts_word = !text[..at].bytes().next_back().is_some_and(is_token);
        match starts_word.then(|| secret_at(text, at)).flatten() {
            Some(secret) => {
                at = secret.range.end;
                found.push(secret);
            }
            None => at += text[at..].chars().next().map_or(1, char::len_utf8),
        }
    }
    found
}

/// Returns the text with `…` in place of the secret part of each token or key.
pub fn redact(text: &str) -> Cow<'_, str> {
    let mut shown = String::new();
    let mut rest = 0;
    for Secret { range, .. } in secrets(text) {
        let token = &text[range.clone()];
        let form = FORMS.iter().find(|(_, start, _)| token.starts_with(start));
        let kept = form.map_or(PEM.0.len(), |(_, start, _)| start.len());
        shown.push_str(&text[rest..range.start + kept]);
        shown.push('…');
        rest = range.end;
    }
    match rest {
        0 => Cow::Borrowed(text),
        _ => Cow::Owned(shown + &text[rest..]),
    }
}

/// A secret in a field of a record.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct HeldSecret {
    /// The field.
    pub field: String,
    /// The apparent kind.
    pub kind: &'static str,
    /// The secret itself, for comparison. It must not be displayed.
    pub text: String,
}

/// Finds the parts of a record that look like secrets.
pub fn held_secrets(record: &Map) -> Vec<HeldSecret> {
    let mut held = Vec::new();
    for (key, value) in record.iter() {
        let field = key.label();
        collect(value, &mut |text| {
            held.extend(secrets(text).into_iter().map(|Secret { kind, range }| HeldSecret {
                field: field.clone(),
                kind,
                text: text[range].to_owned(),
            }));
        });
    }
    held
}

fn collect(value: &Value, visit: &mut dyn FnMut(&str)) {
    match value {
        Value::String(text) => visit(text),
        Value::List(list) => list.iter().for_each(|value| collect(value, visit)),
        Value::Map(map) => map.iter().for_each(|(key, value)| {
            collect(key, visit);
            collect(value, visit);
        }),
        Value::Tagged(_, value) => collect(value, visit),
        _ => {}
    }
}

fn secret_at(text: &str, at: usize) -> Option<Secret> {
    let rest = &text[at..];
    if let Some(body) = rest.strip_prefix(PEM.0) {
        let line = body.split(['\n', '\r']).next().unwrap_or(body);
        if !line.trim_end().ends_with(PEM.1) {
            return None;
        }
        let last = body.match_indices(PEM.1).nth(1).map_or(body.len(), |(i, it)| i + it.len());
        return Some(Secret { kind: "private key", range: at..at + PEM.0.len() + last });
    }
    FORMS.iter().find_map(|(kind, start, least)| {
        let body = rest.strip_prefix(start)?;
        let length = body.bytes().take_while(|byte| is_token(*byte)).count();
        let range = at..at + start.len() + length;
        // A path or other text in kebab-case may have the same prefix, but a key has digits.
        let has_digit = body[..length].bytes().any(|byte| byte.is_ascii_digit());
        (length >= *least && has_digit).then_some(Secret { kind, range })
    })
}

fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Put together here, so that nobody's scanner takes this file for a leak.
    fn token(start: &str, length: usize) -> String {
        format!("{start}{}", "a1B2".repeat(length.div_ceil(4)))
    }

    #[test]
    fn every_form_is_found_and_cut() {
        for (kind, start, least) in FORMS {
            let text = format!("use {}, please", token(start, least));
            assert_eq!(secrets(&text)[0].kind, kind, "{text}");
            assert_eq!(redact(&text), format!("use {start}…, please"));
        }
    }

    #[test]
    fn a_private_key_is_cut_whole() {
        let key = format!("{}RSA {}\nabc\n-----END RSA {}", PEM.0, PEM.1, PEM.1);
        assert_eq!(redact(&format!("a\n{key}\nb")), format!("a\n{}…\nb", PEM.0));
        assert_eq!(redact(&key[..40]), format!("{}…", PEM.0), "without an end, to the end");
        assert!(secrets("-----BEGIN CERTIFICATE-----\nabc").is_empty());
    }

    #[test]
    fn what_only_begins_like_one_is_none() {
        for text in [
            "",
            "sk-short1",
            "the task-force-of-all-the-people-who-know-nothing-1",
            "sk-learn-is-a-library-with-a-very-long-name-and-no-number-in-it-at-all",
            "ghp_",
            "AKIA is a prefix",
            "näh sk-ü",
        ] {
            assert_eq!(secrets(text), [], "{text}");
        }
        let inside = format!("x{}", token("ghp_", 36));
        assert!(secrets(&inside).is_empty(), "a word that holds one is another word");
    }

    #[test]
    fn fields_are_named() {
        let of =
            |text: String| Value::Map(Map::from_unique(vec![("k".into(), text.into())]).unwrap());
        let record = Map::from_unique(vec![
            ("title".into(), "nothing".into()),
            ("context".into(), Value::List(vec![of(token("glpat-", 20))])),
        ]);
        let found = held_secrets(&record.unwrap());
        let (field, kind, text) = ("context".to_owned(), "GitLab token", token("glpat-", 20));
        assert_eq!(found, [HeldSecret { field, kind, text }]);
    }
}
