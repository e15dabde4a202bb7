use std::path::{Path, PathBuf};

use super::HookNote;
use crate::model::{ActivityReport, TerminalState, Timestamp};

/// Returns the start time of a process that is alive: on Linux, in clock ticks since boot.
pub type StartOf<'a> = &'a dyn Fn(u32) -> Option<String>;

/// What is known of a running agent before its own files are looked at.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct ActivityInputs<'a> {
    /// The time of the look.
    pub now: Timestamp,
    /// The directory in which the agent works.
    pub workspace: &'a Path,
    /// The process that was started for the agent.
    pub pid: Option<u32>,
    /// When it was started.
    pub started: Option<Timestamp>,
    /// The agent's own id of the conversation.
    pub conversation: Option<&'a str>,
    /// The transcripts of its conversations, the present one last.
    pub transcripts: &'a [PathBuf],
    /// Its terminal; None if it has none.
    pub terminal: Option<&'a TerminalState>,
    /// What its hooks told last.
    pub heard: Option<&'a HookNote>,
    /// The last report.
    pub known: Option<&'a ActivityReport>,
    /// When something was last sent to it, as far as git ao did it.
    pub sent: Option<Timestamp>,
    /// Tells whether a process is the one that a file means.
    pub start_of: StartOf<'a>,
    /// Tells whether the agent computes at this moment, as it does while it starts. This may take a
    /// tenth of a second.
    pub is_busy: &'a dyn Fn() -> bool,
}

impl<'a> ActivityInputs<'a> {
    /// Describes an agent with only a known workspace.
    pub fn new(now: Timestamp, workspace: &'a Path) -> Self {
        Self {
            now,
            workspace,
            pid: None,
            started: None,
            conversation: None,
            transcripts: &[],
            terminal: None,
            heard: None,
            known: None,
            sent: None,
            start_of: &|_| None,
            is_busy: &|| false,
        }
    }
}
