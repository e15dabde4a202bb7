use std::collections::{BTreeSet, HashMap, HashSet};

use super::file::Past;
use super::filter::EventFilter;
use super::layout::KNOWN;
use super::new::New;
use super::order::Sequence;
use super::select::{Candidate, continues, select, select_below};
use super::words::OTHER;
use crate::model::SessionId;

/// The events of the file, and new ones.
pub(in crate::store) struct Joined {
    pub(super) past: Past,
    pub(super) new: New,
}

impl Joined {
    /// Returns the events that may be wanted, in their order.
    pub fn candidates(&self, filter: &EventFilter) -> Option<Vec<Candidate>> {
        let (past, new) = (&self.past, &self.new);
        let order = self.new_order();
        if continues(past, new, &order)? {
            return select(past, new, &order, filter);
        }
        match (new.rows.len(), new.tips.as_slice()) {
            (0, [top]) => select_below(past, top - KNOWN, filter),
            _ => None,
        }
    }

    fn new_order(&self) -> Sequence {
        let count = self.new.rows.len();
        let tips = self.new.tips.iter().copied().filter(|tip| (*tip as usize) < count);
        Sequence::of(&self.new.rows, &tips.collect::<Vec<_>>())
    }

    /// Returns the sessions that events touched.
    pub fn touched(&self, wants: impl Fn(&SessionId) -> bool) -> Option<BTreeSet<SessionId>> {
        if !continues(&self.past, &self.new, &self.new_order())? {
            return None;
        }
        let known = self.past.all_sessions()?.into_iter().map(|(id, _)| id);
        Some(known.chain(self.new.rows.sessions.all.iter().copied()).filter(wants).collect())
    }

    /// Returns the sessions whose oldest event is by a wanted author.
    pub fn made_by(&self, wants: impl Fn(&str) -> bool) -> Option<HashSet<SessionId>> {
        let (past, rows, order) = (&self.past, &self.new.rows, self.new_order());
        if !continues(past, &self.new, &order)? {
            return None;
        }
        // Of each session: when its oldest event was, and whether it is by one of them.
        let mut makers: HashMap<SessionId, (i64, bool)> = HashMap::new();
        for place in order.places.iter().map(|place| *place as usize) {
            let author = rows.vocabulary.authors.word(rows.kinds[place].author)?;
            for session in rows.touched.of(place) {
                let id = rows.sessions.all[*session as usize];
                makers.insert(id, (order.times[place], wants(author)));
            }
        }
        let authors = past.vocabulary.authors.all().iter().map(|author| wants(author));
        let is_wanted: Vec<bool> = authors.collect();
        let kinds = past.kinds(0..past.len())?;
        let mut start = 0;
        for (id, end) in past.all_sessions()? {
            let oldest = *past.touches(start..end)?.last()?;
            start = end;
            let author = kinds[oldest as usize].author;
            if author == OTHER {
                return None;
            }
            // What is new is rarely the oldest, and of equal times only the order tells.
            if makers
                .get(&id)
                .is_some_and(|(time, _)| past.time(oldest).is_none_or(|it| *time <= it))
            {
                return None;
            }
            makers.insert(id, (0, *is_wanted.get(usize::from(author))?));
        }
        Some(makers.into_iter().filter(|(_, (_, wanted))| *wanted).map(|(id, _)| id).collect())
    }
}
