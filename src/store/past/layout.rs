//! The layout of the file's content. Numbers are little-endian.
//!
//! ```text
//! one page
//!   magic     8 bytes  "aohistr\n"
//!   version   u32      1
//!   id size   u32      20 or 32
//!   seed      u64      for the checksums of all other pages
//!   counts    u32      of events, words' bytes, wrong times, buckets, sessions, touches, further
//!                      parents
//!   merge     u32      the first event that is a merge
//!   tip       an id    the event whose past this is
//! words                operations, authors and replicas: of each kind how many, u32; then each with its
//!                      length before it, u32
//! wrong times          for each event whose own time is not the one in the order: u32, i64
//! ids                  in the order of the log, newest first
//! times       i64      by which they are in this order
//! parents     u32, u32 their places; the second may be the place of a list of further ones
//! further     u32      lists of parents: how many, and their places
//! kinds       u16 × 4  operation, author, replica, flags
//! buckets     u32      where the entries of each range of ids end
//! entries     u64, u32 the begin of an id, and the place
//! sessions    16 bytes and u32: an id, and where its places end; sorted
//! touches     u32      the places of the events that touched each session
//! ```

use super::pages::ROOM;

pub const MAGIC: &[u8; 8] = b"aohistr\n";

/// To be raised whenever the layout changes, or what the file says of an event.
pub const VERSION: u32 = 1;

/// Added to the position of an event of the file, where it is not a place in rows.
pub const KNOWN: u32 = 1 << 31;

/// No parent.
pub const NONE: u32 = u32::MAX;
/// As first parent: the second is the start of a list.
pub const MANY: u32 = u32::MAX - 1;
/// The number of entries in a bucket, on average.
const FILLED: u32 = 64;

/// How many there are of everything.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    pub events: u32,
    pub words: u32,
    pub wrong: u32,
    pub buckets: u32,
    pub sessions: u32,
    pub touches: u32,
    pub further: u32,
}

impl Counts {
    pub fn to_array(self) -> [u32; 7] {
        let Self { events, words, wrong, buckets, sessions, touches, further } = self;
        [events, words, wrong, buckets, sessions, touches, further]
    }

    pub fn from_array(counts: [u32; 7]) -> Self {
        let [events, words, wrong, buckets, sessions, touches, further] = counts;
        Self { events, words, wrong, buckets, sessions, touches, further }
    }

    pub fn buckets_for(events: u32) -> u32 {
        events / FILLED + 1
    }

    /// Returns the bucket of an id that begins like this.
    pub fn bucket(self, begin: u64) -> u32 {
        // Less than the number of buckets.
        ((u128::from(begin) * u128::from(self.buckets)) >> 64) as u32
    }
}

/// Where each part begins.
#[derive(Debug, Clone, Copy, Default)]
pub struct Offsets {
    pub words: u64,
    pub wrong: u64,
    pub ids: u64,
    pub times: u64,
    pub parents: u64,
    pub further: u64,
    pub kinds: u64,
    pub buckets: u64,
    pub entries: u64,
    pub sessions: u64,
    pub touches: u64,
    pub end: u64,
}

impl Offsets {
    pub fn of(counts: Counts, id_size: usize) -> Self {
        let mut at = ROOM as u64;
        let mut part = |count: u32, size: usize| {
            let begin = at;
            at += u64::from(count) * size as u64;
            begin
        };
        let events = counts.events;
        Self {
            words: part(counts.words, 1),
            wrong: part(counts.wrong, 12),
            ids: part(events, id_size),
            times: part(events, 8),
            parents: part(events, 8),
            further: part(counts.further, 4),
            kinds: part(events, 8),
            buckets: part(counts.buckets, 4),
            entries: part(events, 12),
            sessions: part(counts.sessions, 20),
            touches: part(counts.touches, 4),
            end: part(0, 0),
        }
    }
}
