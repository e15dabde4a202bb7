//! Finds all conversations that an agent keeps, whether or not git ao started them.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde_json::Value;

use super::kept_conversation::KeptConversation;
use super::spec::Spec;
use super::transcript::{Lookup, SubagentFile, Transcripts};
use super::value::check_id;
use crate::git::Environment;
use crate::transcript::Source;

/// How much of a file is read to find what conversation it is, in bytes.
const HEAD: u64 = 4 << 20;

impl Spec {
    /// Returns the conversations with a person, sorted by file.
    pub(super) fn find_history(&self, env: &Environment) -> Vec<KeptConversation> {
        if let Some(database) = self.database {
            return database.history(&self.name, env);
        }
        let Some(kept) = &self.transcripts else { return Vec::new() };
        let (Some(root), Some(format)) = (kept.root(env), kept.format) else { return Vec::new() };
        let mut files = Vec::new();
        kept.walk(&root, kept.depth, &mut |file| files.push(file.to_owned()));
        if let Lookup::ByDay { archive } = kept.lookup {
            kept.walk(&root.with_file_name(archive), kept.depth, &mut |file| {
                files.push(file.to_owned());
            });
        }
        files.sort();
        let subagents = kept.subagents(SystemTime::UNIX_EPOCH, env);
        let found = files.into_iter().filter_map(|file| match kept.lookup {
            Lookup::Everywhere => self.in_document(format, &file),
            Lookup::NamedAfterPath | Lookup::ByDay { .. } => {
                self.in_lines(kept, format, &file, &subagents)
            }
        });
        found.collect()
    }

    fn in_lines(
        &self,
        kept: &Transcripts,
        format: &str,
        file: &Path,
        subagents: &[SubagentFile],
    ) -> Option<KeptConversation> {
        let (id, workspace) = kept.begun(file)?;
        check_id("id", &id).ok()?;
        let source = self.complete_source(kept, &id, format, file, subagents);
        Some(KeptConversation { workspace: Some(workspace.into()), workspace_hash: None, source })
    }

    /// Reads a file of Gemini CLI: `<project>/chats/session-….jsonl`, or older `.json`. Beside it a
    /// file may say what directory the project is.
    fn in_document(&self, format: &str, file: &Path) -> Option<KeptConversation> {
        let name = file.file_name()?.to_str()?;
        let is_whole = name.ends_with(".json");
        if !name.starts_with("session-") || !(is_whole || name.ends_with(".jsonl")) {
            return None;
        }
        let mut bytes = Vec::new();
        let limit = if is_whole { 16 * HEAD } else { HEAD };
        File::open(file).ok()?.take(limit).read_to_end(&mut bytes).ok()?;
        let head = if is_whole { &bytes[..] } else { bytes.split(|it| *it == b'\n').next()? };
        let head: Value = serde_json::from_slice(head).ok()?;
        let id = head.get("sessionId")?.as_str()?;
        check_id("id", id).ok()?;
        if head.get("kind").and_then(Value::as_str).is_some_and(|kind| kind != "main") {
            return None;
        }
        let project = file.parent()?.parent()?;
        let told = fs::read_to_string(project.join(".project_root")).ok();
        let workspace = told.map(|text| PathBuf::from(text.trim_end_matches(['\n', '\r'])));
        let hash = head.get("projectHash").and_then(Value::as_str).map(str::to_owned);
        let source = Source::new(&self.name, id, format, file);
        let source = if is_whole { source.as_document() } else { source };
        Some(KeptConversation { workspace, workspace_hash: hash, source })
    }
}
