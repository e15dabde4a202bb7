//! The lines of each agent, as it writes them, and lines of anything.

use git_ao::agent::EntryReader;
use git_ao::transcript::{EntryKind, Line, Role, TranscriptEntry};
use proptest::prelude::*;

const GEMINI: &str = include_str!("samples/gemini.jsonl");
const GEMINI_DOCUMENT: &str = include_str!("samples/gemini.json");
const OPENCODE: &str = include_str!("samples/opencode.jsonl");
const AIDER: &str = include_str!("samples/aider.md");
/// Rows and messages in the forms that these agents document.
const GOOSE: &str = r#"{"id":1,"session_id":"20261127_1","role":"user","content_json":"[{\"type\":\"text\",\"text\":\"What files are here?\"}]","created_timestamp":1795822947}
{"id":2,"role":"assistant","content_json":[{"type":"text","text":"I will look."},{"type":"toolRequest","id":"c1","toolCall":{"status":"success","value":{"name":"shell","arguments":{"command":"ls"}}}}],"created_timestamp":1795822948}
{"id":3,"role":"user","content_json":[{"type":"toolResponse","id":"c1","toolResult":{"status":"success","value":{"content":[{"type":"text","text":"a.txt"}]}}}]}"#;
const CURSOR: &str = r#"{"role":"user","message":{"content":[{"type":"text","text":"<user_info>linux</user_info>\n<user_query>\nWhat files are here?\n</user_query>"}]}}
{"role":"assistant","message":{"content":[{"type":"text","text":"I will look."},{"type":"tool_use","name":"Shell","input":{"command":"ls"}}]}}"#;

fn lines(text: &[u8]) -> Vec<Line> {
    let mut at = 0;
    let lines = text.split(|byte| *byte == b'\n').map(|bytes| {
        let mut line = Line::of(bytes.to_vec());
        (line.place.segment, line.place.offset) = ("s".to_owned(), at);
        at += bytes.len() as u64 + 1;
        line
    });
    lines.collect()
}

fn read(format: &str, text: &[u8]) -> Vec<TranscriptEntry> {
    let mut reader = EntryReader::new(format, None);
    let mut all: Vec<_> = lines(text).iter().flat_map(|line| reader.read(line)).collect();
    all.extend(reader.finish());
    all
}

/// Who said what; of tools, the name.
fn told(format: &str, text: &str) -> Vec<(Role, EntryKind, String)> {
    let said = read(format, text.trim_end_matches('\n').as_bytes()).into_iter();
    let said = said.filter(|entry| entry.kind != EntryKind::Meta);
    let text = |entry: &TranscriptEntry| match (&entry.tool, entry.kind) {
        (Some(tool), EntryKind::ToolUse) => {
            format!("{}: {}", tool.name, tool.texts()[1..].join(" "))
        }
        (Some(tool), _) => format!("{}: {}", tool.name, entry.text),
        _ => entry.text.chars().take(40).collect(),
    };
    said.map(|entry| (entry.role, entry.kind, text(&entry))).collect()
}

#[track_caller]
fn assert_told(format: &str, text: &str, expected: &[(Role, EntryKind, &str)]) {
    let told = told(format, text);
    let told: Vec<_> =
        told.iter().map(|(role, kind, text)| (*role, *kind, text.as_str())).collect();
    assert_eq!(told, expected, "{format}");
}

#[test]
fn each_agent_is_understood() {
    use EntryKind::{Text, Thinking, ToolResult, ToolUse};
    use Role::{Assistant, System, Tool, User};
    let context = "<session_context>\nThis is the Gemini CLI";
    let listing =
        "list_directory: Directory listing for /home/ann/w:\na.txt (2 bytes)\n\n(1 ignored)";
    assert_told(
        "gemini-jsonl",
        GEMINI,
        &[
            (System, Text, context),
            (User, Text, "What files are here?"),
            (Assistant, Text, "I will look."),
            (Assistant, ToolUse, "list_directory: . ."),
            (Tool, ToolResult, listing),
            (Assistant, Text, "There is **one** file, `a.txt`."),
        ],
    );
    assert_told(
        "gemini-jsonl",
        GEMINI_DOCUMENT,
        &[
            (User, Text, "Hello"),
            (Assistant, Thinking, "Greeting\nBe short."),
            (Assistant, Text, "Hi."),
            (System, Text, "A hook failed.\n"),
        ],
    );
    assert_told(
        "opencode-jsonl",
        OPENCODE,
        &[
            (User, Text, "\"What files are here?\""),
            (Assistant, Text, "I will look."),
            (Assistant, ToolUse, "bash: ls List the files"),
            (Tool, ToolResult, "bash: a.txt\nopencode.json\n"),
        ],
    );
    assert_told(
        "goose-jsonl",
        GOOSE,
        &[
            (User, Text, "What files are here?"),
            (Assistant, Text, "I will look."),
            (Assistant, ToolUse, "shell: ls"),
            (Tool, ToolResult, "shell: a.txt"),
        ],
    );
    assert_told(
        "cursor-jsonl",
        CURSOR,
        &[
            (User, Text, "What files are here?"),
            (Assistant, Text, "I will look."),
            (Assistant, ToolUse, "Shell: ls"),
        ],
    );
    assert_told(
        "aider-markdown",
        AIDER,
        &[
            (System, Text, "/usr/bin/aider --model openai/m --no-che"),
            (User, Text, "What files are here?"),
            (Assistant, Text, "There is **one** file, `a.txt`."),
            (System, Text, "Tokens: 768 sent, 11 received.\na.txt\nAdd"),
            (Assistant, Text, "There is **one** file, `a.txt`."),
            (System, Text, "Tokens: 766 sent, 11 received."),
        ],
    );
    let lines =
        "> aider --message one\ntwo\n\n#### one  \n#### two  \n\nAn answer\n\n- of two parts\n";
    assert_told(
        "aider-markdown",
        lines,
        &[
            (System, Text, "aider --message one\ntwo"),
            (User, Text, "one\ntwo"),
            (Assistant, Text, "An answer\n\n- of two parts"),
        ],
    );
}

#[test]
fn usage_and_times_are_told_where_the_agent_tells_them() {
    let gemini = read("gemini-jsonl", GEMINI.as_bytes());
    let used: Vec<_> = gemini.iter().filter_map(|entry| entry.usage.as_ref()).collect();
    // The second line of the same answer has the same id.
    assert_eq!(used.len(), 3);
    assert_eq!((used[0].input, used[0].output, used[0].cache_read), (200, 17, 1000));
    assert_eq!(used[0].answer, used[1].answer);
    assert!(gemini.iter().filter(|it| it.role == Role::User).all(|it| it.at.is_some()));
    let opencode = read("opencode-jsonl", OPENCODE.as_bytes());
    let used: Vec<_> = opencode.iter().filter_map(|entry| entry.usage.as_ref()).collect();
    assert_eq!((used[0].input, used[0].output, used[0].cache_read), (200, 17, 1000));
    assert_eq!(opencode.iter().find_map(|it| it.model.as_deref()), Some("m"));
}

const FORMATS: [&str; 9] = [
    "claude-jsonl",
    "codex-jsonl",
    "gemini-jsonl",
    "opencode-jsonl",
    "goose-jsonl",
    "cursor-jsonl",
    "aider-markdown",
    "ao-jsonl",
    "unknown",
];

/// Every line is in the place of an entry, and no entry lies elsewhere.
fn check(format: &str, text: &[u8]) {
    let entries = read(format, text);
    let lines = lines(text);
    for line in &lines {
        let start = line.place.offset;
        let is_in = |entry: &TranscriptEntry| {
            let place = entry.raw.as_ref().expect("every entry has a place");
            place.offset <= start && start + line.place.len <= place.offset + place.len
        };
        assert!(entries.iter().any(is_in), "{format}: line at {start} is in no entry");
    }
    let numbers: Vec<_> = entries.iter().map(|entry| entry.n).collect();
    assert_eq!(numbers, (1..=entries.len() as u64).collect::<Vec<_>>(), "{format}");
}

fn json() -> impl Strategy<Value = serde_json::Value> {
    let keys = prop::sample::select(vec![
        "type",
        "message",
        "content",
        "role",
        "text",
        "payload",
        "data",
        "message_id",
        "id",
        "$set",
        "messages",
        "toolCalls",
        "result",
        "functionResponse",
        "usage",
        "tokens",
        "timestamp",
        "tool",
        "state",
        "input",
        "content_json",
        "toolCall",
        "value",
        "raw",
        "n",
        "kind",
    ]);
    let words = prop::sample::select(vec![
        "user",
        "assistant",
        "gemini",
        "text",
        "tool_use",
        "tool_result",
        "response_item",
        "message",
        "tool",
        "toolRequest",
        "2026-11-27T23:41:39.131Z",
        "\u{202e}",
        "",
    ]);
    let leaf = prop_oneof![
        words.prop_map(|word| serde_json::json!(word)),
        any::<i64>().prop_map(|number| serde_json::json!(number)),
        any::<f64>().prop_map(|number| serde_json::json!(number)),
        any::<bool>().prop_map(|is| serde_json::json!(is)),
        Just(serde_json::Value::Null),
    ];
    leaf.prop_recursive(5, 40, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(serde_json::Value::from),
            prop::collection::vec((keys.clone(), inner), 0..6).prop_map(|all| {
                all.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
            }),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_bytes(text in prop::collection::vec(any::<u8>(), 0..200)) {
        FORMATS.iter().for_each(|format| check(format, &text));
    }

    #[test]
    fn any_json(all in prop::collection::vec(json(), 1..4)) {
        let text = all.iter().map(|value| value.to_string() + "\n").collect::<String>();
        FORMATS.iter().for_each(|format| check(format, text.as_bytes()));
    }

    /// Lines as agents write them, cut off anywhere, in any order, in any format.
    #[test]
    fn torn_lines(picks in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 1..6)) {
        let samples = [GEMINI, GEMINI_DOCUMENT, OPENCODE, AIDER, GOOSE, CURSOR].join("\n");
        let all: Vec<_> = samples.split('\n').map(str::as_bytes).collect();
        let torn = picks.iter().map(|(line, end)| {
            let line = all[line.index(all.len())];
            &line[..end.index(line.len() + 1)]
        });
        let text = torn.collect::<Vec<_>>().join(&b'\n');
        FORMATS.iter().for_each(|format| check(format, &text));
    }
}
