//! The history of refs, newest first.

use std::cmp::Ordering;
use std::collections::{BinaryHeap, HashMap, HashSet, VecDeque};

use gix::ObjectId;
use gix::objs::Commit;

use super::{Graph, commit_time};
use crate::git::{ObjectError, Repository, gix_id, oid};
use crate::model::{Oid, Timestamp};

/// An iterator over commits, newest first, which reads them on demand. Among commits with the same
/// time, none follows one of its ancestors.
///
/// An unreadable commit gives one error. Older commits that are reachable in another way still
/// follow.
#[derive(Debug)]
pub(crate) struct Commits<'r> {
    repo: &'r Repository,
    queue: BinaryHeap<Waiting>,
    /// Commits with the same time, in order.
    simultaneous: VecDeque<Waiting>,
    seen: HashSet<Oid>,
    /// The commits that may be visited; None for all.
    only: Option<HashSet<ObjectId>>,
    /// The parents of the last commit, which are read when the next one is requested.
    parents: Vec<(Oid, Option<Timestamp>)>,
    problems: Vec<ObjectError>,
}

#[derive(Debug)]
struct Waiting {
    id: Oid,
    commit: Commit,
    /// The commit's time, or that of a child if it is earlier: a clock may have been ahead.
    time: Timestamp,
}

impl PartialEq for Waiting {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Waiting {}

impl Ord for Waiting {
    fn cmp(&self, other: &Self) -> Ordering {
        self.time.cmp(&other.time).then_with(|| self.id.cmp(&other.id))
    }
}

impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<'r> Commits<'r> {
    /// Iterates over these commits and their ancestors.
    pub fn new<'t>(repo: &'r Repository, tips: impl IntoIterator<Item = &'t Oid>) -> Self {
        let parents = tips.into_iter().map(|tip| (tip.clone(), None)).collect();
        Self {
            repo,
            queue: BinaryHeap::new(),
            simultaneous: VecDeque::new(),
            seen: HashSet::new(),
            only: None,
            parents,
            problems: Vec::new(),
        }
    }

    /// Leaves out this commit and its ancestors, in addition to those that are left out already.
    pub fn since(mut self, start: &Oid) -> Self {
        let tips: Vec<_> = self.parents.iter().map(|(tip, _)| gix_id(tip)).collect();
        let graph = Graph::new(self.repo, |_| false);
        match graph.and_then(|mut graph| graph.relation(&tips, gix_id(start))) {
            Ok(relation) => {
                let ahead: HashSet<_> = relation.ahead.into_iter().collect();
                self.only = Some(match self.only.take() {
                    Some(only) => only.intersection(&ahead).copied().collect(),
                    None => ahead,
                });
            }
            Err(error) => {
                self.stop();
                self.problems.push(error);
            }
        }
        self
    }

    /// Ends the iteration.
    pub fn stop(&mut self) {
        self.queue.clear();
        self.simultaneous.clear();
        self.parents.clear();
    }

    fn visit(&mut self, id: Oid, before: Option<Timestamp>) {
        let is_left_out = self.only.as_ref().is_some_and(|only| !only.contains(&gix_id(&id)));
        if is_left_out || !self.seen.insert(id.clone()) {
            return;
        }
        match self.repo.read_commit(gix_id(&id)) {
            Ok(commit) => {
                let own = commit_time(&commit);
                let time = before.map_or(own, |before| own.min(before));
                self.queue.push(Waiting { id, commit, time });
            }
            Err(error) => self.problems.push(error),
        }
    }

    /// Orders all commits with the same time as this one: each comes after all of its children.
    fn sort_simultaneous(&mut self, first: Waiting) {
        let time = first.time;
        let mut all = vec![first];
        let mut visited = 0;
        loop {
            while self.queue.peek().is_some_and(|next| next.time == time) {
                all.extend(self.queue.pop());
            }
            let Some(next) = all.get(visited) else { break };
            visited += 1;
            for parent in next.commit.parents.clone() {
                self.visit(oid(parent), Some(time));
            }
        }
        let mut children: HashMap<Oid, usize> = all.iter().map(|one| (one.id.clone(), 0)).collect();
        for parent in all.iter().flat_map(|one| one.commit.parents.iter()) {
            if let Some(count) = children.get_mut(&oid(*parent)) {
                *count += 1;
            }
        }
        let (free, held): (Vec<_>, Vec<_>) =
            all.into_iter().partition(|one| children[&one.id] == 0);
        let mut free = BinaryHeap::from(free);
        let mut held: HashMap<_, _> = held.into_iter().map(|one| (one.id.clone(), one)).collect();
        while let Some(next) = free.pop() {
            for parent in next.commit.parents.iter().map(|parent| oid(*parent)) {
                let Some(count) = children.get_mut(&parent) else { continue };
                *count -= 1;
                if *count == 0 {
                    free.extend(held.remove(&parent));
                }
            }
            self.simultaneous.push_back(next);
        }
    }
}

impl Iterator for Commits<'_> {
    type Item = Result<(Oid, Commit), ObjectError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.simultaneous.is_empty() {
            for (id, before) in std::mem::take(&mut self.parents) {
                self.visit(id, before);
            }
        }
        if let Some(problem) = self.problems.pop() {
            return Some(Err(problem));
        }
        if let Some(Waiting { id, commit, .. }) = self.simultaneous.pop_front() {
            return Some(Ok((id, commit)));
        }
        let next = self.queue.pop()?;
        if self.queue.peek().is_some_and(|other| other.time == next.time) {
            self.sort_simultaneous(next);
            return self.next();
        }
        let Waiting { id, commit, time } = next;
        self.parents = commit.parents.iter().map(|parent| (oid(*parent), Some(time))).collect();
        Some(Ok((id, commit)))
    }
}
