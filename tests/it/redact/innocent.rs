//! What is no secret stays, to the byte.

use git_ao::redact::{KnownValues, Redactor, Untouched};
use serde_json::json;

#[test]
fn what_only_looks_like_a_secret_stays() {
    let redactor = Redactor::default();
    let hash = "0123456789abcdef".repeat(4);
    let image = "iVBORw0KGgo".repeat(500);
    let texts = [
        String::new(),
        "ghp_ is the prefix of a token, and so is sk-ant-".to_owned(),
        "sk-learn-is-a-library-with-a-very-long-name".to_owned(),
        "task-force-of-all-the-people-who-know-nothing".to_owned(),
        "see https://example.com/a?b=c@d and git@github.com:a/b.git".to_owned(),
        "http://localhost:3000 me@example.com".to_owned(),
        "https://user@example.com/x ssh://git@example.com:22/y".to_owned(),
        "postgres://user:$PASSWORD@db postgres://user:${PW}@db https://u:<token>@h".to_owned(),
        "Authorization: Bearer $TOKEN; Authorization: Bearer <your-token-goes-here>".to_owned(),
        "AKIA alone, AKIAshort, and XAKIAIOSFODNN7EXAMPLE0".to_owned(),
        "the private key is between BEGIN PRIVATE KEY and END PRIVATE KEY".to_owned(),
        format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----", "aB3/".repeat(16)),
        format!("-----BEGIN PUBLIC {}-----\n{}\n-----END", "KEY", "aB3/".repeat(16)),
        format!("sha256:{hash} commit {}", &hash[..40]),
        format!("data:image/png;base64,{image}"),
        "eyJ is how a token begins; eyJhbGciOiJIUzI1NiJ9 is a header".to_owned(),
        "npm_config_registry npm_lifecycle_event hf_hub_download".to_owned(),
        "path/to/file.rs:12:34 2026-11-27T22:35:00Z 127.0.0.1:8080".to_owned(),
        r"C:\new\users\table \u00e9 \x".to_owned(),
    ];
    for text in &texts {
        let redacted = redactor.text(text.as_bytes());
        assert_eq!(String::from_utf8_lossy(&redacted.bytes), *text);
        assert!(redacted.hits.is_empty());
        let line = json!({"text": text, "inner": json!({"text": text}).to_string()}).to_string();
        let redacted = redactor.line(&Untouched::default(), line.as_bytes());
        assert_eq!(String::from_utf8_lossy(&redacted.bytes), line);
    }
}

#[test]
fn what_is_around_a_secret_stays_as_it_is_written() {
    let token = format!("ghp_{}", "a1B2".repeat(9));
    let line =
        format!(r#" {{ "b" : 1.0e5,"text":"\u00e9\/\t{token}\n\u0041", "text":null ,"é":[ ] }}  "#);
    let redacted = Redactor::default().line(&Untouched::default(), line.as_bytes());
    let expected = line.replace(&token, "[REDACTED:github-token]");
    assert_eq!(String::from_utf8_lossy(&redacted.bytes), expected);
    assert_eq!(redacted.hits.total(), 1);
}

#[test]
fn any_bytes_are_taken() {
    let token = format!("ghp_{}", "a1B2".repeat(9));
    let deep = "[".repeat(10_000) + &format!("\"{token}\"") + &"]".repeat(10_000);
    let redactor = Redactor::default();
    let shown = redactor.line(&Untouched::default(), deep.as_bytes());
    assert_eq!(shown.bytes.len(), deep.len() - token.len() + "[REDACTED:github-token]".len());
    let mut known = KnownValues::default();
    known.add("caf\u{e9}-tr\u{e8}s-secret");
    let redactor = Redactor::new([], &known).unwrap();
    for text in [&b"\xff\xfe\0ghp_\xff"[..], b"\\", b"\"\\", b"\\ud83d\\u", b"://://@", b"://:@@"] {
        assert_eq!(redactor.text(text).bytes, text);
        assert_eq!(redactor.line(&Untouched::default(), text).bytes, text);
    }
    let odd = [b"\xff ", token.as_bytes(), b" \xff\0"].concat();
    assert_eq!(redactor.text(&odd).bytes, &b"\xff [REDACTED:github-token] \xff\0"[..]);
}

#[test]
fn hostile_text_takes_no_longer() {
    let redactor = Redactor::default();
    for unit in
        ["://", "-eyJ", "eyJa.", "-----BEGIN PRIVATE KEY-----", "sk-", "\\u", "machine ", "\\\\"]
    {
        let text = unit.repeat((1 << 17) / unit.len());
        let start = std::time::Instant::now();
        redactor.text(text.as_bytes());
        assert!(start.elapsed().as_secs() < 20, "{unit}: {:?}", start.elapsed());
    }
}
