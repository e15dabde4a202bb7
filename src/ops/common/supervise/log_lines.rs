use std::fs::File;
use std::io::{self, BufRead, BufReader, Seek, SeekFrom};
use std::path::Path;

/// The length at which a line is cut, in bytes.
const LONGEST: usize = 1 << 20;

/// Reads the lines that are added to a log.
pub struct LogLines {
    file: BufReader<File>,
    line: Vec<u8>,
}

impl LogLines {
    /// Begins at the present end of the log, which is created if it does not exist.
    pub fn at_end(path: &Path) -> io::Result<Self> {
        let mut file = File::options().read(true).append(true).create(true).open(path)?;
        file.seek(SeekFrom::End(0))?;
        Ok(Self { file: BufReader::new(file), line: Vec::new() })
    }

    /// Returns the next line without its terminator, or None if no whole line was added. With
    /// `rest`, a line without a terminator counts too.
    pub fn next(&mut self, rest: Rest) -> Option<String> {
        loop {
            let bytes = self.file.fill_buf().ok()?;
            if bytes.is_empty() {
                let is_line = rest == Rest::Included && !self.line.is_empty();
                return is_line.then(|| self.take());
            }
            let end = bytes.iter().position(|byte| *byte == b'\n');
            let count = end.map_or(bytes.len(), |end| end + 1);
            let room = LONGEST.saturating_sub(self.line.len());
            self.line.extend_from_slice(&bytes[..end.unwrap_or(count).min(room)]);
            self.file.consume(count);
            if end.is_some() {
                return Some(self.take());
            }
        }
    }

    fn take(&mut self) -> String {
        let line = String::from_utf8_lossy(&self.line).into_owned();
        self.line.clear();
        line
    }
}

/// Whether a line without a terminator is a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rest {
    Included,
    Excluded,
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn only_whole_new_lines_are_returned() {
        let mut log = tempfile::NamedTempFile::new().unwrap();
        log.write_all(b"old\nold").unwrap();
        let mut lines = LogLines::at_end(log.path()).unwrap();
        assert_eq!(lines.next(Rest::Included), None);
        log.write_all(b"one\ntw").unwrap();
        assert_eq!(lines.next(Rest::Excluded).as_deref(), Some("one"));
        assert_eq!(lines.next(Rest::Excluded), None);
        log.write_all(b"o\n\nthree").unwrap();
        assert_eq!(lines.next(Rest::Excluded).as_deref(), Some("two"));
        assert_eq!(lines.next(Rest::Excluded).as_deref(), Some(""));
        assert_eq!(lines.next(Rest::Included).as_deref(), Some("three"));
        assert_eq!(lines.next(Rest::Included), None);
        log.write_all(&vec![b'x'; 2 * LONGEST]).unwrap();
        log.write_all(b"\nafter\n").unwrap();
        assert_eq!(lines.next(Rest::Excluded).map(|line| line.len()), Some(LONGEST));
        assert_eq!(lines.next(Rest::Excluded).as_deref(), Some("after"));
    }
}
