use std::collections::BTreeSet;

use super::order::Ranked;
use crate::model::Value;

/// Merges two sets: applies the additions and removals of both sides.
///
/// The items of the base keep their order; new items follow, sorted.
pub(in crate::model) fn merge(base: &[Value], ours: &[Value], theirs: &[Value]) -> Vec<Value> {
    let set = |list| -> BTreeSet<Ranked<'_>> { <[Value]>::iter(list).map(Ranked).collect() };
    let (before, ours, theirs) = (set(base), set(ours), set(theirs));
    let mut left: BTreeSet<_> = ours.intersection(&theirs).copied().collect();
    let kept = base.iter().map(Ranked).filter(|item| left.remove(item));
    let kept: Vec<_> = kept.collect();
    let added = ours.union(&theirs).copied().filter(|item| !before.contains(item));
    kept.into_iter().chain(added).map(|item| item.0.clone()).collect()
}
