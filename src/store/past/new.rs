use std::collections::HashMap;

use gix::ObjectId;

use super::file::Past;
use super::layout::KNOWN;
use super::rows::{Lists, Rows};
use super::words::Words;
use crate::git::Repository;

/// Events that are not in the file, read from their commits.
pub struct New {
    pub rows: Rows,
    pub tips: Vec<u32>,
}

impl New {
    /// Reads these events and those of their ancestors that are not in the file. Returns None if
    /// there are more than `limit`, if one of them cannot be read, or if the file is damaged.
    pub fn find(
        repo: &Repository,
        past: Option<&Past>,
        tips: &[ObjectId],
        limit: usize,
    ) -> Option<Self> {
        let mut rows = Rows::default();
        let mut places: HashMap<ObjectId, u32> = HashMap::new();
        let mut place = |rows: &mut Rows, id: ObjectId| {
            if let Some(place) = places.get(&id) {
                return Some(*place);
            }
            let known = past.map_or(Some(None), |past| past.find(&id))?;
            let place = known.map(|event| event | KNOWN).unwrap_or_else(|| {
                rows.ids.push(id);
                rows.ids.len() as u32 - 1
            });
            places.insert(id, place);
            Some(place)
        };
        let tips = tips.iter().map(|id| place(&mut rows, *id)).collect::<Option<_>>()?;
        let mut next = 0;
        while let Some(id) = rows.ids.get(next).copied() {
            if next == limit {
                return None;
            }
            let commit = repo.read_commit(id).ok()?;
            let parents = commit.parents.iter().map(|id| place(&mut rows, *id));
            let parents = parents.collect::<Option<Vec<_>>>()?;
            rows.parents.push(parents);
            rows.add(&commit);
            next += 1;
        }
        Some(Self { rows, tips })
    }

    /// Adds them to the events of the file.
    pub fn onto(self, past: Option<&Past>) -> Option<(Rows, Vec<u32>)> {
        let Some(past) = past else { return Some((self.rows, self.tips)) };
        let mut all = past.rows()?;
        let shift = past.len();
        let moved = |place: u32| if place < KNOWN { place + shift } else { place - KNOWN };
        for place in 0..self.rows.len() {
            all.parents.push(self.rows.parents.of(place).iter().map(|it| moved(*it)));
            all.take(&self.rows, place)?;
        }
        all.ids.extend(self.rows.ids);
        Some((all, self.tips.into_iter().map(moved).collect()))
    }
}

impl Rows {
    /// Adds an event of other rows.
    fn take(&mut self, from: &Rows, place: usize) -> Option<()> {
        let (mut kind, old, new) = (from.kinds[place], &from.vocabulary, &mut self.vocabulary);
        // A word that has no number there has none here.
        let number = |old: u16, of: &Words, new: &mut Words| {
            of.word(old).map_or(old, |word| new.number(word))
        };
        kind.op = number(kind.op, &old.ops, &mut new.ops);
        kind.author = number(kind.author, &old.authors, &mut new.authors);
        kind.replica = number(kind.replica, &old.replicas, &mut new.replicas);
        self.kinds.push(kind);
        self.times.push(from.times[place]);
        let sessions = from.touched.of(place).iter();
        let ids = sessions.map(|it| from.sessions.all[*it as usize]).collect::<Vec<_>>();
        self.touched.push(ids.into_iter().map(|id| self.sessions.number(id)).collect::<Vec<_>>());
        Some(())
    }
}

impl Past {
    /// Reads all events, in their order.
    pub fn rows(&self) -> Option<Rows> {
        let all = 0..self.len();
        let mut rows = Rows {
            ids: self.ids(all.clone())?,
            times: self.times(all.clone())?,
            kinds: self.kinds(all.clone())?,
            ..Rows::default()
        };
        for (event, time) in &self.wrong {
            *rows.times.get_mut(*event as usize)? = *time;
        }
        self.each_parents(all, |_, parents| rows.parents.push(parents.iter().copied()))?;
        let copy = |of: &Words| Words::from(of.all().to_vec());
        let words = &self.vocabulary;
        rows.vocabulary.ops = copy(&words.ops);
        rows.vocabulary.authors = copy(&words.authors);
        rows.vocabulary.replicas = copy(&words.replicas);
        let (mut start, mut touches) = (0, Vec::new());
        for (id, end) in self.all_sessions()? {
            let session = rows.sessions.number(id);
            touches.extend(self.touches(start..end)?.into_iter().map(|event| (event, session)));
            start = end;
        }
        touches.sort_unstable();
        let mut rest = touches.as_slice();
        let mut touched = Lists::default();
        for event in 0..self.len() {
            let count = rest.iter().take_while(|(it, _)| *it == event).count();
            let (of_event, others) = rest.split_at(count);
            touched.push(of_event.iter().map(|(_, session)| *session));
            rest = others;
        }
        rows.touched = touched;
        Some(rows)
    }
}
