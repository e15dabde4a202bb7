//! Agents that delete conversations.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::transcript::{Lookup, Transcripts};
use crate::git::Environment;

/// When an agent deletes conversations by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Deletion {
    /// After how many days.
    pub days: u32,
    /// How to change that.
    pub setting: String,
}

/// Returns when Claude Code deletes conversations, unless one of its settings says so.
pub(super) fn of(kept: &Transcripts, project: &Path, env: &Environment) -> Option<Deletion> {
    if kept.lookup != Lookup::NamedAfterPath {
        return None;
    }
    let own = kept.home.path(env)?.join("settings.json");
    let project = project.join(".claude");
    let all = [own.clone(), project.join("settings.json"), project.join("settings.local.json")];
    let is_set = |path: &PathBuf| {
        let text = fs::read(path).unwrap_or_default();
        let settings: Option<Value> = serde_json::from_slice(&text).ok();
        settings.is_some_and(|settings| settings.get("cleanupPeriodDays").is_some())
    };
    (!all.iter().any(is_set)).then(|| Deletion {
        days: 30,
        setting: format!("set \"cleanupPeriodDays\" in {}", own.display()),
    })
}
