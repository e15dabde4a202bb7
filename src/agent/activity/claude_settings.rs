//! The hooks that Claude Code is started with: by an argument, so that no file of the user's is
//! written.

use std::fs;
use std::path::Path;

use serde_json::{Map, Value, json};

use crate::model::shell_path;

/// The hooks to add. The program goes on while they run, except at the end of a turn and of a
/// conversation, when it may exit.
const EVENTS: [(&str, bool); 7] = [
    ("SessionStart", true),
    ("UserPromptSubmit", true),
    ("PermissionRequest", true),
    ("Elicitation", true),
    ("Stop", false),
    ("StopFailure", true),
    ("SessionEnd", false),
];

/// The option. Of several, the program takes only the last one.
const OPTION: &str = "--settings";

/// The largest file of settings that is read, in bytes.
const LARGEST: u64 = 1 << 20;

/// Returns the user's arguments with those that make the agent call `program`. Settings among them are
/// kept; if they cannot be read, the arguments are those of the user alone.
pub(super) fn with_hooks(args: &[String], program: &Path, workspace: &Path) -> Vec<String> {
    let mut args = args.to_vec();
    let Some(mut settings) = take_settings(&mut args, workspace) else { return args };
    let command = format!("{} hook agent claude", shell_path(program));
    let Some(hooks) = settings.entry("hooks").or_insert_with(|| json!({})).as_object_mut() else {
        return args;
    };
    for (event, is_async) in EVENTS {
        let mut hook = json!({"type": "command", "command": command});
        if is_async {
            hook["async"] = true.into();
        }
        let list = hooks.entry(event).or_insert_with(|| json!([]));
        if let Some(list) = list.as_array_mut() {
            list.push(json!({"hooks": [hook]}));
        }
    }
    args.retain(|arg| !is_set(arg));
    args.push(format!("{OPTION}={}", Value::Object(settings)));
    args
}

fn is_set(arg: &str) -> bool {
    arg.strip_prefix(OPTION).is_some_and(|rest| rest.starts_with('='))
}

/// Joins an option with its value. Returns the settings, which are empty if there are none, or None if
/// they cannot be read.
fn take_settings(args: &mut Vec<String>, workspace: &Path) -> Option<Map<String, Value>> {
    while let Some(at) = args.iter().position(|arg| arg == OPTION) {
        let value = (at + 1 < args.len()).then(|| args.remove(at + 1))?;
        args[at] = format!("{OPTION}={value}");
    }
    let Some(last) = args.iter().rfind(|arg| is_set(arg)) else { return Some(Map::new()) };
    let value = &last[OPTION.len() + 1..];
    let text = match value.trim_start().starts_with('{') {
        true => value.to_owned(),
        false => {
            let path = workspace.join(value);
            let meta = fs::metadata(&path).ok().filter(fs::Metadata::is_file)?;
            (meta.len() <= LARGEST).then(|| fs::read_to_string(&path).ok())??
        }
    };
    match serde_json::from_str(&text).ok()? {
        Value::Object(settings) => Some(settings),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(args: &[&str], folder: &Path) -> Vec<String> {
        let args: Vec<_> = args.iter().map(|arg| (*arg).to_owned()).collect();
        with_hooks(&args, Path::new("/opt/a b/git-ao"), folder)
    }

    fn settings(args: &[String]) -> Value {
        let all: Vec<_> = args.iter().filter_map(|arg| arg.strip_prefix("--settings=")).collect();
        assert_eq!(all.len(), 1, "the program takes only one");
        serde_json::from_str(all[0]).unwrap()
    }

    #[test]
    fn the_hooks_are_one_short_argument() {
        let args = with(&[], Path::new("/"));
        assert_eq!(args.len(), 1);
        assert!(args[0].len() < 1024, "{}", args[0].len());
        let stop = &settings(&args)["hooks"]["Stop"][0]["hooks"][0];
        assert_eq!(stop["command"], "'/opt/a b/git-ao' hook agent claude");
        assert_eq!(stop["async"], Value::Null);
    }

    #[test]
    fn settings_of_the_user_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let own = json!({"model": "x", "hooks": {"Stop": [{"hooks": [1]}], "Other": [2]}});
        fs::write(folder.path().join("s.json"), own.to_string()).unwrap();
        let joined = format!("--settings={own}");
        for args in [
            vec!["-v", "--settings", "s.json", "x"],
            vec!["-v", &joined, "x"],
            vec!["-v", "--settings={}", "--settings", "s.json", "x"],
        ] {
            let args = with(&args, folder.path());
            assert_eq!(args[..2], ["-v", "x"], "{args:?}");
            let all = settings(&args);
            assert_eq!(all["model"], "x");
            assert_eq!(all["hooks"]["Other"], json!([2]));
            assert_eq!(all["hooks"]["Stop"][0]["hooks"][0], 1);
            assert_eq!(all["hooks"]["Stop"].as_array().unwrap().len(), 2);
        }
    }

    #[test]
    fn what_cannot_be_read_is_left_to_the_program() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("s.json"), "{ // a comment\n}").unwrap();
        for value in ["s.json", "absent", ".", "{\"hooks\": 7}", "{"] {
            let args = with(&["--settings", value, "x"], folder.path());
            assert_eq!(args, [format!("--settings={value}"), "x".to_owned()]);
        }
        assert_eq!(with(&["--settings"], folder.path()), ["--settings"]);
    }
}
