//! Finds the commits of sessions, in order of time.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::iter::Peekable;

use super::why::SessionWork;
use crate::git::{CLOCK_SLACK, Descent, Repository};
use crate::model::{Event, Message, Oid, Session, SessionId, Shelf, Timestamp};
use crate::ops::common::branch_sessions::as_of_now;
use crate::ops::common::{Engine, OpsError};
use crate::store::{Snapshot, StoreError};

/// The commits of sessions, newest first, in the form of events with the operation
/// [`SessionCommits::OP`].
///
/// They are what was committed in the worktrees of the sessions: neither merges nor what a rebase or
/// a pull has brought. Those that are not in this clone are left out.
pub struct SessionCommits<'e> {
    snapshot: Snapshot<'e>,
    commits: Peekable<Queue<'e>>,
    absent: usize,
}

impl SessionCommits<'_> {
    /// The operation of these events.
    pub const OP: &'static str = "commit";

    /// Returns how many sessions have commits that are not in this clone.
    pub fn absent(&self) -> usize {
        self.absent
    }

    fn event(&self, commit: &Oid, sessions: Vec<SessionId>) -> Result<Event, StoreError> {
        let mut event = self.snapshot.event(commit)?;
        let first = sessions.first().map(|id| format!(" {}", id.short())).unwrap_or_default();
        let subject = format!("{}{first}: {}", Self::OP, event.message.subject);
        event.message =
            Message { subject, op: Self::OP.to_owned(), sessions, ..Message::default() };
        Ok(event)
    }
}

impl Iterator for SessionCommits<'_> {
    type Item = Result<Event, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        let (commit, session) = self.commits.next()?;
        let mut sessions = vec![session];
        while let Some((_, other)) = self.commits.next_if(|(next, _)| *next == commit) {
            sessions.push(other);
        }
        Some(self.event(&commit, sessions))
    }
}

impl Engine {
    /// Returns the commits of a session and, up to the fork, of those it was forked from; or those of
    /// all sessions. Commits that are older than `since` may be left out.
    ///
    /// # Errors
    /// Fails if git or the store cannot be read.
    pub fn session_commits(
        &self,
        of: Option<&Session>,
        since: Option<Timestamp>,
    ) -> Result<SessionCommits<'_>, OpsError> {
        let snapshot = self.store().snapshot()?;
        let works = match of {
            Some(session) => self.line_of_work(session, &snapshot)?,
            None => {
                let mut sessions = Vec::new();
                for shelf in [Shelf::Active, Shelf::Archived] {
                    let listed = snapshot.list(shelf)?.into_iter();
                    sessions.extend(listed.filter_map(|it| it.session.ok()));
                }
                as_of_now(self.store(), &snapshot, &mut sessions)?;
                let work = |session: &Session| Some((session.id, SessionWork::of(session)?));
                sessions.iter().filter_map(work).collect()
            }
        };
        let mut queue = Queue::new(self.repository(), since);
        let all = works.len();
        works.into_iter().for_each(|(session, work)| queue.add(session, work));
        let absent = all - queue.works.len();
        Ok(SessionCommits { snapshot, commits: queue.peekable(), absent })
    }

    /// Returns the work of a session, and of its ancestors the part on which the next one was built.
    fn line_of_work(
        &self,
        session: &Session,
        snapshot: &Snapshot<'_>,
    ) -> Result<Vec<(SessionId, SessionWork)>, OpsError> {
        let mut now = [session.clone()];
        as_of_now(self.store(), snapshot, &mut now)?;
        let mut works = Vec::from_iter(SessionWork::of(&now[0]).map(|work| (session.id, work)));
        let mut child = session.clone();
        for (_, parent) in snapshot.lineage(session)?.ancestors {
            let Some(mut parent) = parent else { break };
            parent.head = child.base.take().and_then(|base| base.commit);
            works.extend(SessionWork::of(&parent).map(|work| (parent.id, work)));
            child = parent;
        }
        Ok(works)
    }
}

/// The work of sessions, merged by time. The commits of a session are read when its last one is the
/// next, so that a few commits of many sessions cost one look at each.
struct Queue<'e> {
    descent: Descent<'e>,
    is_shallow: bool,
    since: i64,
    works: Vec<Work>,
    next: BinaryHeap<Next>,
}

struct Work {
    session: SessionId,
    extent: SessionWork,
    /// The commits that are still to come; None before they were read.
    commits: Option<VecDeque<Oid>>,
}

/// The next commit of some work.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Next {
    time: i64,
    commit: Oid,
    work: Reverse<usize>,
}

impl<'e> Queue<'e> {
    fn new(repo: &'e Repository, since: Option<Timestamp>) -> Self {
        let since = since.map_or(i64::MIN, |since| since.as_seconds().saturating_sub(CLOCK_SLACK));
        let (descent, is_shallow) = (Descent::new(repo), repo.is_shallow());
        Self { descent, is_shallow, since, works: Vec::new(), next: BinaryHeap::new() }
    }

    /// Adds some work, unless its head is not here, or a shallow clone ends before its start.
    fn add(&mut self, session: SessionId, extent: SessionWork) {
        let Some(time) = self.descent.time(&extent.head) else { return };
        if self.is_shallow && self.descent.commits(&extent.head, &extent.start).is_none() {
            return;
        }
        let (commit, work) = (extent.head.clone(), Reverse(self.works.len()));
        self.works.push(Work { session, extent, commits: None });
        if self.since <= time {
            self.next.push(Next { time, commit, work });
        }
    }
}

impl Iterator for Queue<'_> {
    type Item = (Oid, SessionId);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let Next { commit, work: at, .. } = self.next.pop()?;
            let work = &mut self.works[at.0];
            let descent = &mut self.descent;
            let commits = work.commits.get_or_insert_with(|| {
                let commits = descent.commits(&work.extent.head, &work.extent.start);
                commits.unwrap_or_default().0.into_iter().map(|(commit, _)| commit).collect()
            });
            // The head of the work may be a merge, or there may be no way to the start.
            let found = commits.front() == Some(&commit);
            if found {
                commits.pop_front();
            }
            if let Some(next) = commits.front()
                && let Some(time) = descent.time(next).filter(|time| self.since <= *time)
            {
                self.next.push(Next { time, commit: next.clone(), work: at });
            }
            if found {
                return Some((commit, work.session));
            }
        }
    }
}
