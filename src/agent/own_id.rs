use serde::{Deserialize, Serialize};

use serde_json::Value;

use super::value::check_id;

/// How an agent's own id of a conversation becomes known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdSource {
    /// git-ao makes the id, and passes it to the agent or names the agent's history file after it.
    Given,
    /// The agent makes the id, and git-ao reads it from the agent's output or files.
    Learned,
    /// The id cannot be known.
    Unknown,
}

/// How the agent's own session id becomes known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum OwnId {
    /// git-ao makes the id and passes it to the agent, which keeps it.
    Assigned,
    /// The agent makes the id, and prints it under this top-level key of a JSON line.
    FromJson(String),
    /// The agent has no ids. The conversation is in a file that git-ao names after an id that it
    /// makes.
    HistoryFile,
    /// The id cannot be known.
    Unknown,
}

impl OwnId {
    /// Returns the id if this line of output contains it.
    pub fn in_output(&self, line: &str) -> Option<String> {
        let Self::FromJson(key) = self else { return None };
        let line = line.trim();
        // Most lines are long and contain no id, so check before parsing.
        if !line.starts_with('{') || !line.contains(key.as_str()) {
            return None;
        }
        let event: Value = serde_json::from_str(line).ok()?;
        let id = event.get(key)?.as_str()?;
        check_id("id", id).ok().map(|()| id.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_from_a_json_line_and_nothing_else() {
        let id = OwnId::FromJson("thread_id".to_owned());
        let line = r#"{"type":"thread.started","thread_id":"01a1-2"}"#;
        assert_eq!(id.in_output(line).as_deref(), Some("01a1-2"));
        assert_eq!(OwnId::Assigned.in_output(line), None);
        for other in [
            "",
            "Reading additional input; thread_id follows",
            r#"{"type":"x","text":"thread_id"}"#,
            r#"{"thread_id":7}"#,
            r#"{"thread_id":"--help"}"#,
            r#"{"thread_id":"../../x"}"#,
            r#"{"thread_id":"01a1"#,
        ] {
            assert_eq!(id.in_output(other), None, "{other}");
        }
    }
}
