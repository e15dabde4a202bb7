//! The file format of loose objects: a zlib stream (RFC 1950) of a header and the content.
//!
//! gix maps each file into memory and allocates a new state for each stream, which costs more than
//! reading or writing a small object.

use std::cell::RefCell;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use gix::objs::{Kind, decode, encode};
use gix::zlib::stream::deflate::{Compress, FlushCompress};
use gix::zlib::{Compression, Inflate, Status};

/// The largest file and the largest object to read here.
const LARGEST: usize = 1 << 20;

/// Objects up to this size are not compressed: their files take one disk block either way.
const BLOCK: usize = 4096 - 32;

/// The initial buffer size; most objects are smaller.
const USUAL: usize = 8192;

/// After this many misses in a row, the next object is assumed not to be loose. It is still looked
/// for once in a while.
const MISSES: u32 = 4;
const NOW_AND_THEN: u32 = 64;

/// Predicts whether objects are loose. If all are packed, looking for loose files is wasted work.
///
/// Threads share it. A count that is lost between two of them costs one lookup.
#[derive(Default)]
pub struct HitRate(AtomicU32);

impl HitRate {
    /// Returns true if the next object should be looked for.
    pub fn holds(&self) -> bool {
        let misses = self.0.load(Relaxed);
        let holds = misses < MISSES || misses.is_multiple_of(NOW_AND_THEN);
        if !holds {
            self.note(false);
        }
        holds
    }

    /// Records whether an object was loose.
    pub fn note(&self, found: bool) {
        let misses = if found { 0 } else { self.0.load(Relaxed).wrapping_add(1) };
        self.0.store(misses, Relaxed);
    }
}

#[derive(Default)]
struct Reader {
    inflate: Inflate,
    file: Vec<u8>,
    start: Vec<u8>,
}

thread_local! {
    static READER: RefCell<Reader> = RefCell::default();
    static STORE: RefCell<Compress> = RefCell::new(Compress::new(Compression::NONE));
    static DEFLATE: RefCell<Compress> = RefCell::new(Compress::new(Compression::BEST_SPEED));
}

/// Reads an object into `data`. Returns None if there is none, or if it is large or damaged: gix
/// then reads it, or reports the error.
pub fn read(path: &Path, data: &mut Vec<u8>) -> Option<Kind> {
    READER.with_borrow_mut(|reader| reader.read(path, data))
}

impl Reader {
    fn read(&mut self, path: &Path, data: &mut Vec<u8>) -> Option<Kind> {
        let mut file = File::open(path).ok()?;
        let length = self.fill(&mut file)?;
        self.start.resize(USUAL, 0);
        self.inflate.reset();
        let (status, read, written) =
            self.inflate.prefix(&self.file[..length], &mut self.start).ok()?;
        let start = &self.start[..written];
        let (kind, size, header) = decode::loose_header(start).ok()?;
        let size = usize::try_from(size).ok().filter(|size| *size <= LARGEST)?;
        if status == Status::StreamEnd {
            data.clear();
            data.extend_from_slice(&start[header..]);
        } else if size >= written - header {
            self.inflate.rest(&self.file[read..length], start, header, data, size).ok()?;
        }
        (data.len() == size).then_some(kind)
    }

    /// Reads the file. One read suffices if it is shorter than the buffer.
    fn fill(&mut self, file: &mut File) -> Option<usize> {
        let mut length = 0;
        loop {
            if self.file.len() == length {
                self.file.resize((2 * length).max(USUAL), 0);
            }
            let count = file.read(&mut self.file[length..]).ok()?;
            length += count;
            match length {
                0 => return None,
                1..=LARGEST if length < self.file.len() => return Some(length),
                1..=LARGEST => {}
                _ => return None,
            }
        }
    }
}

/// Encodes an object's file. Small objects are stored uncompressed, as git does with
/// `core.looseCompression = 0`.
pub fn encode(kind: Kind, content: &[u8]) -> io::Result<Vec<u8>> {
    let mut object = encode::loose_header(kind, content.len() as u64).to_vec();
    object.extend_from_slice(content);
    let level = if object.len() <= BLOCK { &STORE } else { &DEFLATE };
    level.with_borrow_mut(|deflate| stream(deflate, &object))
}

fn stream(deflate: &mut Compress, object: &[u8]) -> io::Result<Vec<u8>> {
    deflate.reset();
    let mut stream = vec![0; object.len() + 64];
    loop {
        let (read, written) = (deflate.total_in(), deflate.total_out());
        let (rest, room) = (&object[read as usize..], &mut stream[written as usize..]);
        let status = deflate.compress(rest, room, FlushCompress::Finish);
        if status.map_err(io::Error::other)? == Status::StreamEnd {
            stream.truncate(deflate.total_out() as usize);
            return Ok(stream);
        }
        stream.resize(2 * stream.len(), 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes that do not compress.
    fn noise(length: usize) -> Vec<u8> {
        let mut state = 1_u32;
        let step = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        };
        std::iter::repeat_with(step).take(length).collect()
    }

    fn stored(object: &[u8]) -> Vec<u8> {
        STORE.with_borrow_mut(|deflate| stream(deflate, object)).unwrap()
    }

    fn read_bytes(bytes: &[u8]) -> Option<(Kind, Vec<u8>)> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        let mut data = b"old".to_vec();
        read(file.path(), &mut data).map(|kind| (kind, data))
    }

    #[test]
    fn what_is_written_is_read() {
        let sizes = [0, 1, 100, 4000, 4050, 4064, 4100, 8180, 8192, 8200, 70_000, LARGEST];
        for size in sizes {
            for content in [noise(size), vec![b'x'; size]] {
                let bytes = encode(Kind::Blob, &content).unwrap();
                if bytes.len() <= LARGEST {
                    assert_eq!(read_bytes(&bytes), Some((Kind::Blob, content)), "{size}");
                }
            }
        }
    }

    #[test]
    fn what_is_odd_is_left_to_gix() {
        let whole = encode(Kind::Tree, &noise(6000)).unwrap();
        assert_eq!(read_bytes(b""), None);
        assert_eq!(read_bytes(b"no zlib"), None);
        assert_eq!(read_bytes(&whole[..whole.len() - 1000]), None);
        assert_eq!(read_bytes(&stored(b"blob 3\0four")), None);
        assert_eq!(read_bytes(&stored(b"blob 5\0four")), None);
        assert_eq!(read_bytes(&stored(b"thing 4\0four")), None);
        assert_eq!(read_bytes(&stored(b"no header")), None);
        assert_eq!(read_bytes(&encode(Kind::Blob, &vec![0; LARGEST + 1]).unwrap()), None);
        let mut damaged = stored(b"blob 4\0four");
        damaged[15] ^= 1;
        assert_eq!(read_bytes(&damaged), None);
    }
}
