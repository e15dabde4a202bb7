//! Puts a conversation's files where an agent looks for them.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use crate::git::uninterrupted;
use crate::model::SessionId;

/// A conversation that was kept, as the agent's program wrote it, to be given back to it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SavedConversation {
    /// The agent's own id of it.
    pub id: String,
    /// Where the agent is going to work.
    pub workspace: PathBuf,
    /// The transcript.
    pub transcript: Vec<u8>,
    /// The transcripts of the subagents, with their names.
    pub subagents: Vec<(String, Vec<u8>)>,
    /// The files to which the transcript refers, with their paths in its folder.
    pub files: Vec<(String, Vec<u8>)>,
}

impl SavedConversation {
    /// Names the conversation, where the agent is going to work, and the transcript.
    pub fn new(
        id: impl Into<String>,
        workspace: impl Into<PathBuf>,
        transcript: impl Into<Vec<u8>>,
    ) -> Self {
        let (id, workspace, transcript) = (id.into(), workspace.into(), transcript.into());
        Self { id, workspace, transcript, subagents: Vec::new(), files: Vec::new() }
    }
}

/// The error for a file that could not be put in place.
#[derive(Debug)]
pub(super) struct PutError {
    pub path: PathBuf,
    pub source: io::Error,
}

/// Makes `to` a hard link to `from`, or a copy if the file system has no hard links. An existing
/// `to` is kept, unless `from` continues it.
pub(super) fn put_file(from: &Path, to: &Path) -> Result<(), PutError> {
    let failed = |source| PutError { path: to.to_owned(), source };
    if from == to {
        return Ok(());
    }
    if let Some(folder) = to.parent() {
        uninterrupted(|| fs::create_dir_all(folder)).map_err(failed)?;
    }
    let fresh = Fresh::of(from, to).map_err(failed)?;
    match uninterrupted(|| fs::hard_link(&fresh.0, to)) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            if is_continued(to, from).map_err(failed)? {
                uninterrupted(|| fs::rename(&fresh.0, to)).map_err(failed)?;
            }
            Ok(())
        }
        Ok(()) => Ok(()),
        Err(_) => copy_new(from, to).map_err(failed),
    }
}

/// Writes a file that only its owner can read. An existing one is kept, unless the bytes continue
/// it.
pub(super) fn put_bytes(bytes: &[u8], to: &Path) -> Result<(), PutError> {
    let failed = |source| PutError { path: to.to_owned(), source };
    let folder = to.parent().unwrap_or(Path::new("."));
    uninterrupted(|| fs::create_dir_all(folder)).map_err(failed)?;
    let mut name = to.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.tmp", SessionId::random()));
    let fresh = Fresh(to.with_file_name(name));
    let options = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&fresh.0);
    options.and_then(|mut file| file.write_all(bytes)).map_err(failed)?;
    put_file(&fresh.0, to)
}

/// Puts the files of a folder into another one, except those that exist there.
pub(super) fn put_missing(from: &Path, to: &Path) -> Result<(), PutError> {
    for entry in fs::read_dir(from).into_iter().flatten().flatten() {
        let target = to.join(entry.file_name());
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => put_missing(&entry.path(), &target)?,
            Ok(kind) if kind.is_file() && !target.exists() => put_file(&entry.path(), &target)?,
            _ => {}
        }
    }
    Ok(())
}

/// A complete copy or link under a temporary name, which is removed on drop.
struct Fresh(PathBuf);

impl Fresh {
    fn of(from: &Path, to: &Path) -> io::Result<Self> {
        let mut name = to.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{}.tmp", SessionId::random()));
        let fresh = Self(to.with_file_name(name));
        if fs::hard_link(from, &fresh.0).is_err() {
            copy_new(from, &fresh.0)?;
        }
        Ok(fresh)
    }
}

impl Drop for Fresh {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// Copies to a new file that only its owner can read. Does nothing if the file exists, and removes
/// it if the copy fails halfway.
fn copy_new(from: &Path, to: &Path) -> io::Result<()> {
    let mut from = File::open(from)?;
    let mut file = match OpenOptions::new().write(true).create_new(true).mode(0o600).open(to) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(()),
        file => file?,
    };
    io::copy(&mut from, &mut file).map(drop).inspect_err(|_| drop(fs::remove_file(to)))
}

/// Returns true if `long` is a different, longer file that starts with the contents of `short`.
fn is_continued(short: &Path, long: &Path) -> io::Result<bool> {
    let (mut short, mut long) = (File::open(short)?, File::open(long)?);
    let (one, other) = (short.metadata()?, long.metadata()?);
    if (one.dev(), one.ino()) == (other.dev(), other.ino()) || one.len() >= other.len() {
        return Ok(false);
    }
    let (mut left, mut right) = ([0; 1 << 16], [0; 1 << 16]);
    loop {
        let count = uninterrupted(|| short.read(&mut left))?;
        if count == 0 {
            return Ok(true);
        }
        if long.read_exact(&mut right[..count]).is_err() || left[..count] != right[..count] {
            return Ok(false);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_stays_unless_it_is_the_beginning() {
        let home = tempfile::tempdir().unwrap();
        let (from, to) = (home.path().join("from"), home.path().join("new/to"));
        fs::write(&from, "one\ntwo\n").unwrap();
        put_file(&from, &to).unwrap();
        assert_eq!(fs::read_to_string(&to).unwrap(), "one\ntwo\n");
        for (there, then) in [
            ("one\n", "one\ntwo\n"),
            ("other\n", "other\n"),
            ("one\ntwo\nthree", "one\ntwo\nthree"),
        ] {
            fs::remove_file(&to).unwrap();
            fs::write(&to, there).unwrap();
            put_file(&from, &to).unwrap();
            assert_eq!(fs::read_to_string(&to).unwrap(), then);
            let left = fs::read_dir(home.path().join("new")).unwrap().count();
            assert_eq!(left, 1, "nothing else is left");
        }
        assert_eq!(fs::read_to_string(&from).unwrap(), "one\ntwo\n");
    }

    #[test]
    fn a_folder_is_completed() {
        let home = tempfile::tempdir().unwrap();
        let path = |name: &str| home.path().join(name);
        fs::create_dir_all(path("from/subagents")).unwrap();
        fs::create_dir_all(path("to/subagents")).unwrap();
        for (name, text) in
            [("from/subagents/a", "a"), ("from/subagents/b", "b"), ("to/subagents/a", "own")]
        {
            fs::write(path(name), text).unwrap();
        }
        put_missing(&path("from"), &path("to")).unwrap();
        put_missing(&path("nowhere"), &path("to")).unwrap();
        assert_eq!(fs::read_to_string(path("to/subagents/a")).unwrap(), "own");
        assert_eq!(fs::read_to_string(path("to/subagents/b")).unwrap(), "b");
    }
}
