//! The conversations of Codex.
//!
//! A rollout is moved to the archive or compressed as a whole, under the same name. `/new` begins
//! another one, which nothing connects with the one before but the directory. Subagents have
//! rollouts of their own in the same folders, whose first lines name the conversation of a person
//! to which they belong.

use std::path::{Path, PathBuf};

use crate::agent::transcript::{BegunFile, SubagentFile};
use crate::transcript::Source;

/// Returns the conversations that were begun after the first one. The names of their files begin
/// with the time.
pub(super) fn later(first: Option<&Path>, mut begun: Vec<BegunFile>) -> Vec<(String, PathBuf)> {
    let first = first.and_then(Path::file_name);
    begun.retain(|it| it.file.file_name() > first);
    begun.sort_by(|a, b| a.file.file_name().cmp(&b.file.file_name()));
    begun.into_iter().map(|it| (it.id, it.file)).collect()
}

/// Adds those of the subagents that are of this conversation.
pub(super) fn with_subagents(source: Source, all: &[SubagentFile]) -> Source {
    let of = source.agent_session_id.clone();
    let its = all.iter().filter(|it| it.of == of);
    its.fold(source, |source, it| source.with_subagent(&*it.id, &*it.file))
}
