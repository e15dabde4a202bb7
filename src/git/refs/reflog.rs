//! Reads and cleans reflogs, including damaged ones.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use gix::ObjectId;

use super::state::read_if_there;
use crate::git::extensions::RefStorage;
use crate::git::files::replace;
use crate::git::objects::oid;
use crate::git::{RefError, Repository};
use crate::model::Oid;

/// The number of entries to request from git, if only git can read the reflog.
const MOST: usize = 1000;

/// The readable part of a reflog.
#[derive(Debug, Default)]
pub(crate) struct Reflog {
    /// The entries, oldest first.
    pub entries: Vec<LogEntry>,
    /// True if the ref has a reflog.
    pub exists: bool,
    /// The number of lines that are damaged or incomplete.
    pub damaged: usize,
}

impl Reflog {
    /// Returns true if the reflog exists and is undamaged.
    pub(crate) fn is_whole(&self) -> bool {
        self.exists && self.damaged == 0
    }
}

/// One move of a ref.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LogEntry {
    pub old: ObjectId,
    pub new: ObjectId,
    /// The message; empty if it is not known.
    pub message: String,
    /// The rest of the line: committer, time and message.
    rest: Vec<u8>,
}

impl Repository {
    /// Reads a ref's reflog.
    ///
    /// # Errors
    /// Fails if the reflog exists but cannot be read.
    pub(crate) fn read_reflog(&self, name: &str) -> Result<Reflog, RefError> {
        if self.ref_storage() == RefStorage::Foreign {
            return Ok(self.ask_reflog(name));
        }
        self.read_reflog_file(name, &self.reflog_path(name))
    }

    /// Returns the moves of a worktree's HEAD, oldest first: the new commits and git's reasons. None
    /// if there is no reflog.
    pub(crate) fn head_moves(&self, git_dir: &Path, top: &Path) -> Option<Vec<(Oid, String)>> {
        if self.ref_storage() == RefStorage::Foreign {
            let git = |verb: &str| self.git_in(top, verb).arg(format!("--max-count={MOST}"));
            return Some(self.entries_by_git("HEAD", git));
        }
        let log = self.read_reflog_file("HEAD", &git_dir.join("logs/HEAD")).ok()?;
        let moves = log.entries.into_iter().map(|entry| (oid(entry.new), entry.message));
        log.exists.then(|| moves.collect())
    }

    fn read_reflog_file(&self, name: &str, path: &Path) -> Result<Reflog, RefError> {
        let content = read_if_there(path)
            .map_err(|error| RefError::Read { name: name.to_owned(), source: error.into() })?;
        let Some(content) = content else { return Ok(Reflog::default()) };
        let mut log = Reflog { exists: true, ..Reflog::default() };
        for line in content.split_inclusive(|byte| *byte == b'\n') {
            let Some(whole) = line.strip_suffix(b"\n") else {
                log.damaged += 1;
                log.entries.extend(parse(line, self.object_hash()));
                continue;
            };
            match parse(whole, self.object_hash()) {
                Some(entry) => log.entries.push(entry),
                None => log.damaged += 1,
            }
        }
        Ok(log)
    }

    /// Reads a reflog through git. Without reading the objects, git only prints ids.
    fn ask_reflog(&self, name: &str) -> Reflog {
        let input: String = (0..MOST).map(|n| format!("{name}@{{{n}}}\n")).collect();
        let git = self.git("cat-file").arg("--batch-check=%(objectname)").input(input);
        // Git fails after the last entry.
        let Ok(printed) = git.printed() else { return Reflog::default() };
        let mut ids = Vec::new();
        for (n, line) in printed.lines().enumerate() {
            let id = ObjectId::from_hex(line.as_bytes()).ok();
            // For a missing object, git prints the request instead of the id.
            let Some(id) = id.or_else(|| self.ask_entry(&format!("{name}@{{{n}}}"))) else { break };
            ids.push(id);
        }
        ids.reverse();
        let mut old = self.object_hash().null();
        let entries = ids.into_iter().map(|new| {
            let entry = LogEntry { old, new, message: String::new(), rest: Vec::new() };
            old = new;
            entry
        });
        let entries: Vec<_> = entries.collect();
        Reflog { exists: !entries.is_empty(), entries, damaged: 0 }
    }

    fn ask_entry(&self, entry: &str) -> Option<ObjectId> {
        let output = self.git("rev-parse").args(["--verify", "--quiet", entry]).run().ok()?;
        ObjectId::from_hex(output.text().as_bytes()).ok()
    }

    /// Rewrites a ref's reflog without damaged lines, and without the entries for the objects in
    /// `without`.
    ///
    /// The caller holds the [`Lock`](crate::git::Lock).
    ///
    /// # Errors
    /// Fails if the reflog cannot be read or written. It is then unchanged.
    pub(crate) fn clean_reflog(&self, name: &str, without: &[ObjectId]) -> Result<(), RefError> {
        let failed = |source| RefError::Write { name: name.to_owned(), source };
        let log = self.read_reflog(name)?;
        if self.ref_storage() == RefStorage::Foreign {
            let newest_first = log.entries.iter().rev().enumerate();
            // Git does not rewrite the old ids of entries, and treats both ids as reachable.
            let leads =
                |entry: &LogEntry| [entry.old, entry.new].iter().any(|id| without.contains(id));
            let unwanted = newest_first.filter(|(_, entry)| leads(entry));
            for (n, _) in unwanted.collect::<Vec<_>>().into_iter().rev() {
                let git = self.git("reflog").shielded().args(["delete", "--rewrite"]);
                git.arg(format!("{name}@{{{n}}}")).run().map_err(|e| failed(e.into()))?;
            }
            return Ok(());
        }
        self.rewrite_reflog(name, &|entry| !without.contains(&entry.new))
    }

    /// Rewrites a reflog in a file without damaged lines, and only with the entries that stay.
    pub(super) fn rewrite_reflog(
        &self,
        name: &str,
        stays: &dyn Fn(&LogEntry) -> bool,
    ) -> Result<(), RefError> {
        let path = self.reflog_path(name);
        let failed = |source| RefError::Write { name: name.to_owned(), source };
        let io_failed = |error: std::io::Error| failed(error.into());
        let null = self.object_hash().null();
        // The lock only keeps others from writing the reflog.
        let _lock = self.try_lock_ref(name, null)?;
        let log = self.read_reflog(name)?;
        let (mut text, mut old) = (Vec::new(), None);
        for entry in log.entries.iter().filter(|entry| stays(entry)) {
            let old_id = old.unwrap_or(entry.old);
            text.extend_from_slice(format!("{old_id} {} ", entry.new).as_bytes());
            text.extend_from_slice(&entry.rest);
            text.push(b'\n');
            old = Some(entry.new);
        }
        let folder = path.parent().unwrap_or(&path);
        let file = tempfile::Builder::new().prefix(".reflog").tempfile_in(folder);
        let mut file = file.map_err(io_failed)?;
        file.write_all(&text).map_err(io_failed)?;
        file.as_file().sync_all().map_err(io_failed)?;
        if let Ok(meta) = fs::metadata(&path) {
            fs::set_permissions(file.path(), meta.permissions()).map_err(io_failed)?;
        }
        replace(&path, file.into_temp_path()).map_err(io_failed)
    }

    /// Returns the path of a ref's reflog, if refs are stored in files.
    pub(crate) fn reflog_path(&self, name: &str) -> PathBuf {
        self.common_dir().join("logs").join(name)
    }
}

/// Parses a line: `<old> <new> <who> <time> <zone>\t<message>`.
fn parse(line: &[u8], hash: gix::hash::Kind) -> Option<LogEntry> {
    let length = hash.len_in_hex();
    let (old, rest) = line.split_at_checked(length)?;
    let (new, rest) = rest.strip_prefix(b" ")?.split_at_checked(length)?;
    let rest = rest.strip_prefix(b" ")?;
    let is_text = !rest.contains(&0) && rest.contains(&b'>');
    let message = rest.split(|byte| *byte == b'\t').nth(1).unwrap_or_default();
    is_text.then_some(())?;
    Some(LogEntry {
        old: ObjectId::from_hex(old).ok()?,
        new: ObjectId::from_hex(new).ok()?,
        message: String::from_utf8_lossy(message).into_owned(),
        rest: rest.to_vec(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_lines_are_no_entries() {
        let (a, b) = ("a".repeat(40), "b".repeat(40));
        let line = format!("{a} {b} A <a@x> 1 +0000\tao: spawn 7b6d11f9");
        let read = |text: &str| parse(text.as_bytes(), gix::hash::Kind::Sha1);
        let entry = read(&line).unwrap();
        assert_eq!((entry.new.to_string(), entry.message), (b, "ao: spawn 7b6d11f9".to_owned()));
        for end in [0, 39, 40, 41, 60, 81, 82, 84] {
            assert_eq!(read(&line[..end]), None, "{end}");
        }
        assert_eq!(read(&line.replace("spawn", "sp\0wn")), None);
        assert_eq!(read(&"\0".repeat(100)), None);
    }
}
