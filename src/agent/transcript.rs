//! Where agents store their conversations.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde_json::Value;

use super::folder_name::folder_name;
use super::home::AgentHome;
use super::put::{PutError, SavedConversation, put_bytes, put_file, put_missing};
use super::value::check_id;
use crate::git::Environment;
use crate::model::Timestamp;
use crate::transcript::{TranscriptInput, is_file_name};

/// The files in which an agent stores its conversations, one file each.
#[derive(Debug, Clone)]
pub(super) struct Transcripts {
    /// The agent's directory.
    pub home: AgentHome,
    /// The subdirectory for conversations.
    pub folder: &'static str,
    /// The maximum number of directories between that and a file.
    pub depth: usize,
    /// The end of a file's name. `{id}` stands for the agent's own session id, `{id8}` for its
    /// first 8 characters.
    pub suffix: &'static str,
    /// The format, by which entries are read; None if the files are not complete transcripts.
    pub format: Option<&'static str>,
    /// JSON pointers (RFC 6901) to the id and the working directory in a file's first line, if
    /// that contains them.
    pub head: Option<(&'static str, &'static str)>,
    /// A JSON pointer in that line to the agent's partner, and the value for a person, which is
    /// also the default. Conversations of an agent with its subagents are not those of a session.
    pub with: Option<(&'static str, &'static str)>,
    /// Whether every conversation has a file here, so that one without a file no longer exists.
    pub complete: bool,
    /// Where the agent looks for a conversation to resume.
    pub lookup: Lookup,
}

/// A conversation that was begun in a directory.
pub(super) struct BegunFile {
    /// The time at which it was last written.
    pub written: SystemTime,
    pub id: String,
    pub file: PathBuf,
}

/// A conversation of an agent with its subagent that has a file of its own.
pub(super) struct SubagentFile {
    /// The conversation with a person.
    pub of: String,
    pub id: String,
    pub file: PathBuf,
}

/// Where an agent looks for a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lookup {
    /// In the whole folder, by the id.
    Everywhere,
    /// In the whole folder, by the id, but not in the archive. A file `rollout-2026-11-20T…` is
    /// in a folder for the day on which it was started, `2026/11/20`.
    ByDay {
        /// The folder of archived conversations, beside the other one.
        archive: &'static str,
    },
    /// Only in the folder that is named after the working directory. Files are named
    /// `<id>.jsonl`; a folder `<id>` beside a file belongs to it.
    NamedAfterPath,
}

/// How much of a file is read to find its id and working directory, in bytes.
const MAX_HEAD: u64 = 1 << 20;

impl Transcripts {
    /// Returns the file of a conversation, or the longest one if there are several.
    pub fn find(&self, id: &str, env: &Environment) -> Option<PathBuf> {
        check_id("id", id).ok()?;
        let root = self.root(env)?;
        let archive = match self.lookup {
            Lookup::ByDay { archive } => Some(root.with_file_name(archive)),
            _ => None,
        };
        let longest = |folder: &Path| self.longest(id, folder);
        longest(&root).or_else(|| longest(&archive?))
    }

    /// Returns the file of a conversation, looking first where the agent keeps those that it begins
    /// in this directory.
    pub fn find_near(&self, id: &str, workspace: &Path, env: &Environment) -> Option<PathBuf> {
        check_id("id", id).ok()?;
        let near = || {
            let folder = folder_name(&real_path(workspace))?;
            let file = self.root(env)?.join(folder).join(format!("{id}.jsonl"));
            file.is_file().then_some(file)
        };
        let near = (self.lookup == Lookup::NamedAfterPath).then(near).flatten();
        near.or_else(|| self.find(id, env))
    }

    /// Returns the conversations that were started in `workspace` and written after `since`.
    pub fn begun_in(
        &self,
        workspace: &Path,
        since: SystemTime,
        env: &Environment,
    ) -> Vec<BegunFile> {
        let mut found = Vec::new();
        let Some(root) = self.root(env) else { return found };
        let workspace = real_path(workspace);
        let (folder, depth) = match self.lookup {
            Lookup::NamedAfterPath => match folder_name(&workspace) {
                Some(name) => (root.join(name), 0),
                None => return found,
            },
            Lookup::Everywhere | Lookup::ByDay { .. } => (root, self.depth),
        };
        self.walk(&folder, depth, &mut |file| {
            let written = file.metadata().and_then(|meta| meta.modified());
            let Some(written) = written.ok() else { return };
            if written < since {
                return;
            }
            let Some((id, cwd)) = self.begun(file) else { return };
            if real_path(Path::new(&cwd)) == workspace && check_id("id", &id).is_ok() {
                found.push(BegunFile { written, id, file: file.to_owned() });
            }
        });
        found
    }

    /// Returns the conversations of subagents that are beside those with a person, and were written
    /// after `since`.
    pub fn subagents(&self, since: SystemTime, env: &Environment) -> Vec<SubagentFile> {
        let (Some((who, person)), Lookup::ByDay { archive }) = (self.with, self.lookup) else {
            return Vec::new();
        };
        let Some(root) = self.root(env) else { return Vec::new() };
        let mut found: Vec<SubagentFile> = Vec::new();
        for folder in [root.with_file_name(archive), root] {
            self.walk(&folder, self.depth, &mut |file| {
                let written = file.metadata().and_then(|meta| meta.modified());
                if written.is_ok_and(|written| written < since) {
                    return;
                }
                let Some(head) = first_line(file) else { return };
                let text = |pointer: &str| head.pointer(pointer).and_then(Value::as_str);
                if text(who).is_none_or(|who| who == person) {
                    return;
                }
                let (Some(of), Some(id)) = (text("/payload/session_id"), text("/payload/id"))
                else {
                    return;
                };
                if check_id("subagent", id).is_ok() && found.iter().all(|it| it.id != id) {
                    let (of, id) = (of.to_owned(), id.to_owned());
                    found.push(SubagentFile { of, id, file: file.to_owned() });
                }
            });
        }
        found.sort_by(|a, b| a.file.file_name().cmp(&b.file.file_name()));
        found
    }

    /// Returns true if a conversation with this id exists and was begun. A program that is stopped
    /// early may leave a file without messages.
    pub fn has(&self, id: &str, env: &Environment) -> bool {
        let found = self.find(id, env);
        match self.lookup {
            Lookup::NamedAfterPath => found.is_some_and(|file| first_cwd(&file).is_some()),
            Lookup::Everywhere | Lookup::ByDay { .. } => found.is_some(),
        }
    }

    fn longest(&self, id: &str, folder: &Path) -> Option<PathBuf> {
        let id8: String = id.chars().take(8).collect();
        let suffix = self.suffix.replace("{id}", id).replace("{id8}", &id8);
        let older = self.other_suffixes(&suffix);
        let mut found: Option<(u64, PathBuf)> = None;
        self.walk(folder, self.depth, &mut |file| {
            let Some(name) = file.file_name().map(|name| name.to_string_lossy()) else { return };
            if name.ends_with(&suffix) || older.iter().any(|suffix| name.ends_with(suffix)) {
                // A file in another form is found only where there is none in the usual one.
                let length = file.metadata().map_or(0, |meta| meta.len());
                let length = if name.ends_with(&suffix) { length + 1 } else { 0 };
                if found.as_ref().is_none_or(|(longest, _)| length > *longest) {
                    found = Some((length, file.to_owned()));
                }
            }
        });
        found.map(|(_, file)| file)
    }

    /// Returns the ends of the names that the same file has after it was compressed, or had in older
    /// versions of the agent.
    fn other_suffixes(&self, suffix: &str) -> Vec<String> {
        match self.format {
            Some("codex-jsonl") => vec![format!("{suffix}.zst")],
            Some("gemini-jsonl") => vec![suffix.trim_end_matches('l').to_owned()],
            _ => Vec::new(),
        }
    }

    /// Returns the id in the newest file that was started in `workspace` and written after `since`.
    /// The workspace itself may no longer exist.
    pub fn newest_id(
        &self,
        workspace: &Path,
        since: SystemTime,
        env: &Environment,
    ) -> Option<String> {
        let begun = self.begun_in(workspace, since, env).into_iter();
        begun.max_by_key(|it| it.written).map(|it| it.id)
    }

    /// Returns the id of the conversation in a file and the working directory in which it was
    /// started; None if it is not a conversation with a person.
    pub fn begun(&self, file: &Path) -> Option<(String, String)> {
        if self.lookup == Lookup::NamedAfterPath {
            let name = file.file_name()?.to_str()?;
            return Some((name.strip_suffix(".jsonl")?.to_owned(), first_cwd(file)?));
        }
        let (id, cwd) = self.head?;
        let head = first_line(file)?;
        let text = |pointer: &str| head.pointer(pointer).and_then(Value::as_str);
        if self.with.is_some_and(|(who, person)| text(who).is_some_and(|who| who != person)) {
            return None;
        }
        Some((text(id)?.to_owned(), text(cwd)?.to_owned()))
    }

    /// Copies a conversation to where the agent looks for it when it runs in `workspace`.
    ///
    /// An existing file is overwritten only by a file that continues it. Does nothing if the
    /// conversation is not found.
    pub fn bring(&self, id: &str, workspace: &Path, env: &Environment) -> Result<(), PutError> {
        let (Some(root), Some(from)) = (self.root(env), self.find(id, env)) else { return Ok(()) };
        match self.lookup {
            Lookup::Everywhere => Ok(()),
            Lookup::ByDay { .. } if from.starts_with(&root) => Ok(()),
            Lookup::ByDay { .. } => match day(&from) {
                Some((day, name)) => put_file(&from, &root.join(day).join(name)),
                None => Ok(()),
            },
            Lookup::NamedAfterPath => {
                let Some(folder) = folder_name(&real_path(workspace)) else { return Ok(()) };
                let folder = root.join(folder);
                put_file(&from, &folder.join(format!("{id}.jsonl")))?;
                put_missing(&from.with_extension(""), &folder.join(id))
            }
        }
    }

    /// Returns true if it is known where the agent looks for a conversation.
    pub fn can_put(&self) -> bool {
        self.lookup != Lookup::Everywhere
    }

    /// Writes a conversation to where the agent looks for it. Returns false if it is not known where
    /// that is.
    pub fn put(&self, saved: &SavedConversation, env: &Environment) -> Result<bool, PutError> {
        let SavedConversation { id, workspace, transcript, subagents, files } = saved;
        let Some(root) = self.root(env).filter(|_| check_id("id", id).is_ok()) else {
            return Ok(false);
        };
        match self.lookup {
            Lookup::Everywhere => Ok(false),
            Lookup::ByDay { .. } => {
                let Some((day, name)) = begun_on(id, transcript) else { return Ok(false) };
                for (sub, transcript) in subagents {
                    if let Some((day, name)) = begun_on(sub, transcript) {
                        put_bytes(transcript, &root.join(day).join(name))?;
                    }
                }
                put_bytes(transcript, &root.join(day).join(name)).map(|()| true)
            }
            Lookup::NamedAfterPath => {
                let Some(name) = folder_name(&real_path(workspace)) else { return Ok(false) };
                let folder = root.join(name);
                let beside = folder.join(id).join("subagents");
                for (name, transcript) in subagents {
                    if check_id("subagent", name).is_ok() {
                        put_bytes(transcript, &beside.join(format!("{name}.jsonl")))?;
                    }
                }
                for (path, bytes) in files {
                    if path.split('/').all(is_file_name) {
                        put_bytes(bytes, &folder.join(id).join(path))?;
                    }
                }
                // Last, since it makes the conversation one.
                put_bytes(transcript, &folder.join(format!("{id}.jsonl"))).map(|()| true)
            }
        }
    }

    pub fn root(&self, env: &Environment) -> Option<PathBuf> {
        Some(self.home.path(env)?.join(self.folder))
    }

    /// Calls `visit` for every file. Skips symbolic links and unreadable directories.
    pub fn walk(&self, dir: &Path, depth: usize, visit: &mut dyn FnMut(&Path)) {
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

/// Returns the folder `2026/11/20` and the name of a file `rollout-2026-11-20T…`.
fn day(file: &Path) -> Option<(PathBuf, &str)> {
    let name = file.file_name()?.to_str()?;
    let mut date = name.strip_prefix("rollout-")?.get(..10)?.split('-');
    let folders: PathBuf = date.by_ref().take(3).collect();
    let is_number = |part: &std::ffi::OsStr| part.to_string_lossy().parse::<u16>().is_ok();
    (folders.iter().count() == 3 && folders.iter().all(is_number)).then_some((folders, name))
}

/// Returns the folder and the name of Codex's file for a transcript: `2026/11/20`,
/// `rollout-2026-11-20T18-44-24-<id>.jsonl`. None if it does not say when it began, or has another
/// id.
fn begun_on(id: &str, transcript: &[u8]) -> Option<(PathBuf, String)> {
    let line = transcript.split(|byte| *byte == b'\n').next()?;
    let head: Value = serde_json::from_slice(line).ok()?;
    let text = |pointer: &str| head.pointer(pointer).and_then(Value::as_str);
    if text("/payload/id") != Some(id) {
        return None;
    }
    let at: Timestamp = text("/payload/timestamp").or_else(|| text("/timestamp"))?.parse().ok()?;
    let at = at.to_string();
    let (day, time) = (at.get(..10)?, at.get(11..19)?.replace(':', "-"));
    Some((day.split('-').collect(), format!("rollout-{day}T{time}-{id}.jsonl")))
}

/// Returns a path with symbolic links resolved as far as it exists.
pub(super) fn real_path(path: &Path) -> PathBuf {
    let real = |folder: &Path| {
        let real = folder.canonicalize().ok()?;
        let rest = path.strip_prefix(folder).ok()?;
        Some(if rest.as_os_str().is_empty() { real } else { real.join(rest) })
    };
    path.ancestors().find_map(real).unwrap_or_else(|| path.to_owned())
}

/// Returns the first working directory that a line of the file contains.
fn first_cwd(file: &Path) -> Option<String> {
    let reader = BufReader::new(File::open(file).ok()?.take(MAX_HEAD));
    let lines = reader.lines().map_while(Result::ok);
    let mut values = lines.filter_map(|line| serde_json::from_str::<Value>(&line).ok());
    values.find_map(|value| Some(value.get("cwd")?.as_str()?.to_owned()))
}

fn first_line(file: &Path) -> Option<Value> {
    let mut line = String::new();
    // It may be compressed.
    let input = TranscriptInput::open(file).ok()??;
    BufReader::new(input.take(MAX_HEAD)).read_line(&mut line).ok()?;
    serde_json::from_str(&line).ok()
}

#[cfg(test)]
mod tests;
