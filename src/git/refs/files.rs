//! Moves refs in files by git's own protocol (refs/files-backend.c).

use std::fs::{self, File};
use std::io;
use std::path::Path;

use super::lock::RefLock;
use super::read::Loose;
use super::stale::Held;
use super::update::{Durability, Expected, Moved, RefMove};
use crate::git::error::{Cause, FileError};
use crate::git::objects::oid;
use crate::git::{RefError, Repository, Signatures};

/// A line that was added to a reflog.
pub(super) struct Logged {
    file: File,
    end: u64,
}

impl Repository {
    pub(super) fn move_files_refs(
        &self,
        moves: &[RefMove<'_>],
        who: &Signatures,
    ) -> Result<Moved, RefError> {
        let mut locks = Vec::with_capacity(moves.len());
        for to in moves {
            let path = self.common_dir().join(to.name);
            match RefLock::take(self, &path, to.new) {
                Ok(lock) => locks.push(lock),
                Err(error) if is_odd(&error.source) => return Ok(Moved::Odd),
                Err(error) if error.source.kind() == io::ErrorKind::AlreadyExists => {
                    let why = self.who_has(&error.path);
                    return Ok(Moved::Locked(to.name.to_owned(), why));
                }
                Err(error) => return Err(write_error(to, error)),
            }
        }
        for to in moves {
            match self.is_in_place(to).map_err(|source| write_error(to, source))? {
                Some(true) => {}
                Some(false) => return Ok(Moved::Late(to.name.to_owned())),
                None => return Ok(Moved::Odd),
            }
        }
        let mut logged = Vec::with_capacity(moves.len());
        for to in moves {
            match self.append_reflog(to, who) {
                Ok(line) => logged.push(line),
                Err(error) => {
                    unlog(logged);
                    if is_odd(&error.source) {
                        return Ok(Moved::Odd);
                    }
                    return Err(write_error(to, error));
                }
            }
        }
        let mut durability = Durability::Kept;
        let mut done = Vec::new();
        for (to, lock) in moves.iter().zip(locks) {
            match lock.commit(self) {
                Ok(Durability::Kept) => {}
                Ok(unsure) => durability = unsure,
                Err(error) => {
                    unlog(logged.drain(done.len()..));
                    let source = error.into();
                    return Err(match done.is_empty() {
                        true => RefError::Write { name: to.name.to_owned(), source },
                        false => {
                            let moved = done.join("', '");
                            RefError::Partial { moved, name: to.name.to_owned(), source }
                        }
                    });
                }
            }
            done.push(to.name);
        }
        Ok(Moved::Done(durability))
    }

    /// Returns true if a ref has its expected value. None if a directory or another ref is in the
    /// way: git then decides what to do.
    fn is_in_place(&self, to: &RefMove<'_>) -> Result<Option<bool>, Cause> {
        let at = match self.read_loose_ref(to.name)? {
            Loose::At(at) => Some(at),
            Loose::Folder => return Ok(None),
            Loose::Missing => match self.ref_store().open_packed_buffer()? {
                None => None,
                Some(packed) => {
                    if to.expected == Expected::Missing && is_blocked(&packed, to.name)? {
                        return Ok(None);
                    }
                    packed.try_find(to.name)?.map(|packed| oid(packed.target()))
                }
            },
        };
        Ok(Some(Expected::from(at) == to.expected))
    }

    /// Appends a reflog entry, even for refs without a reflog in git. It allows a bad update to be
    /// undone, and keeps gc from pruning old tips.
    pub(super) fn append_reflog(
        &self,
        to: &RefMove<'_>,
        who: &Signatures,
    ) -> Result<Logged, FileError> {
        let old = match &to.expected {
            Expected::Missing => to.new.kind().null().to_string(),
            Expected::At(old) => old.to_string(),
        };
        let who = who.committer_line();
        let line = format!("{old} {} {who}\t{}\n", to.new, to.message);
        let path = self.common_dir().join("logs").join(to.name);
        self.append_line(&path, &line).map_err(|source| FileError { act: "write", path, source })
    }

    fn append_line(&self, path: &Path, line: &str) -> io::Result<Logged> {
        use std::io::Write;
        use std::os::unix::fs::FileExt;
        let open = || fs::OpenOptions::new().create(true).read(true).append(true).open(path);
        let mut file = self.with_parents(path, open)?;
        self.shared().adjust(path)?;
        let end = file.metadata()?.len();
        // If the last line was cut off, by a full disk or another program, this one needs a new
        // line.
        let mut last = [b'\n'];
        if end > 0 {
            file.read_exact_at(&mut last, end - 1)?;
        }
        let line = if last == [b'\n'] { line.to_owned() } else { format!("\n{line}") };
        match file.write_all(line.as_bytes()) {
            Ok(()) => Ok(Logged { file, end }),
            Err(error) => {
                // If the disk is full, half a line was written.
                let _ = file.set_len(end);
                Err(error)
            }
        }
    }

    /// Describes the lock of a ref that another process holds.
    fn who_has(&self, lock: &Path) -> Cause {
        Held::by(lock).into()
    }
}

/// Removes the reflog entries of updates that did not happen.
fn unlog(lines: impl IntoIterator<Item = Logged>) {
    for line in lines {
        // A superfluous entry is confusing, but harmless.
        let _ = line.file.set_len(line.end);
    }
}

fn write_error(to: &RefMove<'_>, source: impl Into<Cause>) -> RefError {
    RefError::Write { name: to.name.to_owned(), source: source.into() }
}

/// Returns true if the name of a packed ref is a directory of this name, or the other way round.
fn is_blocked(packed: &gix::refs::packed::Buffer, name: &str) -> Result<bool, Cause> {
    let below = format!("{name}/");
    if packed.iter_prefixed(below.into())?.next().is_some() {
        return Ok(true);
    }
    for (at, _) in name.match_indices('/').filter(|(at, _)| name[..*at].contains('/')) {
        if packed.try_find(&name[..at])?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Returns true for errors that git may be able to handle: the file system has no hard links, a
/// directory is in the place of the ref, or a file in the place of its directory.
pub(super) fn is_odd(error: &io::Error) -> bool {
    use io::ErrorKind::{IsADirectory, NotADirectory, TooManyLinks, Unsupported};
    matches!(error.kind(), IsADirectory | NotADirectory | TooManyLinks | Unsupported)
        || error.raw_os_error() == Some(rustix::io::Errno::PERM.raw_os_error())
}
