//! Compares two tips: the commits that only one of them has, and their merge bases.

use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap};

use gix::ObjectId;
use gix::objs::Commit;

use crate::git::{ObjectError, Repository};

/// The relation of two tips.
#[derive(Debug, Default)]
pub(crate) struct Relation {
    /// The commits that only the first has.
    pub ahead: Vec<ObjectId>,
    /// The commits that only the second has.
    pub behind: Vec<ObjectId>,
    /// The merge bases, sorted: the common ancestors that are not ancestors of each other.
    pub bases: Vec<ObjectId>,
}

/// The commits of walks, each read once.
pub(crate) struct Graph<'r> {
    repo: &'r Repository,
    is_merge: fn(&Commit) -> bool,
    nodes: HashMap<ObjectId, Node>,
    shallow: Vec<ObjectId>,
}

#[derive(Clone)]
struct Node {
    parents: Vec<ObjectId>,
    time: i64,
    is_merge: bool,
}

const FIRST: u8 = 1;
const SECOND: u8 = 2;
const BOTH: u8 = FIRST | SECOND;
/// An ancestor of a common commit.
const STALE: u8 = 4;

impl<'r> Graph<'r> {
    /// Makes an empty graph. `is_merge` recognizes merge commits that make no changes of their own.
    pub fn new(repo: &'r Repository, is_merge: fn(&Commit) -> bool) -> Result<Self, ObjectError> {
        Ok(Self { repo, is_merge, nodes: HashMap::new(), shallow: repo.shallow_commits()? })
    }

    /// Returns true for a merge commit that makes no changes of its own.
    pub fn is_merge(&mut self, id: ObjectId) -> Result<bool, ObjectError> {
        Ok(self.node(id)?.is_merge)
    }

    /// Compares the history of several commits with that of another one.
    pub fn relation(
        &mut self,
        first: &[ObjectId],
        second: ObjectId,
    ) -> Result<Relation, ObjectError> {
        let walk = self.walk(first, second)?;
        let common = walk.common.iter().copied().filter(|id| walk.flags[id] & STALE == 0);
        let common: Vec<_> = common.collect();
        let mut bases = Vec::new();
        for id in &common {
            let others: Vec<_> = common.iter().copied().filter(|other| other != id).collect();
            if others.is_empty() || !self.walk(&others, *id)?.only(SECOND).is_empty() {
                bases.push(*id);
            }
        }
        bases.sort();
        Ok(Relation { ahead: walk.only(FIRST), behind: walk.only(SECOND), bases })
    }

    /// Finds common ancestors like git (commit-reach.c, paint_down_to_common), newest first.
    ///
    /// The walk continues until it is past all commits that only one side has, so equal times do no
    /// harm. If a commit is older than its parent, it continues to the roots.
    fn walk(&mut self, first: &[ObjectId], second: ObjectId) -> Result<Walk, ObjectError> {
        let mut walk = Walk { horizon: i64::MAX, ..Walk::default() };
        for id in first {
            walk.paint(*id, FIRST, self.node(*id)?.time);
        }
        walk.paint(second, SECOND, self.node(second)?.time);
        while let Some((time, id)) = walk.next() {
            let mut flags = walk.flags[&id];
            if flags == BOTH {
                walk.common.insert(id);
                flags |= STALE;
            } else if flags & STALE == 0 {
                walk.horizon = walk.horizon.min(time);
            }
            for parent in self.node(id)?.parents.clone() {
                let parent_time = self.node(parent)?.time;
                if parent_time > time {
                    walk.horizon = i64::MIN;
                }
                walk.paint(parent, flags, parent_time);
            }
        }
        Ok(walk)
    }

    fn node(&mut self, id: ObjectId) -> Result<&Node, ObjectError> {
        if !self.nodes.contains_key(&id) {
            let commit = self.repo.read_commit(id)?;
            let is_shallow = self.shallow.contains(&id);
            let node = Node {
                is_merge: (self.is_merge)(&commit),
                parents: if is_shallow { Vec::new() } else { commit.parents.to_vec() },
                time: commit.committer.time.seconds,
            };
            self.nodes.insert(id, node);
        }
        Ok(&self.nodes[&id])
    }
}

/// A walk from the newest commit to older ones.
#[derive(Default)]
struct Walk {
    flags: BTreeMap<ObjectId, u8>,
    queue: BinaryHeap<(i64, ObjectId)>,
    /// Whether a commit is in the queue.
    waiting: HashMap<ObjectId, bool>,
    /// The number of queued commits that are not stale.
    fresh: usize,
    /// The time before which stale commits need not be visited.
    horizon: i64,
    common: BTreeSet<ObjectId>,
}

impl Walk {
    fn paint(&mut self, id: ObjectId, with: u8, time: i64) {
        let flags = self.flags.entry(id).or_default();
        let (old, new) = (*flags, *flags | with);
        if old == new {
            return;
        }
        *flags = new;
        let is_waiting = self.waiting.insert(id, true) == Some(true);
        let was_fresh = is_waiting && old & STALE == 0;
        self.fresh += usize::from(new & STALE == 0);
        self.fresh -= usize::from(was_fresh);
        if !is_waiting {
            self.queue.push((time, id));
        }
    }

    fn only(&self, side: u8) -> Vec<ObjectId> {
        let painted = self.flags.iter().filter(|(_, flags)| **flags == side);
        painted.map(|(id, _)| *id).collect()
    }

    fn next(&mut self) -> Option<(i64, ObjectId)> {
        let (time, _) = self.queue.peek()?;
        if self.fresh == 0 && *time < self.horizon {
            return None;
        }
        let (time, id) = self.queue.pop()?;
        self.waiting.insert(id, false);
        self.fresh -= usize::from(self.flags[&id] & STALE == 0);
        Some((time, id))
    }
}
