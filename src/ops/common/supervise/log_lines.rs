use std::fs::File;
use std::io::{self, BufRead, BufReader, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use crate::runtime::Log;

/// The length at which a line is cut, in bytes.
const LONGEST: usize = 1 << 20;

/// Reads the lines that an agent adds to its log, and keeps the log within its limit.
pub struct LogLines {
    path: PathBuf,
    limit: u64,
    file: BufReader<File>,
    line: Vec<u8>,
}

impl LogLines {
    /// Begins at the present end of the log, which is created if it does not exist.
    pub fn at_end(path: &Path, limit: u64) -> io::Result<Self> {
        let mut file = File::options().read(true).append(true).create(true).open(path)?;
        file.seek(SeekFrom::End(0))?;
        Ok(Self { path: path.to_owned(), limit, file: BufReader::new(file), line: Vec::new() })
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

    /// Cuts the log if it is too long. All of its lines were read.
    pub fn cut(&mut self) {
        // A log that cannot be cut now is cut later.
        let _ = Log::cut(&self.path, self.limit);
        let length = self.file.get_ref().metadata().map_or(u64::MAX, |meta| meta.len());
        if self.file.stream_position().is_ok_and(|position| position > length) {
            let _ = self.file.rewind();
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
        let mut lines = LogLines::at_end(log.path(), 0).unwrap();
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

    #[test]
    fn a_log_that_is_too_long_is_cut_and_read_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.log");
        let mut log = File::options().append(true).create(true).open(&path).unwrap();
        let mut lines = LogLines::at_end(&path, 3 * 64 * 1024).unwrap();
        for round in 0..6 {
            log.write_all(&b"0123456789abcde\n".repeat(5000)).unwrap();
            let read = std::iter::from_fn(|| lines.next(Rest::Excluded));
            let read: Vec<_> = read.filter(|line| !line.starts_with("git-ao:")).collect();
            assert_eq!(read, vec!["0123456789abcde"; 5000], "{round}");
            lines.cut();
            assert!(std::fs::metadata(&path).unwrap().len() <= 64 * 1024);
        }
        let head = std::fs::read_to_string(&path).unwrap();
        assert!(head.starts_with("git-ao: this log continues from 'x.log-old'; "), "{head}");
        let all: u64 = ["x.log", "x.log-first", "x.log-old"]
            .map(|name| std::fs::metadata(folder.path().join(name)).unwrap().len())
            .iter()
            .sum();
        assert!(all <= 3 * 64 * 1024 + 200, "{all}");
    }
}
