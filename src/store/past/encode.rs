use gix::ObjectId;

use super::layout::{Counts, MAGIC, MANY, NONE, VERSION};
use super::order::Sequence;
use super::pages::{Pages, ROOM};
use super::rows::{MERGE, Rows};
use crate::store::checksum;

/// Returns the file of the past of one event.
pub fn encode(rows: &Rows, order: &Sequence, tip: &ObjectId) -> Vec<u8> {
    let places = &order.places;
    let mut position = vec![NONE; rows.len()];
    for (at, place) in (0..).zip(places) {
        position[*place as usize] = at;
    }
    let of = |place: &u32| *place as usize;
    let words = words(rows);
    let (mut wrong, mut times, mut kinds) = (Vec::new(), Vec::new(), Vec::new());
    let (mut ids, mut parents, mut further) = (Vec::new(), Vec::new(), Vec::<u8>::new());
    let mut entries: Vec<(u64, u32)> = Vec::new();
    let mut touches: Vec<(u32, u32)> = Vec::new();
    let mut merge = NONE;
    for (at, place) in (0..).zip(places.iter().map(of)) {
        let (time, own) = (order.times[place], rows.times[place]);
        if time != own {
            wrong.extend(u32::to_le_bytes(at));
            wrong.extend(own.to_le_bytes());
        }
        times.extend(time.to_le_bytes());
        ids.extend_from_slice(rows.ids[place].as_slice());
        entries.push((begin(&rows.ids[place]), at));
        let of: Vec<u32> = rows.parents.of(place).iter().map(|it| position[of(it)]).collect();
        let pair = match of.as_slice() {
            [] => [NONE, NONE],
            [one] => [*one, NONE],
            [one, two] => [*one, *two],
            many => {
                let start = further.len() / 4;
                further.extend((many.len() as u32).to_le_bytes());
                further.extend(many.iter().flat_map(|it| it.to_le_bytes()));
                [MANY, start as u32]
            }
        };
        parents.extend(pair.iter().flat_map(|it| it.to_le_bytes()));
        let kind = rows.kinds[place];
        if kind.flags & MERGE != 0 && merge == NONE {
            merge = at;
        }
        for number in [kind.op, kind.author, kind.replica, kind.flags] {
            kinds.extend(number.to_le_bytes());
        }
        touches.extend(rows.touched.of(place).iter().map(|session| (*session, at)));
    }
    entries.sort_unstable();
    touches.sort_unstable_by_key(|(session, at)| (rows.sessions.all[*session as usize], *at));
    let sessions = touches.chunk_by(|a, b| a.0 == b.0).count();
    let events = places.len() as u32;
    let counts = Counts {
        events,
        words: words.len() as u32,
        wrong: (wrong.len() / 12) as u32,
        buckets: Counts::buckets_for(events),
        sessions: sessions as u32,
        touches: touches.len() as u32,
        further: (further.len() / 4) as u32,
    };
    let seed = checksum(tip.as_slice()) ^ u64::from(events).rotate_left(32);

    let mut out = MAGIC.to_vec();
    out.extend(VERSION.to_le_bytes());
    out.extend((tip.as_slice().len() as u32).to_le_bytes());
    out.extend(seed.to_le_bytes());
    out.extend(counts.to_array().iter().flat_map(|it| it.to_le_bytes()));
    out.extend(merge.to_le_bytes());
    out.extend_from_slice(tip.as_slice());
    out.resize(ROOM, 0);
    for part in [words, wrong, ids, times, parents, further, kinds] {
        out.extend(part);
    }
    let mut filled = 0_usize;
    for bucket in 0..counts.buckets {
        let rest = entries[filled..].iter();
        filled += rest.take_while(|(begin, _)| counts.bucket(*begin) == bucket).count();
        out.extend((filled as u32).to_le_bytes());
    }
    for (begin, at) in entries {
        out.extend(begin.to_le_bytes());
        out.extend(at.to_le_bytes());
    }
    let mut end = 0_u32;
    for of_one in touches.chunk_by(|a, b| a.0 == b.0) {
        end += of_one.len() as u32;
        out.extend_from_slice(rows.sessions.all[of_one[0].0 as usize].as_bytes());
        out.extend(end.to_le_bytes());
    }
    out.extend(touches.iter().flat_map(|(_, at)| at.to_le_bytes()));
    Pages::wrap(&out, seed)
}

/// Returns the first bytes of an id.
pub fn begin(id: &ObjectId) -> u64 {
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&id.as_slice()[..8]);
    u64::from_be_bytes(bytes)
}

fn words(rows: &Rows) -> Vec<u8> {
    let vocabulary = &rows.vocabulary;
    let mut out = Vec::new();
    for words in [&vocabulary.ops, &vocabulary.authors, &vocabulary.replicas] {
        out.extend((words.all().len() as u32).to_le_bytes());
        for word in words.all() {
            out.extend((word.len() as u32).to_le_bytes());
            out.extend(word.bytes());
        }
    }
    out
}
