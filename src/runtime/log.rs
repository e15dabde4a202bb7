use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use crate::git::{path_of, uninterrupted};

/// The minimum size of a log in bytes: a smaller one would hold little more than the lines that say
/// how much was dropped.
pub const LEAST_LOG: u64 = 64 * 1024;

/// The extensions of a log's other files.
pub const LOG_PARTS: [&str; 2] = ["log-first", "log-old"];

/// The prefix of the first line of a file that continues the log.
const HEAD: &str = "git-ao: this log";

/// A log of limited size. Writing to it never fails and never blocks the program that is logged.
///
/// The log consists of three files with a third of the limit each: the beginning, which is kept,
/// the latest output, and the output before that. Each starts with a line that says how much was
/// dropped before it.
pub struct Log {
    path: PathBuf,
    part: u64,
    file: File,
    /// The number of bytes that were dropped between the beginning and the latest output.
    dropped: u64,
    unwritten: Option<Unwritten>,
    begun: Box<dyn FnMut(&File) + Send>,
}

/// Output that could not be written, for example because the disk is full.
struct Unwritten {
    bytes: u64,
    why: String,
}

impl Log {
    /// Opens the log at `path` and appends to it. A `limit` of 0 means no limit. `begun` is called
    /// with each new file of the log, so that other output can be written to it too.
    ///
    /// # Errors
    /// Fails if the file cannot be opened.
    pub fn open(path: &Path, limit: u64, begun: Box<dyn FnMut(&File) + Send>) -> io::Result<Self> {
        let part = part(limit);
        let file = OpenOptions::new().append(true).create(true).mode(0o600).open(path)?;
        let (path, dropped) = (path.to_owned(), dropped_before(path));
        let mut log = Self { path, part, file, dropped, unwritten: None, begun };
        // The limit may have been higher when these files were written.
        log.dropped += LOG_PARTS.iter().map(|part| log.shorten(&log.beside(part))).sum::<u64>();
        Ok(log)
    }

    fn beside(&self, part: &str) -> PathBuf {
        self.path.with_extension(part)
    }

    fn room(&self) -> usize {
        let length = self.file.metadata().map_or(0, |meta| meta.len());
        self.part.saturating_sub(length).try_into().unwrap_or(usize::MAX)
    }

    /// Continues the log in a new file.
    fn turn(&mut self) {
        // The directory may have been moved, and a new one created at its old path.
        let now = path_of(&self.file).filter(|now| now.file_name() == self.path.file_name());
        if let Some(now) = now {
            self.path = now;
        }
        let (to, lost) = self.next_part();
        let moved = match uninterrupted(|| fs::rename(&self.path, &to)) {
            // The file was removed.
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            moved => moved,
        };
        let mut fresh = OpenOptions::new();
        fresh.append(true).create_new(true).mode(0o600);
        let head = match moved.and_then(|()| fresh.open(&self.path)) {
            Ok(file) => {
                (self.begun)(&file);
                self.file = file;
                self.dropped += lost + self.shorten(&to);
                self.continues_from(&to)
            }
            // No new file can be created, so the current one is truncated and reused.
            Err(error) => {
                self.dropped += logged(&self.path);
                if self.file.set_len(0).is_err() {
                    return;
                }
                format!("starts over ({error}); {} earlier bytes were dropped", self.dropped)
            }
        };
        self.put(format!("{HEAD} {head}\n").as_bytes());
    }

    /// Returns the file to which the latest output goes, and how much is lost there.
    fn next_part(&self) -> (PathBuf, u64) {
        let [first, old] = LOG_PARTS.map(|part| self.beside(part));
        match length(&first) {
            None => (first, 0),
            Some(_) => {
                let lost = logged(&old);
                (old, lost)
            }
        }
    }

    fn continues_from(&self, to: &Path) -> String {
        let [first, old] = LOG_PARTS.map(|part| self.beside(part));
        let (from, first, dropped) = (name(to), name(&first), self.dropped);
        match *to == old {
            true => format!(
                "continues from '{from}'; {dropped} bytes between it and '{first}' were dropped"
            ),
            false => format!("continues from '{from}'; {dropped} bytes in between were dropped"),
        }
    }

    /// Cuts a log to which another process appends, if it is longer than it may be. What that
    /// process writes meanwhile may be lost.
    ///
    /// # Errors
    /// Fails if a file cannot be read or written. The log then stays as it is, or is cut later.
    pub fn cut(path: &Path, limit: u64) -> io::Result<()> {
        let part = part(limit);
        if length(path).is_none_or(|length| length <= part) {
            return Ok(());
        }
        let mut log = Self::open(path, limit, Box::new(|_| {}))?;
        let (to, lost) = log.next_part();
        fs::copy(path, &to)?;
        log.dropped += lost + log.shorten(&to);
        log.file.set_len(0)?;
        let head = log.continues_from(&to);
        log.put(format!("{HEAD} {head}\n").as_bytes());
        Ok(())
    }

    /// Truncates a file to the size of a part, and returns the number of bytes cut off.
    fn shorten(&self, path: &Path) -> u64 {
        let more = length(path).unwrap_or(0).saturating_sub(self.part);
        let cut = || OpenOptions::new().write(true).open(path)?.set_len(self.part);
        if more > 0 && cut().is_ok() { more } else { 0 }
    }

    fn put(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            match self.file.write(bytes) {
                Ok(0) => return self.give_up(bytes, "nothing was written"),
                Ok(count) => bytes = &bytes[count..],
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return self.give_up(bytes, &error.to_string()),
            }
        }
    }

    fn give_up(&mut self, bytes: &[u8], why: &str) {
        let unwritten =
            self.unwritten.get_or_insert_with(|| Unwritten { bytes: 0, why: why.to_owned() });
        unwritten.bytes += bytes.len() as u64;
    }

    /// Writes a line about output that could not be written. Returns false if that fails too.
    fn tell(&mut self) -> bool {
        let Some(Unwritten { bytes, why }) = &self.unwritten else { return true };
        let line = format!("\ngit-ao: {bytes} bytes could not be written here: {why}\n");
        let told = self.file.write_all(line.as_bytes()).is_ok();
        if told {
            self.unwritten = None;
        }
        told
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut rest = bytes;
        if !self.tell() {
            self.give_up(rest, "");
            return Ok(bytes.len());
        }
        loop {
            let room = self.room();
            if rest.len() <= room {
                self.put(rest);
                return Ok(bytes.len());
            }
            let whole = rest[..room].iter().rposition(|byte| *byte == b'\n');
            let (now, later) = rest.split_at(whole.map_or(room, |end| end + 1));
            self.put(now);
            self.turn();
            if self.room() == 0 {
                self.give_up(later, "it is full");
                return Ok(bytes.len());
            }
            rest = later;
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Returns the size of each file of a log.
fn part(limit: u64) -> u64 {
    if limit == 0 { u64::MAX } else { limit.max(LEAST_LOG) / 3 }
}

/// Returns the first line of a file if it continues the log.
fn head(path: &Path) -> Option<String> {
    let mut start = Vec::new();
    File::open(path).ok()?.take(1024).read_to_end(&mut start).ok()?;
    let end = start.iter().position(|byte| *byte == b'\n')?;
    let line = String::from_utf8_lossy(&start[..=end]).into_owned();
    line.starts_with(HEAD).then_some(line)
}

/// Returns the number of dropped bytes according to the first line of a file.
fn dropped_before(path: &Path) -> u64 {
    let line = head(path).unwrap_or_default();
    let number = line.rsplit("; ").next().and_then(|rest| rest.split(' ').next()?.parse().ok());
    number.unwrap_or(0)
}

/// Returns the number of logged bytes in a file, without the first line of the log itself.
fn logged(path: &Path) -> u64 {
    let head = head(path).map_or(0, |line| line.len() as u64);
    length(path).unwrap_or(0).saturating_sub(head)
}

fn length(path: &Path) -> Option<u64> {
    fs::metadata(path).ok().map(|meta| meta.len())
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
