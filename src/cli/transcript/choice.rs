//! Which entries are shown.

use std::collections::VecDeque;
use std::sync::Arc;

use git_ao::model::Timestamp;
use git_ao::store::Store;
use git_ao::transcript::{EntryKind, Role, Transcript, TranscriptEntry};

use crate::cli::selection::moment;
use crate::cli::{CliError, Ctx};

/// The options that select a part of the conversations.
#[derive(clap::Args)]
#[group(skip)]
pub struct Part {
    /// Show only this many of the last turns. A turn begins when a person says something.
    #[arg(long, value_name = "number")]
    turns: Option<usize>,

    /// Show only what was said after this time: 2026-11-20, 2h, yesterday.
    #[arg(long, visible_alias = "after", value_name = "time")]
    since: Option<String>,
}

impl Part {
    /// Reads the options' values. `entries` is how many entries are wanted at most.
    pub fn choice(
        &self,
        entries: Option<usize>,
        store: &Store,
        ctx: &Ctx,
    ) -> Result<Choice, CliError> {
        let since = self.since.as_ref();
        let last = Last { entries, turns: self.turns };
        Ok(Choice {
            roles: Vec::new(),
            since: since.map(|text| moment("--since", text, store, ctx)).transpose()?,
            last: (entries.is_some() || self.turns.is_some()).then_some(last),
        })
    }
}

/// The options that select entries.
#[derive(Debug, Clone, Default)]
pub struct Choice {
    /// Only these roles; all if there are none.
    pub roles: Vec<Role>,
    /// Only from this time on.
    pub since: Option<Timestamp>,
    /// Only the last ones.
    pub last: Option<Last>,
}

/// How many are shown at the end.
#[derive(Debug, Clone, Copy)]
pub struct Last {
    /// So many entries.
    pub entries: Option<usize>,
    /// So many turns.
    pub turns: Option<usize>,
}

impl Choice {
    /// Begins to select entries.
    pub fn begin(&self) -> Chosen<'_> {
        Chosen { choice: self, is_due: self.since.is_none(), is_turn: false, kept: VecDeque::new() }
    }
}

/// An entry with the transcript that it is from.
pub type Found = (Arc<Transcript>, TranscriptEntry);

/// Selects entries, and keeps back those that may not be among the last.
pub struct Chosen<'c> {
    choice: &'c Choice,
    /// Whether the time has come. Entries without a time belong to the one before.
    is_due: bool,
    /// Whether the last entry was a person's.
    is_turn: bool,
    /// The last entries, each with whether a turn begins there.
    kept: VecDeque<(bool, Found)>,
}

impl Chosen<'_> {
    /// Returns the entry if it is wanted now.
    pub fn put(&mut self, from: &Arc<Transcript>, entry: TranscriptEntry) -> Option<Found> {
        if let (Some(since), Some(at)) = (self.choice.since, entry.at) {
            self.is_due = at >= since;
        }
        let is_said = matches!(entry.kind, EntryKind::Text | EntryKind::Image);
        let is_person = entry.role == Role::User && is_said && entry.sub.is_none();
        let begins = is_person && !self.is_turn;
        self.is_turn = is_person;
        let roles = &self.choice.roles;
        if !self.is_due || !(roles.is_empty() || roles.contains(&entry.role)) {
            return None;
        }
        let found = (Arc::clone(from), entry);
        let Some(last) = self.choice.last else { return Some(found) };
        self.kept.push_back((begins, found));
        self.forget(last);
        None
    }

    /// Returns what was kept back.
    pub fn end(&mut self) -> impl Iterator<Item = Found> {
        self.kept.drain(..).map(|(_, found)| found)
    }

    fn forget(&mut self, last: Last) {
        if let Some(most) = last.entries {
            while self.kept.len() > most {
                self.kept.pop_front();
            }
        }
        let Some(most) = last.turns else { return };
        // Looked at only when a turn begins.
        if !self.kept.back().is_some_and(|(begins, _)| *begins) && most > 0 {
            return;
        }
        let begins = self.kept.iter().enumerate().filter(|(_, (begins, _))| *begins);
        let begins: Vec<_> = begins.map(|(at, _)| at).collect();
        let first = match begins.len().checked_sub(most) {
            Some(0) | None => return,
            Some(_) if most == 0 => self.kept.len(),
            Some(nth) => begins[nth],
        };
        self.kept.drain(..first);
    }
}
