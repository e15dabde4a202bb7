//! Cuts the end of a file into segments.

use std::io::{self, Read};

/// The size that only a segment of a single line exceeds, in bytes.
pub(super) const LARGEST: usize = 1 << 20;

/// What a turn usually adds, in bytes.
const USUAL: usize = 1 << 14;

/// Reads segments: as many complete lines each as fit, or one line that does not.
pub(super) struct Segments<R> {
    from: R,
    /// Bytes that were read and are not part of a segment yet.
    pending: Vec<u8>,
    /// How much of that is known to have no newline.
    searched: usize,
    is_at_end: bool,
    takes_rest: bool,
}

impl<R: Read> Segments<R> {
    /// Reads segments up to the last newline.
    pub fn of_lines(from: R) -> Self {
        Self { from, pending: Vec::new(), searched: 0, is_at_end: false, takes_rest: false }
    }

    /// Reads segments up to the end; the last line may have no newline.
    pub fn of_all(from: R) -> Self {
        Self { takes_rest: true, ..Self::of_lines(from) }
    }

    fn read_more(&mut self) -> io::Result<()> {
        let before = self.pending.len();
        let wanted = LARGEST as u64;
        self.pending.reserve(USUAL);
        (&mut self.from).take(wanted).read_to_end(&mut self.pending)?;
        self.is_at_end = self.pending.len() == before;
        Ok(())
    }

    /// Returns the size of the next segment, or None if more has to be read for it.
    fn cut(&mut self) -> Option<usize> {
        let window = &self.pending[..self.pending.len().min(LARGEST)];
        let is_full = window.len() == LARGEST || self.is_at_end;
        if let Some(last) = memchr::memrchr(b'\n', window) {
            return is_full.then_some(last + 1);
        }
        let rest = &self.pending[self.searched..];
        let end = memchr::memchr(b'\n', rest).map(|at| self.searched + at + 1);
        self.searched = self.pending.len();
        let whole = || (self.is_at_end && self.takes_rest).then_some(self.pending.len());
        end.or_else(whole).filter(|size| *size > 0)
    }
}

impl<R: Read> Iterator for Segments<R> {
    type Item = io::Result<Vec<u8>>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(size) = self.cut() {
                let rest = self.pending.split_off(size);
                self.searched = 0;
                return Some(Ok(std::mem::replace(&mut self.pending, rest)));
            }
            if self.is_at_end {
                return None;
            }
            if let Err(error) = self.read_more() {
                self.is_at_end = true;
                self.pending.clear();
                return Some(Err(error));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hands out few bytes at once, as a pipe may.
    struct Slowly<'a>(&'a [u8], usize);

    impl Read for Slowly<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let size = buffer.len().min(self.1).min(self.0.len());
            buffer[..size].copy_from_slice(&self.0[..size]);
            self.0 = &self.0[size..];
            Ok(size)
        }
    }

    fn lengths(bytes: &[u8]) -> (Vec<usize>, Vec<usize>) {
        let mut both = Vec::new();
        for step in [4093, usize::MAX] {
            let lines: Vec<_> =
                Segments::of_lines(Slowly(bytes, step)).map(Result::unwrap).collect();
            let all: Vec<_> = Segments::of_all(Slowly(bytes, step)).map(Result::unwrap).collect();
            assert_eq!(all.concat(), bytes);
            assert!(bytes.starts_with(&lines.concat()));
            let lengths = |parts: &[Vec<u8>]| parts.iter().map(Vec::len).collect::<Vec<_>>();
            both.push((lengths(&lines), lengths(&all)));
        }
        assert_eq!(both[0], both[1]);
        both.remove(0)
    }

    #[test]
    fn complete_lines_up_to_the_largest_size() {
        assert_eq!(lengths(b""), (vec![], vec![]));
        assert_eq!(lengths(b"a\nb\n"), (vec![4], vec![4]));
        assert_eq!(lengths(b"a\nb"), (vec![2], vec![2, 1]));
        assert_eq!(lengths(b"a"), (vec![], vec![1]));
        let line = |length: usize| [vec![b'x'; length - 1], vec![b'\n']].concat();
        let exact = [line(LARGEST - 10), line(10), line(5)].concat();
        assert_eq!(lengths(&exact).0, [LARGEST, 5]);
        let over = [line(LARGEST - 10), line(11), line(5)].concat();
        assert_eq!(lengths(&over).0, [LARGEST - 10, 16]);
    }

    #[test]
    fn a_line_that_is_too_long_is_alone() {
        let line = |length: usize| [vec![b'x'; length - 1], vec![b'\n']].concat();
        let long = [line(7), line(3 * LARGEST + 5), line(9)].concat();
        assert_eq!(lengths(&long).0, [7, 3 * LARGEST + 5, 9]);
        let torn = [line(7), vec![b'x'; 2 * LARGEST]].concat();
        assert_eq!(lengths(&torn), (vec![7], vec![7, 2 * LARGEST]));
    }
}
