//! Where agents leave their conversations.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde_json::Value;

use super::Env;
use super::value::check_id;

/// The files in which an agent keeps its conversations, one each.
#[derive(Debug, Clone)]
pub(super) struct Transcripts {
    /// A variable that moves the agent's directory.
    pub variable: &'static str,
    /// What is appended to the variable's value.
    pub inside: &'static str,
    /// The agent's directory below the home directory, where the variable is not set.
    pub default: &'static str,
    /// The part of it that holds conversations.
    pub folder: &'static str,
    /// How many directories lie between that and a file, at most.
    pub depth: usize,
    /// How a file's name ends; `{id}` is the agent's own session id, `{id8}` its first 8
    /// characters.
    pub suffix: &'static str,
    /// JSON pointers (RFC 6901) to the id and the working directory in a file's first line, where
    /// it has them.
    pub head: Option<(&'static str, &'static str)>,
    /// A JSON pointer to who talks with the agent there, and the word for a person: what an agent
    /// says to agents of its own is no session's conversation. Where nothing is said, it is a person.
    pub with: Option<(&'static str, &'static str)>,
    /// Every conversation has a file here, so that one without is gone.
    pub complete: bool,
}

/// Longest first line that is read, in bytes.
const MAX_HEAD: u64 = 1 << 20;

impl Transcripts {
    /// The file of one conversation.
    pub fn find(&self, id: &str, env: Env) -> Option<PathBuf> {
        check_id("id", id).ok()?;
        let id8: String = id.chars().take(8).collect();
        let suffix = self.suffix.replace("{id}", id).replace("{id8}", &id8);
        let mut found = None;
        self.walk(&self.root(env)?, self.depth, &mut |file| {
            if file.file_name().is_some_and(|name| name.to_string_lossy().ends_with(&suffix)) {
                found = Some(file.to_owned());
            }
        });
        found
    }

    /// The id in the newest file that was begun in `workspace` and written to after `since`.
    pub fn newest_id(&self, workspace: &Path, since: SystemTime, env: Env) -> Option<String> {
        let (id, cwd) = self.head?;
        let workspace = fs::canonicalize(workspace).ok()?;
        let mut newest: Option<(SystemTime, String)> = None;
        self.walk(&self.root(env)?, self.depth, &mut |file| {
            let Some(time) = file.metadata().and_then(|meta| meta.modified()).ok() else { return };
            if time < since || newest.as_ref().is_some_and(|(newest, _)| time <= *newest) {
                return;
            }
            let Some(head) = first_line(file) else { return };
            let text = |pointer| head.pointer(pointer).and_then(Value::as_str);
            let (Some(id), Some(cwd)) = (text(id), text(cwd)) else { return };
            if self.with.is_some_and(|(who, person)| text(who).is_some_and(|who| who != person)) {
                return;
            }
            let here = fs::canonicalize(cwd).is_ok_and(|cwd| cwd == workspace);
            if here && check_id("id", id).is_ok() {
                newest = Some((time, id.to_owned()));
            }
        });
        newest.map(|(_, id)| id)
    }

    fn root(&self, env: Env) -> Option<PathBuf> {
        let set = |name: &str| env(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let agent = match set(self.variable) {
            Some(moved) => moved.join(self.inside),
            None => set("HOME")?.join(self.default),
        };
        Some(agent.join(self.folder))
    }

    /// Calls `visit` for every file; links are not followed, what cannot be read is passed over.
    fn walk(&self, dir: &Path, depth: usize, visit: &mut dyn FnMut(&Path)) {
        for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
            match entry.file_type() {
                Ok(kind) if kind.is_file() => visit(&entry.path()),
                Ok(kind) if kind.is_dir() && depth > 0 => {
                    self.walk(&entry.path(), depth - 1, visit);
                }
                _ => {}
            }
        }
    }
}

fn first_line(file: &Path) -> Option<Value> {
    let mut line = String::new();
    BufReader::new(File::open(file).ok()?.take(MAX_HEAD)).read_line(&mut line).ok()?;
    serde_json::from_str(&line).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agent::Agents;
    use std::ffi::OsString;
    use std::time::Duration;

    fn write(root: &Path, file: &str, text: &str, age: u64) {
        let path = root.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        let time = SystemTime::now() - Duration::from_secs(age);
        File::options().write(true).open(&path).unwrap().set_modified(time).unwrap();
    }

    #[test]
    fn codex_ids_are_learned_from_the_newest_rollout_of_the_workspace() {
        let home = tempfile::tempdir().unwrap();
        let (mine, other) = (home.path().join("mine"), home.path().join("other"));
        fs::create_dir_all(&mine).unwrap();
        fs::create_dir_all(&other).unwrap();
        let head = |id: &str, cwd: &Path| {
            format!(
                "{{\"type\":\"session_meta\",\"payload\":{{\"id\":\"{id}\",\"cwd\":\"{}\"}}}}\n{{}}\n",
                cwd.display()
            )
        };
        let root = home.path().join(".codex");
        let day = "sessions/2026/11/20/rollout-2026-11-20T18-44-24-";
        write(&root, &format!("{day}old.jsonl"), &head("old", &mine), 100);
        write(&root, &format!("{day}new.jsonl"), &head("new", &mine), 50);
        write(&root, &format!("{day}not-here.jsonl"), &head("not-here", &other), 5);
        let helper =
            head("helper", &mine).replace("\"id\"", "\"thread_source\":\"subagent\",\"id\"");
        write(&root, &format!("{day}helper.jsonl"), &helper, 1);
        write(&root, &format!("{day}torn.jsonl"), "{\"type\":", 1);
        write(&root, &format!("{day}evil.jsonl"), &head("--help", &mine), 1);

        let agents = Agents::builtin();
        let codex = agents.find("codex").unwrap();
        let env = |name: &str| (name == "HOME").then(|| home.path().as_os_str().to_owned());
        let ago = |secs| SystemTime::now() - Duration::from_secs(secs);
        assert_eq!(codex.id_in_transcripts(&mine, ago(200), &env).as_deref(), Some("new"));
        assert_eq!(codex.id_in_transcripts(&mine, ago(20), &env), None);
        let file = codex.transcript("old", &env).unwrap();
        assert_eq!(file, root.join(format!("{day}old.jsonl")));
        let moved = |name: &str| (name == "CODEX_HOME").then(|| root.clone().into());
        assert_eq!(codex.transcript("old", &moved), Some(file));
        let own = [("ao.agent.codex.env", format!("CODEX_HOME={}", root.display()))];
        let own = Agents::with_config(own.iter().map(|(key, value)| crate::agent::ConfigEntry {
            key,
            value,
            trust: crate::agent::Trust::Trusted,
        }));
        let found = own.find("codex").unwrap().has_conversation("old", &|_| None);
        assert_eq!(found, Some(true), "what git config sets for it counts");
        let nowhere = |_: &str| None::<OsString>;
        assert_eq!(codex.transcript("old", &nowhere), None);
        assert_eq!(codex.transcript("../old", &env), None);
    }

    #[test]
    fn claude_transcripts_are_found_by_their_id() {
        let home = tempfile::tempdir().unwrap();
        let id = "7b6d11f9-5a0e-4f0c-9d0e-5a7f1c2b3d4e";
        let file = format!("projects/-home-x-demo/{id}.jsonl");
        write(home.path(), &file, "{}\n", 0);
        let agents = Agents::builtin();
        let env = |name: &str| (name == "CLAUDE_CONFIG_DIR").then(|| home.path().into());
        let found = agents.find("claude").unwrap().transcript(id, &env);
        assert_eq!(found, Some(home.path().join(file)));
    }
}
