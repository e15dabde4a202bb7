//! Output that is made in another order than that in which it is printed.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;

/// The size up to which pieces stay in memory.
const IN_MEMORY: usize = 4 << 20;

/// Pieces of output, kept until their order is known. Many of them go to a temporary file, which has
/// no name.
#[derive(Default)]
pub struct Spill {
    file: Option<File>,
    /// The size of the file.
    written: u64,
    /// The pieces after those in the file.
    rest: Vec<u8>,
    /// There is no room for a file, so that memory has to do.
    is_stuck: bool,
    piece: Vec<u8>,
}

/// The place of a piece.
#[derive(Debug, Clone, Copy)]
pub struct Piece {
    at: u64,
    size: usize,
}

impl Spill {
    /// Keeps a piece.
    pub fn put(&mut self, text: &str) -> Piece {
        if self.rest.len() + text.len() > IN_MEMORY && !self.is_stuck {
            self.is_stuck = self.write().is_err();
        }
        let piece = Piece { at: self.written + self.rest.len() as u64, size: text.len() };
        self.rest.extend_from_slice(text.as_bytes());
        piece
    }

    /// Moves the pieces from memory to the file.
    fn write(&mut self) -> io::Result<()> {
        let file = match self.file.take() {
            Some(file) => file,
            None => tempfile::tempfile()?,
        };
        let file = self.file.insert(file);
        file.write_all_at(&self.rest, self.written)?;
        self.written += self.rest.len() as u64;
        self.rest.clear();
        Ok(())
    }

    /// Returns a piece.
    ///
    /// # Errors
    /// Fails if it cannot be read from the file.
    pub fn read(&mut self, Piece { at, size }: Piece) -> io::Result<&[u8]> {
        if let Some(start) = at.checked_sub(self.written) {
            let start = usize::try_from(start).map_err(io::Error::other)?;
            return Ok(&self.rest[start..][..size]);
        }
        self.piece.resize(size, 0);
        let file = self.file.as_ref().ok_or_else(|| io::Error::other("there is no file"))?;
        file.read_exact_at(&mut self.piece, at)?;
        Ok(&self.piece)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pieces of several sizes, the last ones in memory.
    fn check(mut spill: Spill, in_file: bool) {
        let text = |number: usize| format!("{number} ").repeat(number % 900 + 1);
        let pieces: Vec<_> = (0..5_000).map(|number| spill.put(&text(number))).collect();
        assert_eq!(spill.written > 0, in_file);
        for number in (0..5_000).map(|step| step * 1_999 % 5_000) {
            assert_eq!(spill.read(pieces[number]).unwrap(), text(number).as_bytes());
        }
    }

    #[test]
    fn pieces_come_back_in_any_order() {
        check(Spill::default(), true);
    }

    #[test]
    fn where_no_file_can_be_written_memory_has_to_do() {
        check(Spill { is_stuck: true, ..Spill::default() }, false);
        // A file that is open for reading alone stands for a full disk.
        let file = Some(File::open("/dev/null").unwrap());
        check(Spill { file, ..Spill::default() }, false);
    }
}
