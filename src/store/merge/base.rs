//! Three-way merge of trees, and the base to merge from.

use std::collections::HashMap;

use gix::ObjectId;
use gix::objs::Commit;

use super::super::{Displaced, Store, StoreError, Unexpected};
use super::compare::{Difference, compare};
use super::decide::{Decision, decide};
use super::rows::Sides;
use super::trees::Trees;
use crate::git::RawTree;
use crate::ledger::{Edit, Graph};
use crate::model::{Project, SessionId, Timestamp};

/// The limit for merging merge bases recursively. Beyond it only the first base counts, so that a
/// history with many criss-cross merges is not read to its start every time.
const DEPTH: usize = 16;

/// The result of merging trees.
#[derive(Debug, Default)]
pub(super) struct MergedTrees {
    /// The decisions, one for each session that may have to be merged.
    pub decisions: Vec<((Project, SessionId), Decision)>,
    /// Entries of their side that the layout does not know. They are preserved.
    pub unknown: Vec<Unexpected>,
    /// Entries of one side in the place of the other side's records. They are moved aside.
    pub displaced: Vec<Displaced>,
    edits: Vec<Edit>,
}

/// Compares two trees of a store. Ours is the same as the base or theirs, so no record is merged.
pub(super) fn compare_trees(
    store: &Store,
    trees: &Trees<'_>,
    roots: Sides,
) -> Result<MergedTrees, StoreError> {
    merge_trees(store, trees, roots, [Timestamp::EPOCH; 2])
}

/// Merges the trees of two stores. Only merged records are written.
///
/// `told` holds the times of the two tips. A later time in a record comes from a wrong clock and
/// does not count. No other clock is consulted, since the result must depend on the tips alone.
pub(super) fn merge_trees(
    store: &Store,
    trees: &Trees<'_>,
    roots: Sides,
    told: [Timestamp; 2],
) -> Result<MergedTrees, StoreError> {
    let Difference { records, edits, unknown, displaced } = compare(trees, roots)?;
    let mut merged = MergedTrees { decisions: Vec::new(), unknown, displaced, edits };
    for key in records {
        let mut decision = decide(store, trees, roots, told, &key)?;
        merged.unknown.append(&mut decision.unknown);
        merged.displaced.append(&mut decision.displaced);
        merged.decisions.push((key, decision));
    }
    Ok(merged)
}

impl MergedTrees {
    /// Writes our tree with the decisions applied.
    pub fn write(&self, store: &Store, ours: Option<ObjectId>) -> Result<ObjectId, StoreError> {
        let records = self.decisions.iter().flat_map(|(_, decision)| &decision.edits);
        let mut edits = self.edits.iter().chain(records).cloned().peekable();
        match ours {
            Some(ours) if edits.peek().is_none() => Ok(ours),
            Some(ours) => store.write_tree(&store.repository().read_tree(ours)?, edits),
            None => store.write_tree(&RawTree::empty(), edits),
        }
    }
}

/// Returns a commit's tree and time.
pub(super) fn tree_and_time(commit: &Commit) -> (ObjectId, Timestamp) {
    (commit.tree, crate::ledger::commit_time(commit))
}

/// Finds the base tree of a merge, and makes one if there are several merge bases.
pub(super) struct Bases<'s> {
    store: &'s Store,
    made: HashMap<Vec<ObjectId>, Option<ObjectId>>,
}

impl<'s> Bases<'s> {
    pub fn new(store: &'s Store) -> Self {
        Self { store, made: HashMap::new() }
    }

    /// Returns the tree of the only base, or of several merged in the order of their ids; None if
    /// there is no base.
    pub fn tree(
        &mut self,
        graph: &mut Graph<'_>,
        trees: &Trees<'_>,
        bases: &[ObjectId],
    ) -> Result<Option<ObjectId>, StoreError> {
        self.merged(graph, trees, bases, DEPTH)
    }

    fn merged(
        &mut self,
        graph: &mut Graph<'_>,
        trees: &Trees<'_>,
        bases: &[ObjectId],
        depth: usize,
    ) -> Result<Option<ObjectId>, StoreError> {
        let Some((first, others)) = bases.split_first() else { return Ok(None) };
        let repo = self.store.repository();
        let (mut merged, mut told) = tree_and_time(&repo.read_commit(*first)?);
        if others.is_empty() || depth == 0 {
            return Ok(Some(merged));
        }
        if let Some(made) = self.made.get(bases) {
            return Ok(*made);
        }
        for (done, next) in others.iter().enumerate() {
            let (theirs, their_time) = tree_and_time(&repo.read_commit(*next)?);
            let below = graph.relation(&bases[..=done], *next)?.bases;
            let base = self.merged(graph, trees, &below, depth - 1)?;
            let roots = [base, Some(merged), Some(theirs)];
            merged = merge_trees(self.store, trees, roots, [told, their_time])?
                .write(self.store, Some(merged))?;
            told = told.max(their_time);
        }
        self.made.insert(bases.to_vec(), Some(merged));
        Ok(Some(merged))
    }
}
