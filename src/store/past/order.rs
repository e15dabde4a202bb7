//! The order of events, newest first: the same as that of a walk
//! ([`Commits`](crate::ledger::Commits)), found without one.
//!
//! A walk gives each commit the time of its first visit: its own, or that of the child from which it
//! was reached if that is earlier. It visits the latest first, so that is the latest of all its
//! children's. Commits are then in the order of these times, and among equal ones none follows one
//! of its ancestors.

use std::collections::{BTreeMap, BinaryHeap};

use gix::ObjectId;

use super::rows::Rows;

/// The order of some events.
#[derive(Default)]
pub struct Sequence {
    /// The events' places, newest first.
    pub places: Vec<u32>,
    /// The time of each place's first visit; meaningless for those that are not in the order.
    pub times: Vec<i64>,
}

impl Sequence {
    /// Puts these events and their ancestors in order. Parents beyond the end of the rows count for
    /// nothing.
    pub fn of(rows: &Rows, tips: &[u32]) -> Self {
        let parents = |place: u32| {
            rows.parents.of(place as usize).iter().copied().filter(|it| (*it as usize) < rows.len())
        };
        let mut children = vec![0_u32; rows.len()];
        let mut is_reached = vec![false; rows.len()];
        let mut left: Vec<u32> = Vec::new();
        for tip in tips {
            if !std::mem::replace(&mut is_reached[*tip as usize], true) {
                left.push(*tip);
            }
        }
        while let Some(place) = left.pop() {
            for parent in parents(place) {
                children[parent as usize] += 1;
                if !std::mem::replace(&mut is_reached[parent as usize], true) {
                    left.push(parent);
                }
            }
        }
        let mut latest = vec![i64::MIN; rows.len()];
        tips.iter().for_each(|tip| latest[*tip as usize] = i64::MAX);
        let mut times = vec![0; rows.len()];
        let mut places: Vec<u32> = Vec::new();
        left.extend(
            (0..rows.len() as u32)
                .filter(|it| is_reached[*it as usize] && children[*it as usize] == 0),
        );
        while let Some(place) = left.pop() {
            let at = place as usize;
            times[at] = rows.times[at].min(latest[at]);
            places.push(place);
            for parent in parents(place) {
                let parent_at = parent as usize;
                latest[parent_at] = latest[parent_at].max(times[at]);
                children[parent_at] -= 1;
                if children[parent_at] == 0 {
                    left.push(parent);
                }
            }
        }
        places.sort_by_key(|place| std::cmp::Reverse(times[*place as usize]));
        let mut order = Self { places: Vec::with_capacity(places.len()), times };
        for group in places.chunk_by(|a, b| order.times[*a as usize] == order.times[*b as usize]) {
            let ids = group.iter().map(|place| rows.ids[*place as usize]);
            let members: Vec<_> = ids.zip(group.iter().map(|it| parents(*it).collect())).collect();
            order.places.extend(simultaneous(group, &members));
        }
        order
    }
}

/// Orders events of one time. Each is named by a number, and has an id and its parents' numbers.
pub fn simultaneous(names: &[u32], members: &[(ObjectId, Vec<u32>)]) -> Vec<u32> {
    if let [only] = names {
        return vec![*only];
    }
    let at: BTreeMap<u32, usize> = names.iter().enumerate().map(|(at, name)| (*name, at)).collect();
    let mut children = vec![0; names.len()];
    let parents = |of: usize| members[of].1.iter().filter_map(|parent| at.get(parent).copied());
    (0..names.len()).flat_map(parents).for_each(|parent| children[parent] += 1);
    let free = (0..names.len()).filter(|of| children[*of] == 0);
    let mut free: BinaryHeap<_> = free.map(|of| (members[of].0, of)).collect();
    let mut order = Vec::with_capacity(names.len());
    while let Some((_, of)) = free.pop() {
        order.push(names[of]);
        for parent in parents(of) {
            children[parent] -= 1;
            if children[parent] == 0 {
                free.push((members[parent].0, parent));
            }
        }
    }
    order
}
