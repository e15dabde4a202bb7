//! Turns the call of a tool that waits for a permission into the question that a person is asked.

use serde_json::Value;

use crate::transcript::Tool;

/// Returns the question, in one form for all agents.
pub fn question(tool: &Tool) -> String {
    if let Some(question) = own_question(&tool.input) {
        return question;
    }
    if let Some(code) = tool.input.as_str().filter(|_| tool.name == "exec") {
        // Codex runs commands by a script.
        let told = argument(code, "justification").or_else(|| argument(code, "cmd"));
        return told.unwrap_or_else(|| "Run a script?".to_owned());
    }
    let summary = tool.summary();
    let what = if summary.is_empty() { tool.name.clone() } else { summary };
    match tool.name.as_str() {
        "Bash" | "exec_command" | "shell" | "shell_command" | "bash" | "run_shell_command" => {
            format!("Run {what}?")
        }
        "Edit" | "Write" | "MultiEdit" | "NotebookEdit" | "edit" | "write" | "apply_patch" => {
            format!("Change {what}?")
        }
        "ExitPlanMode" => "Approve the plan?".to_owned(),
        "WebFetch" | "webfetch" | "web_fetch" => format!("Fetch {what}?"),
        name if name == what => format!("Use {name}?"),
        name => format!("Use {name}: {what}?"),
    }
}

/// Returns the first question of a tool that asks a person questions.
fn own_question(input: &Value) -> Option<String> {
    let questions = input.get("questions")?.as_array()?;
    questions.first()?.get("question")?.as_str().map(str::to_owned)
}

/// Returns a text argument of the call of a function in a script.
fn argument(code: &str, name: &str) -> Option<String> {
    let (_, rest) = code.split_once(&format!("{name}: "))?;
    let mut values = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
    let text = values.next()?.ok()?.as_str()?.to_owned();
    Some(if name == "cmd" { format!("Run {text}?") } else { text })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_question_says_what_would_be_done() {
        let ask = |name: &str, input| question(&Tool::new(name, "", input));
        assert_eq!(
            ask("Bash", json!({"command": "npm test", "description": "x"})),
            "Run npm test?"
        );
        assert_eq!(ask("Edit", json!({"file_path": "/a/b"})), "Change /a/b?");
        assert_eq!(ask("mcp__x", json!({})), "Use mcp__x?");
        assert_eq!(ask("Task", json!({"prompt": "look"})), "Use Task: look?");
        let asked = json!({"questions": [{"question": "Which one?", "options": []}]});
        assert_eq!(ask("AskUserQuestion", asked), "Which one?");
        assert_eq!(
            ask("AskUserQuestion", json!({"questions": []})),
            "Use AskUserQuestion: {\"questions\":[]}?"
        );
        let script = "const r = await tools.exec_command({cmd: \"ls -\\n\", x: 1}); text(r);";
        assert_eq!(ask("exec", json!(script)), "Run ls -\n?");
        let script = "await f({cmd: \"ls\", justification: \"May I?\"})";
        assert_eq!(ask("exec", json!(script)), "May I?");
        assert_eq!(ask("exec", json!("f({cmd: x})")), "Run a script?");
    }
}
