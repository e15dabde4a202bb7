//! Compares two tips: the commits that only one of them has, and their merge bases.

use std::collections::HashMap;

use gix::ObjectId;
use gix::objs::Commit;

use super::paint::{BOTH, Limit, Painted, Rank, SIDES, STALE, Walk};
use crate::git::{CommitGraph, ObjectError, Repository};

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
    pub(super) nodes: HashMap<ObjectId, Node>,
    shallow: Vec<ObjectId>,
    graph: CommitGraph,
}

#[derive(Clone)]
pub(super) struct Node {
    parents: Vec<ObjectId>,
    rank: Rank,
    is_merge: bool,
}

const FIRST: u8 = SIDES[0];
const SECOND: u8 = SIDES[1];

impl<'r> Graph<'r> {
    /// Makes an empty graph. `is_merge` recognizes merge commits that make no changes of their own.
    pub fn new(repo: &'r Repository, is_merge: fn(&Commit) -> bool) -> Result<Self, ObjectError> {
        let (shallow, graph) = (repo.shallow_commits()?, repo.commit_graph());
        Ok(Self { repo, is_merge, nodes: HashMap::new(), shallow, graph })
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
        let painted = self.walk(first, second)?;
        let common: Vec<_> = painted.common().collect();
        let mut bases = Vec::new();
        for id in &common {
            let others: Vec<_> = common.iter().copied().filter(|other| other != id).collect();
            if others.is_empty() || self.walk(&others, *id)?.only(SECOND).next().is_some() {
                bases.push(*id);
            }
        }
        bases.sort();
        let only = |side| painted.only(side).collect();
        Ok(Relation { ahead: only(FIRST), behind: only(SECOND), bases })
    }

    /// Returns true if `past` is `tip` or one of its ancestors. The walk ends where it is met, which
    /// is soon if both are new, whatever their dates are.
    pub fn contains(&mut self, tip: ObjectId, past: ObjectId) -> Result<bool, ObjectError> {
        let mut walk = Walk::default();
        walk.paint(tip, FIRST, self.node(tip)?.rank);
        walk.paint(past, SECOND, self.node(past)?.rank);
        while !walk.painted.is_both(&past)
            && let Some((id, flags)) = walk.next_open()
        {
            self.visit(&mut walk, id, flags)?;
        }
        if walk.painted.is_both(&past) {
            return Ok(true);
        }
        let painted = self.finish(walk)?;
        Ok(painted.is_both(&past))
    }

    /// Finds common ancestors like git (commit-reach.c, paint_down_to_common).
    fn walk(&mut self, first: &[ObjectId], second: ObjectId) -> Result<Painted, ObjectError> {
        let mut walk = Walk::default();
        for id in first {
            walk.paint(*id, FIRST, self.node(*id)?.rank);
        }
        walk.paint(second, SECOND, self.node(second)?.rank);
        while let Some((id, flags)) = walk.next_open() {
            self.visit(&mut walk, id, flags)?;
        }
        self.finish(walk)
    }

    /// Visits what may show that a commit which only one side seems to have is common.
    fn finish(&mut self, mut walk: Walk) -> Result<Painted, ObjectError> {
        let Some(limit) = self.limit(&walk.painted) else { return Ok(walk.painted) };
        while let Some((id, flags)) = walk.next_common(limit) {
            self.visit(&mut walk, id, flags)?;
        }
        Ok(walk.painted)
    }

    fn visit(&mut self, walk: &mut Walk, id: ObjectId, flags: u8) -> Result<(), ObjectError> {
        let flags = if flags & BOTH == BOTH { flags | STALE } else { flags };
        let node = self.node(id)?.clone();
        for parent in node.parents {
            let rank = self.node(parent)?.rank;
            walk.distrust_dates_if(rank.time > node.rank.time);
            walk.paint(parent, flags, rank);
        }
        Ok(())
    }

    /// Returns what is below all commits that only one side has; None if there are none. A commit
    /// that is older than one in its past is given the date of that one.
    fn limit(&self, painted: &Painted) -> Option<Limit> {
        let mut times: HashMap<ObjectId, i64> = HashMap::new();
        let mut limit: Option<Limit> = None;
        let mut left: Vec<_> = SIDES.iter().flat_map(|side| painted.only(*side)).collect();
        while let Some(id) = left.last().copied() {
            let Some(node) = self.nodes.get(&id) else { break };
            let open = |id: &&ObjectId| painted.is_open(id) && !times.contains_key(*id);
            let first: Vec<_> = node.parents.iter().filter(open).copied().collect();
            if !first.is_empty() {
                left.extend(first);
                continue;
            }
            left.pop();
            let known = |id: &ObjectId| {
                times.get(id).copied().or_else(|| self.nodes.get(id).map(|node| node.rank.time))
            };
            let time = node.parents.iter().filter_map(known).fold(node.rank.time, i64::max);
            times.insert(id, time);
            limit = Some(Limit::of(time, node.rank.generation).min(limit));
        }
        limit
    }

    fn node(&mut self, id: ObjectId) -> Result<&Node, ObjectError> {
        if !self.nodes.contains_key(&id) {
            let commit = self.repo.read_commit(id)?;
            let is_shallow = self.shallow.contains(&id);
            let time = commit.committer.time.seconds;
            let node = Node {
                is_merge: (self.is_merge)(&commit),
                parents: if is_shallow { Vec::new() } else { commit.parents.to_vec() },
                rank: Rank { generation: self.graph.generation(id), time, id },
            };
            self.nodes.insert(id, node);
        }
        Ok(&self.nodes[&id])
    }
}
