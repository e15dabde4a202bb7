//! The order in which a comparison of two tips visits commits, and where it may end.
//!
//! A commit that only one tip has is certain not to be an ancestor of the other only if nothing
//! that is left to visit can lead to it. Dates do not tell: clocks may be wrong. Generation numbers
//! do, for the commits that have them. For the others dates count, but the walk goes on for some
//! commits beyond them, and longer once it has seen a commit that is older than its parent.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BinaryHeap, HashMap};

use gix::ObjectId;

/// The ancestors of the first and of the second tip.
pub(super) const SIDES: [u8; 2] = [1, 2];
/// The ancestors of both.
pub(super) const BOTH: u8 = SIDES[0] | SIDES[1];
/// An ancestor of a common commit.
pub(super) const STALE: u8 = 4;

/// How many commits are visited although their dates say that they need not be.
const SLOP: usize = 256;

/// The same after a commit that is older than its parent.
const LONG_SLOP: usize = 2048;

/// After so many commits, the side that has got less far has its turn. If its clock was behind,
/// dates alone would first lead far down the other one.
const TURN: usize = 8;

/// What decides when a commit is visited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rank {
    /// A number larger than those of the parents. If a commit has none, it is no ancestor of one
    /// that has.
    pub generation: Option<u32>,
    pub time: i64,
    pub id: ObjectId,
}

impl Ord for Rank {
    fn cmp(&self, other: &Self) -> Ordering {
        let number = |rank: &Self| rank.generation.unwrap_or(u32::MAX);
        let by_number = number(self).cmp(&number(other));
        by_number.then(self.time.cmp(&other.time)).then_with(|| self.id.cmp(&other.id))
    }
}

impl PartialOrd for Rank {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// What a walk has found.
#[derive(Default)]
pub(super) struct Painted {
    flags: BTreeMap<ObjectId, u8>,
}

impl Painted {
    /// Returns the commits that only this side has.
    pub fn only(&self, side: u8) -> impl Iterator<Item = ObjectId> {
        self.flags.iter().filter(move |(_, flags)| **flags == side).map(|(id, _)| *id)
    }

    /// Returns true for a commit that only one side has, as far as is known.
    pub fn is_open(&self, id: &ObjectId) -> bool {
        self.flags.get(id).is_some_and(|flags| SIDES.contains(flags))
    }

    /// Returns true for a commit that both sides have.
    pub fn is_both(&self, id: &ObjectId) -> bool {
        self.flags.get(id).is_some_and(|flags| flags & BOTH == BOTH)
    }

    /// Returns the common commits that are not known to be ancestors of other ones.
    pub fn common(&self) -> impl Iterator<Item = ObjectId> {
        self.only(BOTH)
    }
}

/// A walk from the newest commits to older ones.
#[derive(Default)]
pub(super) struct Walk {
    pub painted: Painted,
    /// Those to be visited: of the one side, of the other, and common ones. If a commit is in
    /// several, only its entry according to `waiting` counts.
    queues: [BinaryHeap<Rank>; 3],
    waiting: HashMap<ObjectId, usize>,
    /// How many commits of each side were visited.
    counts: [usize; 2],
    visited: usize,
    /// The number of common commits that were visited although their date says that they need not
    /// be.
    slop: usize,
    distrusts_dates: bool,
}

/// The queue of common commits.
const COMMON: usize = 2;

/// The oldest date and the smallest generation number of the commits that only one side has.
#[derive(Clone, Copy)]
pub(super) struct Limit {
    oldest: i64,
    smallest: Option<u32>,
}

impl Limit {
    pub fn of(time: i64, generation: Option<u32>) -> Self {
        Self { oldest: time, smallest: generation }
    }

    pub fn min(self, other: Option<Self>) -> Self {
        let Some(other) = other else { return self };
        let smallest = [self.smallest, other.smallest].into_iter().flatten().min();
        Self { oldest: self.oldest.min(other.oldest), smallest }
    }
}

impl Walk {
    /// Adds these flags to a commit. If it has new ones, it is to be visited, once more if need be.
    pub fn paint(&mut self, id: ObjectId, with: u8, rank: Rank) {
        let flags = self.painted.flags.entry(id).or_default();
        if *flags | with == *flags {
            return;
        }
        *flags |= with;
        let queue = SIDES.iter().position(|side| side == flags).unwrap_or(COMMON);
        if self.waiting.insert(id, queue) != Some(queue) {
            self.queues[queue].push(rank);
        }
    }

    /// Notes that a commit may be older than its parent.
    pub fn distrust_dates_if(&mut self, is_older: bool) {
        self.distrusts_dates |= is_older;
    }

    /// Takes the next commit to visit, with its flags, as long as a side has commits that do not
    /// seem common.
    pub fn next_open(&mut self) -> Option<(ObjectId, u8)> {
        let tops = [0, 1, COMMON].map(|queue| self.top(queue));
        if tops[0].is_none() && tops[1].is_none() {
            return None;
        }
        let newest = [0, 1, COMMON].into_iter().max_by_key(|queue| tops[*queue])?;
        let lagging = usize::from(self.counts[1] < self.counts[0]);
        // What is common comes first, so that it overtakes what only seems not to be.
        let has_turn = self.visited % TURN == TURN - 1 && tops[lagging] > tops[COMMON];
        let queue = if has_turn { lagging } else { newest };
        self.visited += 1;
        if let Some(count) = self.counts.get_mut(queue) {
            *count += 1;
        }
        self.take(queue)
    }

    /// Takes the next common commit that may have ancestors among those within the limit.
    pub fn next_common(&mut self, limit: Limit) -> Option<(ObjectId, u8)> {
        loop {
            let rank = self.top(COMMON)?;
            let next = self.take(COMMON);
            let may_lead_back = match rank.generation {
                Some(number) => limit.smallest.is_some_and(|smallest| smallest < number),
                None if limit.oldest <= rank.time => true,
                None => {
                    self.slop += 1;
                    self.slop <= if self.distrusts_dates { LONG_SLOP } else { SLOP }
                }
            };
            if may_lead_back {
                return next;
            }
        }
    }

    fn take(&mut self, queue: usize) -> Option<(ObjectId, u8)> {
        let id = self.queues[queue].pop()?.id;
        self.waiting.remove(&id);
        Some((id, self.painted.flags[&id]))
    }

    fn top(&mut self, queue: usize) -> Option<Rank> {
        while let Some(rank) = self.queues[queue].peek() {
            if self.waiting.get(&rank.id) == Some(&queue) {
                return Some(*rank);
            }
            self.queues[queue].pop();
        }
        None
    }
}
