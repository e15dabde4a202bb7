//! The commits of sessions, to be shown among the events.

use std::iter::Peekable;

use git_ao::model::{Event, Timestamp};
use git_ao::ops::SessionCommits;
use git_ao::store::StoreError;

use super::event_filter::{EventFilter, Verdict};

type Found = Result<Event, StoreError>;

/// The wanted commits, newest first.
pub struct Commits<'c>(Peekable<Box<dyn Iterator<Item = Found> + 'c>>);

impl<'c> Commits<'c> {
    pub fn new(commits: Option<SessionCommits<'c>>, filter: &'c EventFilter) -> Self {
        let mut verdicts = filter.judge();
        let judged = commits.into_iter().flatten().map_while(move |found| match &found {
            Err(_) => Some(Some(found)),
            Ok(commit) => match verdicts.of(commit) {
                Verdict::Over => None,
                Verdict::No => Some(None),
                Verdict::Yes => Some(Some(found)),
            },
        });
        let wanted: Box<dyn Iterator<Item = Found> + 'c> = Box::new(judged.flatten());
        Self(wanted.peekable())
    }

    /// Returns the next one, if it was made after this time.
    pub fn next_after(&mut self, time: Option<Timestamp>) -> Option<Found> {
        let is_after = |found: &Found| {
            time.is_none_or(|time| found.as_ref().map_or(true, |commit| commit.time > time))
        };
        self.0.next_if(is_after)
    }
}
