//! The events of the store, as its commits tell them.

use std::cmp::Ordering;
use std::collections::{BinaryHeap, HashSet};

use gix::objs::Commit;

use super::clock::event_time;
use super::error::{gix_id, oid};
use super::{Snapshot, StoreError};
use crate::model::{Event, Message, Oid, Person, SessionId, Timestamp};

/// Which events are wanted.
#[derive(Debug, Clone, Default)]
pub struct History {
    /// Those from here back; None is the snapshot's tip, and the private one too.
    pub from: Option<Oid>,
    /// Only those that touch this session.
    pub session: Option<SessionId>,
}

/// Events, newest first, read as they are asked for.
///
/// What cannot be read is one error; the events behind it that can be reached another way still
/// follow.
#[derive(Debug)]
pub struct Events<'s> {
    snapshot: &'s Snapshot<'s>,
    session: Option<SessionId>,
    queue: BinaryHeap<Waiting>,
    seen: HashSet<Oid>,
    problems: Vec<StoreError>,
    is_branched: bool,
}

#[derive(Debug, PartialEq, Eq)]
struct Waiting {
    event: Event,
    /// Its time, or that of an event after it if that is earlier: a clock may have been ahead.
    time: Timestamp,
}

impl Ord for Waiting {
    fn cmp(&self, other: &Self) -> Ordering {
        let (ours, others) = (&self.event, &other.event);
        self.time.cmp(&other.time).then_with(|| ours.id.cmp(&others.id))
    }
}

impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<'s> Snapshot<'s> {
    /// The events of this snapshot's past.
    pub fn events(&'s self, history: History) -> Events<'s> {
        let mut events = Events {
            snapshot: self,
            session: history.session,
            queue: BinaryHeap::new(),
            seen: HashSet::new(),
            problems: Vec::new(),
            is_branched: false,
        };
        match history.from {
            Some(start) => events.visit(&start, None),
            None => self.tips().for_each(|tip| events.visit(tip, None)),
        }
        events
    }

    /// The last event that touched a session.
    pub fn last_event(&self, id: SessionId) -> Result<Option<Oid>, StoreError> {
        let history = History { session: Some(id), ..History::default() };
        self.events(history).next().map(|event| event.map(|event| event.id)).transpose()
    }

    /// Reads one event.
    pub fn event(&self, id: &Oid) -> Result<Event, StoreError> {
        let commit = self.store.repository().read_commit(gix_id(id))?;
        Ok(to_event(id.clone(), &commit))
    }
}

impl Events<'_> {
    fn visit(&mut self, id: &Oid, before: Option<Timestamp>) {
        if self.seen.insert(id.clone()) {
            match self.snapshot.event(id) {
                Ok(event) => {
                    let time = before.map_or(event.time, |before| event.time.min(before));
                    self.queue.push(Waiting { event, time });
                }
                Err(error) => self.problems.push(error),
            }
        }
    }

    /// True for the event that made the session: there is nothing about it before, unless the
    /// history has other branches in which clocks were wrong.
    fn is_first(&self, event: &Event) -> bool {
        let made_it = matches!(event.message.op.as_str(), "spawn" | "fork" | "create");
        self.session.is_some() && made_it && !self.is_branched
    }
}

impl Iterator for Events<'_> {
    type Item = Result<Event, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(problem) = self.problems.pop() {
                return Some(Err(problem));
            }
            let Waiting { event, time } = self.queue.pop()?;
            let wanted = self.session.is_none_or(|id| event.message.sessions.contains(&id));
            if wanted && self.is_first(&event) {
                self.queue.clear();
                return Some(Ok(event));
            }
            // A fork's second parent is in the past of its first: only a merge has branches.
            self.is_branched |= event.parents.len() > 1 && event.message.op == "merge";
            for parent in event.parents.clone() {
                self.visit(&parent, Some(time));
            }
            if wanted {
                return Some(Ok(event));
            }
        }
    }
}

fn to_event(id: Oid, commit: &Commit) -> Event {
    let author = &commit.author;
    Event {
        id,
        parents: commit.parents.iter().map(|parent| oid(*parent)).collect(),
        author: Person {
            name: author.name.to_string(),
            email: author.email.to_string(),
            offset: author.time.offset,
        },
        time: event_time(commit),
        message: Message::from_text(&commit.message.to_string()),
    }
}
