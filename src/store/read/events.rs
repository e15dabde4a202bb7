//! Reads the events of the store from its commits.

use std::collections::HashSet;

use gix::ObjectId;

use super::event::to_event;
use super::look::{IN_PASSING, LOOKS, Look};
use super::{History, Snapshot};
use crate::git::{gix_id, oid};
use crate::ledger::Commits;
use crate::model::{Event, Oid, SessionId};
use crate::store::StoreError;
use crate::store::past::{Candidate, EventFilter};

/// An iterator over events, newest first, which reads them on demand.
///
/// An unreadable commit gives one error. Older events that are reachable in another way still
/// follow.
#[derive(Debug)]
pub struct Events<'s> {
    snapshot: &'s Snapshot<'s>,
    filter: EventFilter,
    source: Source<'s>,
    /// Where the search begins.
    tips: Vec<ObjectId>,
    /// The walked commits, as long as the search may go on in another way.
    walked: HashSet<ObjectId>,
    /// After how many of them to look into the file, and to make it.
    looks: Vec<(usize, Look)>,
    /// The number of commits that a walk may still read.
    limit: usize,
    is_branched: bool,
}

#[derive(Debug)]
enum Source<'s> {
    Walk(Commits<'s>),
    Candidates(std::vec::IntoIter<Candidate>),
}

impl<'s> Snapshot<'s> {
    /// Iterates over the events in the past of this snapshot.
    ///
    /// An event never comes before an event that is based on it, except where clocks were wrong.
    ///
    /// A search for few events among many reads little more than these, if an earlier one has left
    /// the file `ao/history` in the common git directory.
    pub fn events(&'s self, history: History) -> Events<'s> {
        let repo = self.store.repository();
        let commits = match &history.from {
            Some(start) => Commits::new(repo, [start]),
            None => Commits::new(repo, self.tips()),
        };
        let commits = match &history.since {
            Some(start) => commits.since(start),
            None => commits,
        };
        Events::new(self, commits, history)
    }

    /// Returns the last event that touched a session.
    ///
    /// # Errors
    /// Fails if a commit on the way is unreadable.
    pub fn last_event(&self, id: SessionId) -> Result<Option<Oid>, StoreError> {
        let history = History { session: Some(id), ..History::default() };
        self.events(history).next().map(|event| event.map(|event| event.id)).transpose()
    }
}

impl<'s> Events<'s> {
    pub(super) fn new(snapshot: &'s Snapshot<'s>, commits: Commits<'s>, history: History) -> Self {
        let mut tips = Vec::new();
        match &history.from {
            Some(start) => tips.push(gix_id(start)),
            None => tips.extend(snapshot.tips().map(gix_id)),
        }
        let is_known = history.since.is_none();
        let filter = EventFilter {
            session: history.session,
            ops: history.ops,
            authors: history.authors.iter().map(|part| part.to_lowercase()).collect(),
            replica: history.replica,
            origin: history.origin,
        };
        let may_look = is_known && !filter.is_open() && snapshot.store.index().is_some();
        let looks = LOOKS.iter().rev().copied().filter(|_| may_look).collect();
        let (walked, is_branched) = (HashSet::new(), false);
        let source = Source::Walk(commits);
        let limit = usize::MAX;
        Self { snapshot, filter, source, tips, walked, looks, limit, is_branched }
    }

    /// Reads only as many commits as it takes to start git, unless the file has the rest.
    pub(crate) fn in_passing(mut self) -> Self {
        self.looks.retain(|(_, look)| *look == Look::Read);
        self.limit = IN_PASSING;
        self
    }

    /// Looks into the file after so many commits, or never.
    #[cfg(test)]
    pub(in crate::store) fn looking(mut self, looks: &[(usize, Look)]) -> Self {
        self.looks = looks.iter().rev().copied().collect();
        self
    }

    /// Returns true if the events come from the file.
    #[cfg(test)]
    pub(in crate::store) fn is_from_file(&self) -> bool {
        matches!(self.source, Source::Candidates(_))
    }

    /// Goes on with the file instead of the walk, if it is time for that and the file can tell.
    fn look(&mut self) {
        while let Some((_, look)) = self.looks.pop_if(|(after, _)| *after <= self.walked.len()) {
            let joined = self.snapshot.joined_at(self.tips.clone(), look);
            if let Some(candidates) = joined.and_then(|it| it.candidates(&self.filter)) {
                self.source = Source::Candidates(candidates.into_iter());
                self.looks.clear();
            }
        }
    }

    /// Returns the next event that may be wanted.
    fn advance(&mut self) -> Option<Result<Event, StoreError>> {
        self.look();
        loop {
            match &mut self.source {
                Source::Walk(commits) => {
                    self.limit = self.limit.checked_sub(1)?;
                    let (id, commit) = match commits.next()? {
                        Ok(next) => next,
                        Err(error) => {
                            self.looks.clear();
                            return Some(Err(error.into()));
                        }
                    };
                    if !self.looks.is_empty() {
                        self.walked.insert(gix_id(&id));
                    }
                    return Some(Ok(to_event(id, &commit)));
                }
                Source::Candidates(candidates) => {
                    let Candidate { id, is_branched } = candidates.next()?;
                    self.is_branched |= is_branched;
                    if !self.walked.contains(&id) {
                        let commit = self.snapshot.store.repository().read_commit(id);
                        return Some(commit.map(|it| to_event(oid(id), &it)).map_err(Into::into));
                    }
                }
            }
        }
    }

    fn stop(&mut self) {
        self.looks.clear();
        match &mut self.source {
            Source::Walk(commits) => commits.stop(),
            Source::Candidates(candidates) => *candidates = Vec::new().into_iter(),
        }
    }

    /// Returns true if the event created the session, so that the walk can stop. Below a merge the
    /// walk goes on: if clocks were wrong, another branch may still have events of the session.
    ///
    /// Neither sign is enough alone: callers choose the verb freely, and a missing earlier record
    /// may be that of a deleted session, restored by an `undo`.
    fn is_first(&self, event: &Event, id: SessionId) -> bool {
        let may_make = matches!(event.message.op.as_str(), "spawn" | "fork" | "create");
        let had_it = |parent: &Oid| {
            let before = self.snapshot.store.snapshot_at(parent);
            before.and_then(|before| before.contains(id)).unwrap_or(true)
        };
        may_make && !self.is_branched && !event.parents.iter().any(had_it)
    }
}

impl Iterator for Events<'_> {
    type Item = Result<Event, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let event = match self.advance()? {
                Ok(event) => event,
                Err(error) => return Some(Err(error)),
            };
            let wants = self.filter.wants(&event);
            if let Some(id) = self.filter.session
                && event.message.sessions.contains(&id)
                && self.is_first(&event, id)
            {
                self.stop();
            }
            // Only merges have branches: the second parent of a fork is an ancestor of the first.
            self.is_branched |= event.parents.len() > 1 && event.message.op == "merge";
            if wants {
                return Some(Ok(event));
            }
        }
    }
}
