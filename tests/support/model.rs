//! A model to talk to, on loopback: it says "done" to everything, in the forms that Claude Code,
//! Codex, OpenCode, aider and Gemini CLI read, and remembers what it was told. Who asks it for a
//! tool gets one called: "ask for permission" one that needs a person's, "ask a question" one that
//! asks a person. A line "run: <command>" is run, by the shell that an agent offers. To "never
//! answer" it does not answer, and to "fail now" it says that the request is bad.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::{Value, json};

pub struct Model {
    port: u16,
    told: Arc<Mutex<Vec<Value>>>,
}

impl Model {
    /// Listens until the test program ends.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("it is bound").port();
        let told = Arc::new(Mutex::new(Vec::new()));
        let memory = Arc::clone(&told);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let memory = Arc::clone(&memory);
                // Who hangs up early is not answered.
                thread::spawn(move || serve(&stream, &memory).ok());
            }
        });
        Self { port, told }
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The texts of a conversation in which this was said, word for word, if there was one. What
    /// came before it is forgotten.
    pub fn heard(&self, text: &str) -> Option<Vec<String>> {
        let mut told = self.told.lock().unwrap();
        let mut all = told.iter().enumerate().map(|(at, value)| {
            let mut texts = Vec::new();
            collect(value, &mut texts);
            (at, texts)
        });
        let (at, texts) =
            all.find(|(_, texts)| texts.iter().any(|said| said.trim_end() == text))?;
        told.drain(..at);
        Some(texts)
    }

    /// Forgets all that it was told.
    pub fn forget(&self) {
        self.told.lock().unwrap().clear();
    }

    /// The texts of the last conversation that was sent, and no more of it after this.
    #[track_caller]
    pub fn last(&self) -> Vec<String> {
        let mut told = self.told.lock().unwrap();
        let mut texts = Vec::new();
        collect(told.last().expect("the model was asked"), &mut texts);
        told.clear();
        texts
    }
}

fn collect(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::String(text) => texts.push(text.clone()),
        Value::Array(values) => values.iter().for_each(|value| collect(value, texts)),
        Value::Object(values) => values.values().for_each(|value| collect(value, texts)),
        _ => {}
    }
}

fn serve(stream: &TcpStream, memory: &Mutex<Vec<Value>>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    let mut first = String::new();
    reader.read_line(&mut first)?;
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 || line == "\r\n" {
            break;
        }
        let line = line.to_ascii_lowercase();
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or(0);
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
    let body: Option<Value> = serde_json::from_slice(&body).ok();
    let wish = Wish::of(body.as_ref().unwrap_or(&Value::Null));
    let mut status = "200 OK";
    let answer = match path.split('?').next().unwrap_or_default() {
        "/v1/messages" | "/v1/responses" if wish == Wish::Silence => {
            memory.lock().unwrap().push(body.unwrap_or_default());
            // Until the one who asked hangs up.
            return reader.read_exact(&mut [0]);
        }
        "/v1/messages" | "/v1/responses" if wish == Wish::Failure => {
            status = "400 Bad Request";
            let error = json!({"type": "invalid_request_error", "message": "the model fails"});
            json!({"type": "error", "error": error}).to_string()
        }
        "/v1/messages" => messages(&number(), wish, body.as_ref().unwrap_or(&Value::Null)),
        "/v1/responses" => responses(&number(), body.as_ref().unwrap_or(&Value::Null)),
        "/v1/chat/completions" => completion(body.as_ref().unwrap_or(&Value::Null)),
        path if path.ends_with(":streamGenerateContent") => format!("data: {}\n\n", generated()),
        path if path.ends_with(":generateContent") => generated().to_string(),
        _ => String::new(),
    };
    if let Some(body) = body.filter(|_| !answer.is_empty()) {
        memory.lock().unwrap().push(body);
    }
    let length = answer.len();
    let mut stream = stream;
    write!(
        stream,
        "HTTP/1.1 {status}\r\ncontent-type: text/event-stream\r\ncontent-length: {length}\r\n\
         connection: close\r\n\r\n{answer}"
    )
}

fn stream(events: &[(&str, Value)]) -> String {
    let event = |(name, data): &(&str, Value)| {
        let mut data = data.clone();
        data["type"] = (*name).into();
        format!("event: {name}\ndata: {data}\n\n")
    };
    events.iter().map(event).collect()
}

/// Tells answers apart, as the models' own ids do.
fn number() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    COUNT.fetch_add(1, Ordering::Relaxed).to_string()
}

/// What the last message of a conversation wants, if the one who asks has tools.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wish {
    Answer,
    Permission,
    Question,
    Silence,
    Failure,
    Command,
}

impl Wish {
    fn of(asked: &Value) -> Self {
        let all = asked["messages"].as_array().or(asked["input"].as_array());
        let Some(all) = all else { return Self::Answer };
        let answers = all.iter().rev().take_while(|it| !is_said(it)).any(is_result);
        let texts = said(asked);
        let wants = |words: &str| texts.iter().any(|text| text.trim_end().ends_with(words));
        let has_tools = asked["tools"].as_array().is_some_and(|tools| !tools.is_empty())
            || all.iter().any(|it| it["type"] == "additional_tools");
        match () {
            () if !has_tools || answers => Self::Answer,
            () if wants("ask for permission") => Self::Permission,
            () if wants("ask a question") => Self::Question,
            () if wants("never answer") => Self::Silence,
            () if wants("fail now") => Self::Failure,
            () if command(asked).is_some() => Self::Command,
            () => Self::Answer,
        }
    }
}

/// The texts of the last message that a person, or the agent itself, has sent.
fn said(asked: &Value) -> Vec<String> {
    let all = asked["messages"].as_array().or(asked["input"].as_array());
    let mut texts = Vec::new();
    collect(all.and_then(|all| all.iter().rfind(is_said)).unwrap_or(&Value::Null), &mut texts);
    texts
}

/// The command that it is asked to run.
fn command(asked: &Value) -> Option<String> {
    let texts = said(asked);
    let mut lines = texts.iter().flat_map(|text| text.lines());
    lines.find_map(|line| line.strip_prefix("run: ").map(str::to_owned))
}

fn is_said(it: &&Value) -> bool {
    it["role"] == "user" && !is_result(it)
}

fn is_result(it: &Value) -> bool {
    let parts = it["content"].as_array().map_or(&[][..], Vec::as_slice);
    parts.iter().any(|part| part["type"] == "tool_result")
        || it["type"].as_str().is_some_and(|kind| kind.ends_with("call_output"))
}

/// The answer of Anthropic's API for messages.
fn messages(number: &str, wish: Wish, asked: &Value) -> String {
    let usage = json!({
        "input_tokens": 11, "output_tokens": 1, "cache_read_input_tokens": 7,
        "cache_creation_input_tokens": 5,
        "cache_creation": {"ephemeral_5m_input_tokens": 3, "ephemeral_1h_input_tokens": 2},
    });
    let message = json!({
        "id": format!("msg_{number}"), "type": "message", "role": "assistant", "model": "x", "content": [],
        "stop_reason": null, "stop_sequence": null, "usage": usage,
    });
    let tool = match wish {
        Wish::Permission => {
            Some(("Bash", json!({"command": "touch granted", "description": "Touch"})))
        }
        Wish::Command => {
            let command = command(asked);
            Some(("Bash", json!({"command": command, "description": "Do it"})))
        }
        Wish::Question => {
            let options = json!([{"label": "Red", "description": "r"}, {"label": "Blue", "description": "b"}]);
            let question = json!({"question": "Which color?", "header": "Color", "options": options, "multiSelect": false});
            Some(("AskUserQuestion", json!({"questions": [question]})))
        }
        _ => None,
    };
    if let Some((name, input)) = tool {
        let block =
            json!({"type": "tool_use", "id": format!("toolu_{number}"), "name": name, "input": {}});
        let part = json!({"type": "input_json_delta", "partial_json": input.to_string()});
        let end = json!({"stop_reason": "tool_use", "stop_sequence": null});
        return stream(&[
            ("message_start", json!({"message": message})),
            ("content_block_start", json!({"index": 0, "content_block": block})),
            ("content_block_delta", json!({"index": 0, "delta": part})),
            ("content_block_stop", json!({"index": 0})),
            ("message_delta", json!({"delta": end, "usage": {"output_tokens": 17}})),
            ("message_stop", json!({})),
        ]);
    }
    let end = json!({"stop_reason": "end_turn", "stop_sequence": null});
    stream(&[
        ("message_start", json!({"message": message})),
        ("content_block_start", json!({"index": 0, "content_block": {"type": "text", "text": ""}})),
        (
            "content_block_delta",
            json!({"index": 0, "delta": {"type": "text_delta", "text": "done"}}),
        ),
        ("content_block_stop", json!({"index": 0})),
        ("message_delta", json!({"delta": end, "usage": {"output_tokens": 17}})),
        ("message_stop", json!({})),
    ])
}

/// The answer of OpenAI's API for responses. Who is asked to delegate something starts a subagent,
/// and waits for it.
fn responses(number: &str, asked: &Value) -> String {
    let id = format!("resp_{number}");
    let call = |name: &str, input: Value| {
        json!({
            "type": "function_call", "namespace": "collaboration", "name": name,
            "id": format!("fc_{number}"), "call_id": format!("call_{number}"),
            "arguments": input.to_string(),
        })
    };
    let items = asked["input"].as_array().map_or(&[][..], Vec::as_slice);
    let asks =
        items.iter().any(|it| it["role"] == "user" && it.to_string().contains("delegate it"));
    let answers = items.iter().filter(|it| it["type"] == "function_call_output").count();
    let wish = Wish::of(asked);
    let item = match (asks, answers) {
        _ if wish == Wish::Command => {
            let command = json!({"cmd": command(asked), "yield_time_ms": 20_000});
            json!({
                "type": "custom_tool_call", "id": format!("ctc_{number}"),
                "call_id": format!("call_{number}"), "name": "exec", "namespace": "functions",
                "status": "completed",
                "input": format!("const r = await tools.exec_command({command}); text(r);"),
            })
        }
        _ if wish == Wish::Permission => json!({
            "type": "custom_tool_call", "id": format!("ctc_{number}"),
            "call_id": format!("call_{number}"), "name": "exec", "namespace": "functions",
            "status": "completed",
            "input": "const r = await tools.exec_command({cmd: \"touch granted\", \
                sandbox_permissions: \"require_escalated\", justification: \"May I touch it?\"}); \
                text(r);",
        }),
        (true, 0) => call(
            "spawn_agent",
            json!({"task_name": "helper", "message": "Do it", "fork_turns": "none"}),
        ),
        (true, 1) => call("wait_agent", json!({"timeout_ms": 10_000})),
        _ => json!({
            "type": "message", "role": "assistant", "id": "i",
            "content": [{"type": "output_text", "text": "done"}],
        }),
    };
    let usage = json!({
        "input_tokens": 23, "input_tokens_details": {"cached_tokens": 9}, "output_tokens": 13,
        "output_tokens_details": {"reasoning_tokens": 2}, "total_tokens": 36,
    });
    stream(&[
        ("response.created", json!({"response": {"id": id}})),
        ("response.output_item.added", json!({"output_index": 0, "item": item})),
        ("response.output_item.done", json!({"output_index": 0, "item": item})),
        ("response.completed", json!({"response": {"id": id, "usage": usage}})),
    ])
}

/// The answer of OpenAI's API for chats: a call of the tool `bash`, where the last message asks for
/// a tool and there is one.
fn completion(asked: &Value) -> String {
    let last = asked["messages"].as_array().and_then(|all| all.last());
    let asks = last.is_some_and(|it| it["role"] == "user" && it.to_string().contains("use a tool"));
    let called = json!([{
        "index": 0, "id": "call-1", "type": "function",
        "function": {"name": "bash", "arguments": "{\"command\":\"echo from the tool\",\"description\":\"Say it\"}"},
    }]);
    let usage = json!({
        "prompt_tokens": 120, "completion_tokens": 30, "total_tokens": 150,
        "prompt_tokens_details": {"cached_tokens": 20},
    });
    let (delta, end) = match asks && asked["tools"].is_array() {
        true => (json!({"role": "assistant", "tool_calls": called}), "tool_calls"),
        false => (json!({"role": "assistant", "content": "done"}), "stop"),
    };
    let chunk = |choice: Value, usage: Value| {
        let chunk = json!({
            "id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m",
            "choices": [choice], "usage": usage,
        });
        format!("data: {chunk}\n\n")
    };
    chunk(json!({"index": 0, "delta": delta, "finish_reason": null}), Value::Null)
        + &chunk(json!({"index": 0, "delta": {}, "finish_reason": end}), usage)
        + "data: [DONE]\n\n"
}

/// The answer of Google's API.
fn generated() -> Value {
    let content = json!({"role": "model", "parts": [{"text": "done"}]});
    json!({
        "candidates": [{"content": content, "finishReason": "STOP", "index": 0}],
        "usageMetadata": {
            "promptTokenCount": 120, "candidatesTokenCount": 30, "cachedContentTokenCount": 20,
            "totalTokenCount": 150,
        },
        "modelVersion": "m",
    })
}
