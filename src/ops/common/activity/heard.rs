use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use crate::agent::{Agents, HookNote};
use crate::git::{Environment, Repository};
use crate::ledger::system_time;
use crate::model::SessionId;

use super::HEARD_ENV;
use super::private::write_private;

/// How much of a file is read, in bytes.
const LARGEST: u64 = 1 << 20;

/// How much of what was said is kept, in characters.
const LONGEST: usize = 2_000;

/// The file that the hooks of a running agent write to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookTarget(PathBuf);

impl HookTarget {
    /// Returns the file of the agent in whose environment this process runs, if git-ao started that
    /// agent.
    pub fn inherited(environment: &Environment) -> Option<Self> {
        let path = PathBuf::from(environment.os(HEARD_ENV)?);
        let is_ours = path.is_absolute() && path.extension().is_some_and(|it| it == "hook");
        is_ours.then_some(Self(path))
    }

    pub(in crate::ops) fn of(repo: &Repository, session: SessionId) -> Self {
        Self(repo.ao_dir().join(name(session)))
    }

    /// Creates the empty file. Without it, hooks write nothing.
    pub(in crate::ops) fn begin(&self, repo: &Repository) -> io::Result<()> {
        repo.make_ao_dir("activity")?;
        write_private(&self.0, b"")
    }

    /// Adds a note about the agent.
    pub(in crate::ops) fn write(&self, repo: &Repository, note: HookNote) -> io::Result<()> {
        repo.make_ao_dir("activity")?;
        write_note(&self.0, note)
    }

    pub(in crate::ops) fn path(&self) -> &Path {
        &self.0
    }
}

/// Notes what a hook of a built-in agent was given on its standard input. Payloads that say nothing
/// about what the agent is doing are ignored, and so is a hook that comes after the end of its
/// agent.
///
/// # Errors
/// Fails if there is no such agent, or if the note cannot be written: the session was deleted, or the repository moved.
pub fn hear(agent: &str, payload: &[u8], target: &HookTarget) -> io::Result<()> {
    let agents = Agents::builtin();
    let agent =
        agents.find(agent).map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
    let Some(note) = agent.hear(payload).filter(|_| target.0.exists()) else { return Ok(()) };
    write_note(&target.0, note)
}

fn write_note(path: &Path, note: HookNote) -> io::Result<()> {
    let what = note.what.as_ref().map(|what| what.chars().take(LONGEST).collect());
    write_private(path, &serde_json::to_vec(&note.what(what))?)
}

/// Returns the last note of the hooks of a session's agent.
pub(in crate::ops) fn heard(repo: &Repository, session: SessionId) -> Option<HookNote> {
    let file = repo.open_file(&name(session)).ok()?;
    let written = file.metadata().ok()?.modified().ok()?;
    let mut text = Vec::new();
    file.take(LARGEST).read_to_end(&mut text).ok()?;
    let mut note: HookNote = serde_json::from_slice(&text).ok()?;
    note.at = system_time(written);
    Some(note)
}

pub(super) fn name(session: SessionId) -> String {
    format!("activity/{session}.hook")
}
