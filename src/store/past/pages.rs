use std::fs::File;
use std::os::unix::fs::FileExt;

use crate::store::checksum;

/// The size of a page. Its last bytes are its checksum.
const PAGE: usize = 4096;

/// How much of the content a page has.
pub const ROOM: usize = PAGE - 8;

/// Content that is read in parts, each of which is checked.
pub struct Pages {
    source: Source,
    /// The number of bytes, checksums included.
    length: u64,
}

enum Source {
    File(File),
    Bytes(Vec<u8>),
}

impl Pages {
    /// Divides content into pages. The first one has a checksum of its own; those of all others
    /// depend on `seed` as well, so that none can be taken for one of another file.
    pub fn wrap(content: &[u8], seed: u64) -> Vec<u8> {
        let mut out = Vec::with_capacity(content.len() / ROOM * PAGE + 2 * PAGE);
        for (page, part) in content.chunks(ROOM).enumerate() {
            out.extend_from_slice(part);
            out.extend(sum(part, page, seed).to_le_bytes());
        }
        out
    }

    /// Reads a file, which is replaced but never changed.
    pub fn of_file(file: File) -> Option<Self> {
        let length = file.metadata().ok()?.len();
        Some(Self { source: Source::File(file), length })
    }

    pub fn of_bytes(bytes: Vec<u8>) -> Self {
        let length = bytes.len() as u64;
        Self { source: Source::Bytes(bytes), length }
    }

    /// Returns the number of bytes that the content has.
    pub fn len(&self) -> Option<u64> {
        self.length.checked_sub(8 * self.length.div_ceil(PAGE as u64))
    }

    /// Reads a part of the content. Returns None if it is not there, or not whole.
    pub fn read(&self, at: u64, length: usize, seed: u64) -> Option<Vec<u8>> {
        let end = at.checked_add(length as u64)?;
        if end > self.len()? {
            return None;
        }
        let (first, room) = (at / ROOM as u64, ROOM as u64);
        let pages = end.div_ceil(room).saturating_sub(first);
        let start = first * PAGE as u64;
        let size = (pages * PAGE as u64).min(self.length.checked_sub(start)?);
        let mut stored = vec![0; usize::try_from(size).ok()?];
        match &self.source {
            Source::File(file) => file.read_exact_at(&mut stored, start).ok()?,
            Source::Bytes(bytes) => {
                let start = usize::try_from(start).ok()?;
                let end = start + stored.len();
                stored.copy_from_slice(bytes.get(start..end)?);
            }
        }
        let mut content = Vec::with_capacity(stored.len());
        for (page, stored) in stored.chunks(PAGE).enumerate() {
            let (part, stored) = stored.split_last_chunk::<8>()?;
            let page = usize::try_from(first).ok()? + page;
            if sum(part, page, seed) != u64::from_le_bytes(*stored) {
                return None;
            }
            content.extend_from_slice(part);
        }
        let skip = usize::try_from(at - first * room).ok()?;
        content.get(skip..skip + length).map(<[u8]>::to_vec)
    }
}

fn sum(part: &[u8], page: usize, seed: u64) -> u64 {
    let place = if page == 0 { 0 } else { seed.wrapping_add(page as u64) };
    checksum(part) ^ place.wrapping_mul(0x9e37_79b9_7f4a_7c15)
}
