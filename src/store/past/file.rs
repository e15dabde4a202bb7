use std::collections::BTreeMap;
use std::ops::Range;

use gix::ObjectId;

use super::encode::begin;
use super::layout::{Counts, KNOWN, MAGIC, MANY, NONE, Offsets, VERSION};
use super::pages::{Pages, ROOM};
use super::rows::{EventKind, Vocabulary};
use super::words::Words;
use crate::model::SessionId;

/// The past of one event, read in parts. Events are named by their positions in the order of the
/// log. Whatever is read is None if the file is damaged.
pub struct Past {
    pages: Pages,
    seed: u64,
    id_size: usize,
    counts: Counts,
    places: Offsets,
    /// The first event that is a merge.
    pub merge: u32,
    /// The own times of events that come later in the order.
    pub wrong: BTreeMap<u32, i64>,
    pub vocabulary: Vocabulary,
}

impl Past {
    pub fn open(pages: Pages, hash: gix::hash::Kind) -> Option<Self> {
        let header = pages.read(0, ROOM, 0)?;
        let mut from = Input(&header);
        let id_size = hash.len_in_bytes();
        let is_ours = from.take(8)? == MAGIC
            && from.number()? == VERSION
            && usize::try_from(from.number()?).ok()? == id_size;
        if !is_ours {
            return None;
        }
        let seed = u64::from_le_bytes(from.array()?);
        let mut counts = [0; 7];
        for count in &mut counts {
            *count = from.number()?;
        }
        let (counts, merge) = (Counts::from_array(counts), from.number()?);
        let places = Offsets::of(counts, id_size);
        let is_whole = Some(places.end) == pages.len()
            && (1..KNOWN).contains(&counts.events)
            && counts.buckets == Counts::buckets_for(counts.events);
        if !is_whole {
            return None;
        }
        let vocabulary = Vocabulary::default();
        let wrong = BTreeMap::new();
        let past = Self { pages, seed, id_size, counts, places, merge, wrong, vocabulary };
        past.with_words()
    }

    fn with_words(mut self) -> Option<Self> {
        let words = self.part(self.places.words, 1, 0..self.counts.words)?;
        let mut from = Input(&words);
        let mut next = || {
            let count = from.number()?;
            let mut all = Vec::new();
            for _ in 0..count {
                let length = usize::try_from(from.number()?).ok()?;
                all.push(String::from_utf8(from.take(length)?.to_vec()).ok()?);
            }
            Some(Words::from(all))
        };
        self.vocabulary = Vocabulary { ops: next()?, authors: next()?, replicas: next()? };
        let wrong = self.part(self.places.wrong, 12, 0..self.counts.wrong)?;
        let mut from = Input(&wrong);
        for _ in 0..self.counts.wrong {
            self.wrong.insert(from.number()?, i64::from_le_bytes(from.array()?));
        }
        Some(self)
    }

    pub fn len(&self) -> u32 {
        self.counts.events
    }

    fn part(&self, place: u64, size: usize, range: Range<u32>) -> Option<Vec<u8>> {
        let at = place + u64::from(range.start) * size as u64;
        let count = usize::try_from(range.end.checked_sub(range.start)?).ok()?;
        self.pages.read(at, count.checked_mul(size)?, self.seed)
    }

    fn numbers(&self, place: u64, range: Range<u32>) -> Option<Vec<u32>> {
        let bytes = self.part(place, 4, range)?;
        Some(bytes.as_chunks().0.iter().map(|it| u32::from_le_bytes(*it)).collect())
    }

    pub fn ids(&self, range: Range<u32>) -> Option<Vec<ObjectId>> {
        let bytes = self.part(self.places.ids, self.id_size, range)?;
        bytes.chunks_exact(self.id_size).map(|id| ObjectId::try_from(id).ok()).collect()
    }

    pub fn id(&self, event: u32) -> Option<ObjectId> {
        self.ids(event..event + 1)?.pop()
    }

    /// Returns the times that events have in the order.
    pub fn times(&self, range: Range<u32>) -> Option<Vec<i64>> {
        let bytes = self.part(self.places.times, 8, range)?;
        Some(bytes.as_chunks().0.iter().map(|it| i64::from_le_bytes(*it)).collect())
    }

    pub fn time(&self, event: u32) -> Option<i64> {
        self.times(event..event + 1)?.pop()
    }

    /// Returns the time of the commit itself.
    pub fn own_time(&self, event: u32) -> Option<i64> {
        self.wrong.get(&event).copied().or_else(|| self.time(event))
    }

    /// Returns the first event that is not later than this.
    pub fn first_until(&self, time: i64) -> Option<u32> {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = u32::midpoint(low, high);
            if self.time(middle)? > time { low = middle + 1 } else { high = middle }
        }
        Some(low)
    }

    pub fn kinds(&self, range: Range<u32>) -> Option<Vec<EventKind>> {
        let bytes = self.part(self.places.kinds, 8, range)?;
        let kind = |it: &[u8; 8]| {
            let [op, author, replica, flags] =
                [0, 2, 4, 6].map(|at| u16::from_le_bytes([it[at], it[at + 1]]));
            EventKind { op, author, replica, flags }
        };
        Some(bytes.as_chunks().0.iter().map(kind).collect())
    }

    /// Calls `each` with the parents of each event. They come later in the order.
    pub fn each_parents(&self, range: Range<u32>, mut each: impl FnMut(u32, &[u32])) -> Option<()> {
        let pairs = self.part(self.places.parents, 8, range.clone())?;
        let mut from = Input(&pairs);
        for event in range {
            let pair = [from.number()?, from.number()?];
            let is_valid = |it: &u32| *it > event && *it < self.counts.events;
            let many;
            let parents = match pair {
                [NONE, _] => &[][..],
                [MANY, start] => {
                    let next = start.checked_add(1)?;
                    let count = *self.numbers(self.places.further, start..next)?.first()?;
                    many = self.numbers(self.places.further, next..next.checked_add(count)?)?;
                    &many
                }
                [_, NONE] => &pair[..1],
                _ => &pair[..],
            };
            if !parents.iter().all(is_valid) {
                return None;
            }
            each(event, parents);
        }
        Some(())
    }

    /// Finds an event. The inner None is for one that is not in this past.
    pub fn find(&self, id: &ObjectId) -> Option<Option<u32>> {
        let begin = begin(id);
        let bucket = self.counts.bucket(begin);
        let ends = self.numbers(self.places.buckets, bucket.saturating_sub(1)..bucket + 1)?;
        let start = if bucket == 0 { 0 } else { *ends.first()? };
        let entries = self.part(self.places.entries, 12, start..*ends.last()?)?;
        let mut from = Input(&entries);
        while let (Some(entry), Some(event)) = (from.array(), from.number()) {
            if u64::from_le_bytes(entry) == begin && self.id(event)? == *id {
                return Some(Some(event));
            }
        }
        Some(None)
    }

    /// Returns the sessions of this part of the table, and where the places of each end.
    fn sessions(&self, range: Range<u32>) -> Option<Vec<(SessionId, u32)>> {
        let bytes = self.part(self.places.sessions, 20, range)?;
        let mut from = Input(&bytes);
        let mut all = Vec::with_capacity(bytes.len() / 20);
        while let Some(id) = from.array() {
            all.push((SessionId::from_bytes(id), from.number()?));
        }
        Some(all)
    }

    pub fn all_sessions(&self) -> Option<Vec<(SessionId, u32)>> {
        self.sessions(0..self.counts.sessions)
    }

    /// Returns the events that touched a session.
    pub fn touching(&self, id: SessionId) -> Option<Vec<u32>> {
        let (mut low, mut high) = (0, self.counts.sessions);
        while low < high {
            let middle = u32::midpoint(low, high);
            if self.sessions(middle..middle + 1)?.first()?.0 < id {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        let near = self.sessions(low.saturating_sub(1)..(low + 1).min(self.counts.sessions))?;
        match near.last() {
            Some((found, end)) if *found == id => {
                let start = if low == 0 { 0 } else { near.first()?.1 };
                self.touches(start..*end)
            }
            _ => Some(Vec::new()),
        }
    }

    pub fn touches(&self, range: Range<u32>) -> Option<Vec<u32>> {
        let events = self.numbers(self.places.touches, range)?;
        events.iter().all(|event| *event < self.len()).then_some(events)
    }
}

/// What is left of some bytes.
struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    fn number(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }
}
