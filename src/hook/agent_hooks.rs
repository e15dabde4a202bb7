//! Hooks in the settings of agents, with which they record their sessions themselves.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use jsonc_parser::ParseOptions;
use jsonc_parser::cst::{CstInputValue, CstObject, CstRootNode};
use serde::{Deserialize, Serialize};

use super::{HookError, Installed};
use crate::git::{Adoption, Repository, replace, sha256};
use crate::model::shell_path;

/// What the command of each of our hooks contains.
const CALL: &str = " hook agent claude";

/// The hooks, and whether Claude Code continues while they run. It may exit after the last one.
const EVENTS: [(&str, bool); 6] = [
    ("SessionStart", true),
    ("UserPromptSubmit", true),
    ("PermissionRequest", true),
    ("Stop", true),
    ("StopFailure", true),
    ("SessionEnd", false),
];

/// The largest settings that are edited, in bytes.
const LARGEST: u64 = 4 << 20;

/// Which of the agent's settings are edited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SettingsScope {
    /// Those of this worktree that are not shared: `.claude/settings.local.json`.
    Worktree,
    /// The user's own, for all repositories. Each of them has to agree with `ao.adopt`.
    User,
}

/// Installs hooks in the settings of Claude Code.
#[derive(Debug)]
pub struct AgentHooks<'r> {
    repo: &'r Repository,
    scope: SettingsScope,
}

/// What the settings were before the hooks were installed.
#[derive(Debug, Serialize, Deserialize)]
struct Before {
    /// None if there was no file.
    text: Option<String>,
    /// The text that was written.
    written: String,
    /// Whether `ao.adopt` was set.
    consented: bool,
}

impl<'r> AgentHooks<'r> {
    /// Makes an installer for the settings in this scope.
    pub fn new(repo: &'r Repository, scope: SettingsScope) -> Self {
        Self { repo, scope }
    }

    /// Returns the file of the settings, behind links.
    ///
    /// # Errors
    /// Fails if there is no worktree, or no home directory.
    pub fn path(&self) -> Result<PathBuf, HookError> {
        let env = self.repo.environment();
        let set = |name: &str| env.os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let path = match self.scope {
            SettingsScope::Worktree => {
                let top = self.repo.work_dir().ok_or(HookError::NoSettings("a worktree"))?;
                top.join(".claude/settings.local.json")
            }
            SettingsScope::User => {
                let own = || Some(set("HOME")?.join(".claude"));
                let folder = set("CLAUDE_CONFIG_DIR").or_else(own);
                folder.ok_or(HookError::NoSettings("HOME"))?.join("settings.json")
            }
        };
        Ok(path.canonicalize().unwrap_or(path))
    }

    /// Returns true if the hooks are installed.
    ///
    /// # Errors
    /// Fails if the settings cannot be read.
    pub fn is_installed(&self) -> Result<bool, HookError> {
        Ok(read(&self.path()?)?.is_some_and(|text| text.contains(CALL)))
    }

    /// Adds hooks that call `program`, and lets this repository record what they tell of, unless
    /// `ao.adopt` already says whether it does. Everything else in the settings stays, with its
    /// comments.
    ///
    /// # Errors
    /// Fails if the settings cannot be read, understood or written. They are then unchanged.
    pub fn install(&self, program: &Path) -> Result<Installed, HookError> {
        let path = self.path()?;
        let before = read(&path)?;
        let had_any = before.as_deref().is_some_and(|text| text.contains(CALL));
        let command = format!("{}{CALL} || :", shell_path(program));
        let written = with_hooks(before.as_deref().unwrap_or("{}\n"), &command)
            .map_err(|why| HookError::Settings { path: path.clone(), why })?;
        let is_same = before.as_ref() == Some(&written);
        if !is_same {
            // An earlier installation remembers what was there before it.
            let earlier = self.before(&path).filter(|it| Some(&it.written) == before.as_ref());
            let text = earlier.as_ref().map_or(before, |it| it.text.clone());
            let consented = earlier.is_some_and(|it| it.consented);
            self.remember(&path, &Before { text, written: written.clone(), consented })?;
            write(&path, &written)?;
        }
        self.consent(&path)?;
        Ok(match (is_same, had_any) {
            (true, _) => Installed::Already,
            (false, true) => Installed::Updated,
            (false, false) => Installed::New,
        })
    }

    /// Removes the hooks. If nobody has changed the settings since, every byte is as it was before.
    /// Returns false if there were none.
    ///
    /// # Errors
    /// Fails if the settings cannot be read, understood or written. They are then unchanged.
    pub fn uninstall(&self) -> Result<bool, HookError> {
        let path = self.path()?;
        let Some(text) = read(&path)?.filter(|text| text.contains(CALL)) else { return Ok(false) };
        let before = self.before(&path);
        match &before {
            Some(before) if before.written == text => match &before.text {
                Some(text) => write(&path, text)?,
                None => {
                    fs::remove_file(&path).map_err(HookError::io("remove", &path))?;
                    // A folder in which there is something else stays.
                    let _ = path.parent().map(fs::remove_dir);
                }
            },
            _ => {
                let rest = without_hooks(&text)
                    .map_err(|why| HookError::Settings { path: path.clone(), why })?;
                write(&path, &rest)?;
            }
        }
        if before.is_some_and(|before| before.consented) {
            self.repo.git("config").args(["--local", "--unset", ADOPT]).run()?;
        }
        let _ = fs::remove_file(self.note(&path));
        Ok(true)
    }

    fn consent(&self, path: &Path) -> Result<(), HookError> {
        if self.repo.settings().adopt() != Adoption::Off {
            return Ok(());
        }
        self.repo.git("config").args(["--local", ADOPT, "true"]).run()?;
        if let Some(before) = self.before(path) {
            self.remember(path, &Before { consented: true, ..before })?;
        }
        Ok(())
    }

    fn note(&self, path: &Path) -> PathBuf {
        let hash = sha256(path.as_os_str().as_encoded_bytes());
        self.repo.ao_dir().join(format!("hooks/claude-{}.json", &hash[..16]))
    }

    fn before(&self, path: &Path) -> Option<Before> {
        serde_json::from_slice(&fs::read(self.note(path)).ok()?).ok()
    }

    fn remember(&self, path: &Path, before: &Before) -> Result<(), HookError> {
        let note = self.note(path);
        let folder = self.repo.make_ao_dir("hooks").map_err(HookError::io("write", &note))?;
        let text = serde_json::to_vec(before).map_err(io::Error::from);
        let put = |text: Vec<u8>| {
            let mut file = tempfile::NamedTempFile::new_in(folder)?;
            file.write_all(&text)?;
            replace(&note, file.into_temp_path())
        };
        text.and_then(put).map_err(HookError::io("write", &note))
    }
}

const ADOPT: &str = crate::git::settings::ADOPT;

fn read(path: &Path) -> Result<Option<String>, HookError> {
    let meta = match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        meta => meta.map_err(HookError::io("read", path))?,
    };
    if !meta.is_file() || meta.len() > LARGEST {
        let error = io::Error::new(io::ErrorKind::InvalidInput, "it is not a file of settings");
        return Err(HookError::io("read", path)(error));
    }
    Ok(Some(fs::read_to_string(path).map_err(HookError::io("read", path))?))
}

/// Replaces a file as a whole. It keeps its permissions.
fn write(path: &Path, text: &str) -> Result<(), HookError> {
    let put = || {
        let folder = path.parent().ok_or(io::ErrorKind::InvalidInput)?;
        fs::create_dir_all(folder)?;
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(text.as_bytes())?;
        if let Ok(meta) = fs::metadata(path) {
            file.as_file().set_permissions(meta.permissions())?;
        }
        replace(path, file.into_temp_path())
    };
    put().map_err(HookError::io("write", path))
}

/// Reads settings; Claude Code takes no more than JSON, but comments are kept where there are any.
fn parse(text: &str) -> Result<(CstRootNode, CstObject), String> {
    let text = if text.trim().is_empty() { "{}\n" } else { text };
    let root = CstRootNode::parse(text, &ParseOptions::default()).map_err(|it| it.to_string())?;
    let object = root.object_value().ok_or("it is not an object")?;
    Ok((root, object))
}

fn with_hooks(text: &str, command: &str) -> Result<String, String> {
    let (root, settings) = parse(text)?;
    let hooks = settings.object_value_or_create("hooks").ok_or("'hooks' is not an object")?;
    for (event, is_async) in EVENTS {
        let list = hooks.array_value_or_create(event);
        let list = list.ok_or_else(|| format!("'hooks.{event}' is not a list"))?;
        let ours = |it: &jsonc_parser::cst::CstNode| it.to_string().contains(CALL);
        let all: Vec<_> = list.elements().into_iter().filter(ours).collect();
        let quoted = serde_json::Value::from(command).to_string();
        if all.iter().any(|it| it.to_string().contains(&quoted)) {
            continue;
        }
        all.into_iter().for_each(jsonc_parser::cst::CstNode::remove);
        let mut hook = vec![
            ("type".to_owned(), CstInputValue::String("command".to_owned())),
            ("command".to_owned(), CstInputValue::String(command.to_owned())),
        ];
        if is_async {
            hook.push(("async".to_owned(), CstInputValue::Bool(true)));
        }
        let group =
            vec![("hooks".to_owned(), CstInputValue::Array(vec![CstInputValue::Object(hook)]))];
        list.append(CstInputValue::Object(group));
    }
    Ok(root.to_string())
}

fn without_hooks(text: &str) -> Result<String, String> {
    let (root, settings) = parse(text)?;
    let Some(hooks) = settings.object_value("hooks") else { return Ok(text.to_owned()) };
    for event in hooks.properties() {
        let Some(list) = event.array_value() else { continue };
        for group in list.elements() {
            let Some(calls) = group.as_object().and_then(|it| it.array_value("hooks")) else {
                continue;
            };
            for call in calls.elements() {
                if call.to_string().contains(CALL) {
                    call.remove();
                }
            }
            if calls.elements().is_empty() {
                group.remove();
            }
        }
        if list.elements().is_empty() {
            event.remove();
        }
    }
    if hooks.properties().is_empty()
        && let Some(hooks) = settings.get("hooks")
    {
        hooks.remove();
    }
    Ok(root.to_string())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const OURS: &str = "/bin/git-ao hook agent claude || :";

    #[test]
    fn everything_else_stays_with_its_comments() {
        let own = "{\n  // mine\n  \"model\": \"x\", /* why */\n  \"hooks\": {\n    \"Stop\": \
            [{\"hooks\": [{\"type\": \"command\", \"command\": \"say done\"}]}]\n  }\n}\n";
        let with = with_hooks(own, OURS).unwrap();
        assert!(
            with.contains("// mine") && with.contains("/* why */") && with.contains("say done")
        );
        assert_eq!(with.matches(CALL).count(), EVENTS.len());
        assert_eq!(with_hooks(&with, OURS).unwrap(), with, "twice is once");
        let moved = with_hooks(&with, "'/a b/git-ao' hook agent claude || :").unwrap();
        assert_eq!(moved.matches(CALL).count(), EVENTS.len());
        let without = without_hooks(&with).unwrap();
        assert!(!without.contains(CALL) && without.contains("say done"), "{without}");
        assert!(without.contains("// mine") && without.contains("/* why */"), "{without}");
    }

    #[test]
    fn plain_settings_stay_json() {
        for own in ["", "{}", "{\"a\":1}", "{\n\t\"hooks\": {}\n}\n"] {
            let with = with_hooks(own, OURS).unwrap();
            let all: Value = serde_json::from_str(&with).unwrap();
            assert_eq!(all["hooks"]["SessionEnd"][0]["hooks"][0]["command"], OURS);
            assert_eq!(all["hooks"]["Stop"][0]["hooks"][0]["async"], true);
            let rest: Value = serde_json::from_str(&without_hooks(&with).unwrap()).unwrap();
            assert_eq!(
                rest.get("a"),
                serde_json::from_str::<Value>(own).unwrap_or(json!({})).get("a")
            );
            assert!(rest.get("hooks").is_none_or(|it| *it == json!({})));
        }
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for bad in ["{", "[]", "{\"hooks\": 7}", "{\"hooks\": {\"Stop\": {}}}", "nonsense"] {
            assert!(with_hooks(bad, OURS).is_err(), "{bad}");
        }
    }
}
