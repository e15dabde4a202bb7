//! Says in one line what a tool was asked to do.

use serde_json::Value;

use super::entry::Tool;

/// The keys that say most about a call, the best first.
const KEYS: [&str; 18] = [
    "command",
    "cmd",
    "file_path",
    "filePath",
    "absolute_path",
    "notebook_path",
    "path",
    "pattern",
    "query",
    "url",
    "description",
    "prompt",
    "task",
    "title",
    "name",
    "code",
    "content",
    "text",
];

impl Tool {
    /// Returns the most telling part of its input: a command, a path, a question. It may have
    /// several lines, and any characters.
    pub fn summary(&self) -> String {
        match &self.input {
            Value::Null => String::new(),
            Value::Object(object) => {
                let told = KEYS.iter().filter_map(|key| object.get(*key)).find_map(words);
                told.unwrap_or_else(|| match object.is_empty() {
                    true => String::new(),
                    false => self.input.to_string(),
                })
            }
            input => words(input).unwrap_or_else(|| input.to_string()),
        }
    }

    /// Returns all of its input for a person to read: a text as it is, anything else as JSON.
    pub fn shown_input(&self) -> String {
        match &self.input {
            Value::String(text) => text.clone(),
            input => serde_json::to_string_pretty(input).unwrap_or_default(),
        }
    }
}

/// Returns a text, or a command that is a list of words.
fn words(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
        Value::Array(list) if !list.is_empty() => {
            let words: Option<Vec<_>> = list.iter().map(Value::as_str).collect();
            words.map(|words| words.join(" "))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_most_telling_part() {
        let told = |input| Tool::new("t", "", input).summary();
        assert_eq!(told(json!({"description": "List", "command": "ls\n"})), "ls");
        assert_eq!(told(json!({"command": ["bash", "-lc", "ls"]})), "bash -lc ls");
        assert_eq!(told(json!({"command": [1], "path": "a"})), "a");
        assert_eq!(told(json!({"x": 1e99, "command": ""})), r#"{"command":"","x":1e+99}"#);
        assert_eq!((told(json!("*** patch")), told(json!({}))), ("*** patch".into(), "".into()));
        assert_eq!((told(Value::Null), told(json!(7))), (String::new(), "7".into()));
    }
}
