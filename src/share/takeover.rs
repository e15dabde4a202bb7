use std::collections::HashMap;

use super::{Remote, ShareError};
use crate::model::{Placement, Session, SessionId};
use crate::store::{Change, ChangeKind, Entry, History, MergeReport, Snapshot};

/// A session that ran in this clone and has since been started in another one.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Takeover {
    /// The session.
    pub id: SessionId,
    /// The clone in which it was started.
    pub replica: String,
    /// The name of the person who started it; None if the history does not tell.
    pub author: Option<String>,
}

impl Remote<'_> {
    /// Returns the sessions of this clone that were taken over by another one, according to a
    /// merge. Unreadable records are skipped.
    ///
    /// # Errors
    /// Fails if the store cannot be read.
    pub fn takeovers(&self, merge: &MergeReport) -> Result<Vec<Takeover>, ShareError> {
        let Some(here) = self.store.known_replica() else { return Ok(Vec::new()) };
        let snapshot = self.store.snapshot()?;
        let taken = |change: &Change| {
            let load = |entry: &Option<Entry>| snapshot.load(entry.as_ref()?).ok();
            let before = load(&change.before).filter(|before| runs_on(before, &here))?;
            let replica = started_on(&before, &load(&change.after)?, &here)?;
            Some(Takeover { id: before.id, replica, author: None })
        };
        let changed = merge.changes.iter().filter(|change| change.kind() == ChangeKind::Changed);
        let mut takeovers: Vec<Takeover> = changed.filter_map(taken).collect();
        find_authors(&snapshot, merge, &mut takeovers);
        Ok(takeovers)
    }
}

fn runs_on(session: &Session, replica: &str) -> bool {
    let placement = session.placement_in(Some(replica));
    !session.status.is_terminal() && placement.is_some_and(Placement::is_started)
}

/// Returns the other clone in which the session was last started since `before`.
fn started_on(before: &Session, after: &Session, here: &str) -> Option<String> {
    let started = after.other_placements(Some(here)).filter(|(name, now)| {
        let was = before.placement_in(Some(name));
        let is_new = was.is_none_or(|was| (&was.handle, was.at) != (&now.handle, now.at));
        now.is_started() && is_new
    });
    started.max_by_key(|(_, placement)| placement.at).map(|(name, _)| name.to_owned())
}

/// Finds the author of the last event of each session that its new clone recorded, in one walk.
fn find_authors(snapshot: &Snapshot<'_>, merge: &MergeReport, takeovers: &mut [Takeover]) {
    let mut open: HashMap<SessionId, &mut Takeover> =
        takeovers.iter_mut().map(|takeover| (takeover.id, takeover)).collect();
    let history = History { from: Some(merge.tip.clone()), ..History::default() };
    let mut events = snapshot.events(history).flatten();
    while !open.is_empty() {
        let Some(event) = events.next() else { return };
        for id in &event.message.sessions {
            let is_there = |takeover: &&mut Takeover| {
                event.message.replica.as_ref() == Some(&takeover.replica)
            };
            if open.get(id).is_some_and(is_there)
                && let Some(takeover) = open.remove(id)
            {
                takeover.author = Some(event.author.name.clone());
            }
        }
    }
}
