//! Chooses events of the file and new ones, in their common order.

use std::collections::{BTreeMap, BTreeSet};

use gix::ObjectId;

use super::file::Past;
use super::filter::{EventFilter, KindFilter};
use super::layout::{KNOWN, NONE};
use super::new::New;
use super::order::{Sequence, simultaneous};
use super::rows::{EventKind, MERGE};

/// An event that may be wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) struct Candidate {
    pub id: ObjectId,
    /// A merge of histories comes before it.
    pub is_branched: bool,
}

/// Returns true if the events of the file have the same order after the new ones as among
/// themselves, and are all in the past of the tips.
pub(super) fn continues(past: &Past, new: &New, order: &Sequence) -> Option<bool> {
    let tips: BTreeSet<u32> = known(&new.tips).collect();
    let mut children: BTreeMap<u32, i64> = BTreeMap::new();
    for place in &order.places {
        let time = order.times[*place as usize];
        for event in known(new.rows.parents.of(*place as usize)) {
            let latest = children.entry(event).or_insert(time);
            *latest = time.max(*latest);
        }
    }
    if !tips.contains(&0) && !children.contains_key(&0) {
        return Some(false);
    }
    for event in tips.iter().chain(children.keys()) {
        let (own, time) = (past.own_time(*event)?, past.time(*event)?);
        let reached = match children.get(event) {
            Some(latest) if !tips.contains(event) => own.min(*latest),
            _ => own,
        };
        // The newest event of the file was a tip. Others had children, so that they may have had
        // a later visit.
        let is_same = if *event == 0 { reached == time } else { reached <= time };
        if !is_same {
            return Some(false);
        }
    }
    Some(true)
}

fn known(places: &[u32]) -> impl Iterator<Item = u32> {
    places.iter().filter(|place| **place >= KNOWN).map(|place| place - KNOWN)
}

/// Chooses events of the file alone, in the past of one of them. Returns None if clocks were wrong:
/// the order then depends on where it begins.
pub(super) fn select_below(past: &Past, top: u32, filter: &EventFilter) -> Option<Vec<Candidate>> {
    if !past.wrong.is_empty() {
        return None;
    }
    let mut is_below = vec![false; past.len() as usize];
    is_below[top as usize] = true;
    past.each_parents(top..past.len(), |event, parents| {
        if is_below[event as usize] {
            parents.iter().for_each(|parent| is_below[*parent as usize] = true);
        }
    })?;
    let kinds = past.kinds(top..past.len())?;
    let is_merge =
        |(event, kind): &(u32, EventKind)| is_below[*event as usize] && kind.flags & MERGE != 0;
    let merge = (top..).zip(kinds).find(is_merge).map_or(NONE, |(event, _)| event);
    let mut events = of_file(past, filter)?;
    events.retain(|event| is_below[*event as usize]);
    let mut chosen = Chosen::new(past, events)?;
    chosen.merge = merge;
    chosen.until(past.len());
    Some(chosen.candidates)
}

/// Chooses events of the file and new ones.
pub(super) fn select(
    past: &Past,
    new: &New,
    order: &Sequence,
    filter: &EventFilter,
) -> Option<Vec<Candidate>> {
    let rows = &new.rows;
    let session = filter.session.map(|id| rows.sessions.all.iter().position(|it| *it == id));
    let kinds: KindFilter = filter.with(&rows.vocabulary);
    let is_wanted = |place: usize| {
        let touches =
            |at: Option<usize>| at.is_some_and(|at| rows.touched.of(place).contains(&(at as u32)));
        session.is_none_or(touches) && kinds.wants(rows.kinds[place])
    };
    let mut chosen = Chosen::new(past, of_file(past, filter)?)?;
    let same = |a: &u32, b: &u32| order.times[*a as usize] == order.times[*b as usize];
    for group in order.places.chunk_by(same) {
        let time = order.times[group[0] as usize];
        let (start, end) = (past.first_until(time)?, past.first_until(time.checked_sub(1)?)?);
        chosen.until(start);
        let mut members: Vec<(ObjectId, Vec<u32>)> = Vec::new();
        for place in group {
            let place = *place as usize;
            members.push((rows.ids[place], rows.parents.of(place).to_vec()));
        }
        let mut names = group.to_vec();
        let ids = past.ids(start..end)?;
        past.each_parents(start..end, |event, parents| {
            names.push(event | KNOWN);
            let parents = parents.iter().map(|it| it | KNOWN).collect();
            members.push((ids[(event - start) as usize], parents));
        })?;
        let known_kinds = past.kinds(start..end)?;
        // New events alone are in order already.
        let names = if start == end { names } else { simultaneous(&names, &members) };
        for name in names {
            let kind = if name < KNOWN {
                let place = name as usize;
                if is_wanted(place) {
                    chosen.add(rows.ids[place]);
                }
                rows.kinds[place]
            } else {
                let at = (name - KNOWN - start) as usize;
                if chosen.has(name - KNOWN) {
                    chosen.add(ids[at]);
                }
                known_kinds[at]
            };
            chosen.is_branched |= kind.flags & MERGE != 0;
        }
        chosen.skip(end);
    }
    chosen.until(past.len());
    Some(chosen.candidates)
}

/// Returns the events of the file that may be wanted.
fn of_file(past: &Past, filter: &EventFilter) -> Option<Vec<u32>> {
    if let Some(session) = filter.session {
        return past.touching(session);
    }
    let wanted = filter.with(&past.vocabulary);
    let kinds = (0..).zip(past.kinds(0..past.len())?);
    Some(kinds.filter(|(_, kind)| wanted.wants(*kind)).map(|(event, _)| event).collect())
}

/// The candidates as they come.
struct Chosen {
    /// Those of the file, and their ids.
    events: Vec<u32>,
    ids: Vec<ObjectId>,
    next: usize,
    merge: u32,
    is_branched: bool,
    candidates: Vec<Candidate>,
}

impl Chosen {
    fn new(past: &Past, events: Vec<u32>) -> Option<Self> {
        // Many are read at once.
        let ids = if events.len() > past.len() as usize / 8 {
            let all = past.ids(0..past.len())?;
            events.iter().map(|event| all[*event as usize]).collect()
        } else {
            events.iter().map(|event| past.id(*event)).collect::<Option<_>>()?
        };
        let (next, merge, is_branched) = (0, past.merge, false);
        Some(Self { events, ids, next, merge, is_branched, candidates: Vec::new() })
    }

    fn add(&mut self, id: ObjectId) {
        self.candidates.push(Candidate { id, is_branched: self.is_branched });
    }

    fn has(&self, event: u32) -> bool {
        self.events.binary_search(&event).is_ok()
    }

    /// Adds those of the file that come before this position.
    fn until(&mut self, end: u32) {
        while let Some(event) = self.events.get(self.next).filter(|event| **event < end) {
            let is_branched = self.is_branched || self.merge < *event;
            self.candidates.push(Candidate { id: self.ids[self.next], is_branched });
            self.next += 1;
        }
        self.is_branched |= self.merge < end;
    }

    /// Leaves out those of the file that come before this position.
    fn skip(&mut self, end: u32) {
        self.next = self.events.partition_point(|event| *event < end);
    }
}
