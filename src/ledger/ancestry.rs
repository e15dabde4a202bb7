//! How two tips are related: what only one of them has, and where they parted.

use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap};

use gix::ObjectId;
use gix::objs::Commit;

use crate::git::{ObjectError, Repository};

/// What two tips have of each other.
#[derive(Debug, Default)]
pub(crate) struct Relation {
    /// The commits that only the first has.
    pub ahead: Vec<ObjectId>,
    /// The commits that only the second has.
    pub behind: Vec<ObjectId>,
    /// The last commits that both have, sorted: none of them is in another one's past.
    pub bases: Vec<ObjectId>,
}

/// Commits, as far as a walk needs them, each read once.
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
/// In the past of a commit that both have.
const STALE: u8 = 4;

impl<'r> Graph<'r> {
    /// `is_merge` tells a commit that a merge made and that says nothing of its own.
    pub fn new(repo: &'r Repository, is_merge: fn(&Commit) -> bool) -> Result<Self, ObjectError> {
        Ok(Self { repo, is_merge, nodes: HashMap::new(), shallow: repo.shallow_commits()? })
    }

    /// True for a commit that a merge made and that says nothing of its own.
    pub fn is_merge(&mut self, id: ObjectId) -> Result<bool, ObjectError> {
        Ok(self.node(id)?.is_merge)
    }

    /// Compares all that some commits have with all that another one has.
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

    /// Git's way to find merge bases (commit-reach.c, paint_down_to_common), newest first.
    ///
    /// It goes on until it is past everything that only one side has, so that equal times do not
    /// matter, and to the very start where it meets a commit that is older than its parent.
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
    /// For what waits in the queue: whether it is there already.
    waiting: HashMap<ObjectId, bool>,
    /// How many of these are not stale.
    fresh: usize,
    /// How old a commit must be to be of no interest when nothing fresh waits.
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
