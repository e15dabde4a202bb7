//! What each agent needs stays, by its path.

use git_ao::agent::redact_line;
use git_ao::redact::{KnownValues, Redactor};
use serde_json::{Value, json};

fn redacted(format: &str, line: &Value) -> Value {
    // These texts are hit, so that what stays does so because of its path.
    let texts =
        ["/x", "hm", "secret", "msg_1", "u-0", "Er8C[/+=]*", "toolu_1", "gAAAAB[-_=]*", "rs_1"];
    let all = format!(r"^(?:{})$|ghp_.*|\{{.*", texts.join("|"));
    let redactor = Redactor::new([("all", all.as_str())], &KnownValues::default()).unwrap();
    let line = line.to_string();
    let shown = redact_line(&redactor, format, line.as_bytes());
    serde_json::from_slice(&shown.bytes).unwrap()
}

#[test]
fn claude() {
    let secret = format!("ghp_{}", "a1B2".repeat(9));
    let line = json!({
        "type": "assistant", "uuid": "u-1", "parentUuid": "u-0", "sessionId": "s", "cwd": "/x",
        "message": {"id": "msg_1", "role": "assistant", "content": [
            {"type": "thinking", "thinking": "hm", "signature": "Er8C/+=="},
            {"type": "redacted_thinking", "data": "Er8C/+=="},
            {"type": "tool_use", "id": "toolu_1", "name": "Bash",
             "input": {"signature": "Er8C", "id": "x", "data": {"signature": secret}}},
        ]},
    });
    let shown = redacted("claude-jsonl", &line);
    let content = &shown["message"]["content"];
    let hit = "[REDACTED:all]";
    for (value, expected) in [
        (&shown["type"], "assistant"),
        (&shown["parentUuid"], "u-0"),
        (&shown["cwd"], hit),
        (&shown["message"]["id"], "msg_1"),
        (&content[0]["type"], "thinking"),
        (&content[0]["thinking"], hit),
        (&content[0]["signature"], "Er8C/+=="),
        (&content[1]["data"], "Er8C/+=="),
        (&content[2]["id"], "toolu_1"),
    ] {
        assert_eq!(value, expected, "{shown}");
    }
    assert!(!content[2].to_string().contains(&secret), "{shown}");
    assert!(!content[2].to_string().contains("Er8C"), "{shown}");
}

#[test]
fn codex() {
    let line = json!({
        "type": "response_item", "timestamp": "2026-11-27T22:35:00Z",
        "payload": {"type": "reasoning", "id": "rs_1", "encrypted_content": "gAAAAB-_=",
            "arguments": "{\"encrypted_content\":\"gAAAAB\"}",
            "summary": [{"type": "summary_text", "text": "hm"}], "output": {"id": "x"}},
    });
    let shown = redacted("codex-jsonl", &line);
    let payload = &shown["payload"];
    assert_eq!(payload["encrypted_content"], "gAAAAB-_=");
    assert_eq!(payload["id"], "rs_1");
    assert_eq!(shown["timestamp"], "2026-11-27T22:35:00Z");
    assert!(!payload["arguments"].to_string().contains("gAAAAB"), "{shown}");
    assert!(!shown.to_string().contains("hm"), "{shown}");
}
