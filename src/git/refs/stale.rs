//! Git's lock files that nobody holds any more.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::git::Repository;
use crate::model::{ErrorKind, Recovery, shell_word};

/// The age at which a lock counts as a leftover: locks are held during a single write.
const LEFTOVER: Duration = Duration::from_secs(600);

/// A lock file that is in the way.
#[derive(Debug, thiserror::Error)]
#[error("'{path}' exists{}", age.map(said).unwrap_or_default())]
pub struct Held {
    /// The file.
    pub path: PathBuf,
    /// Its age, if known.
    pub age: Option<Duration>,
}

impl Held {
    /// Returns the kind of the error.
    pub fn kind(&self) -> ErrorKind {
        ErrorKind::Contended
    }

    /// Returns what the caller can do about the error, which follows from its [kind](Self::kind).
    pub fn recovery(&self) -> Recovery {
        self.kind().recovery()
    }
}

impl Held {
    /// Describes a lock that is in the way.
    pub(crate) fn by(path: &Path) -> Self {
        let made = fs::symlink_metadata(path).and_then(|meta| meta.modified());
        Self { path: path.to_owned(), age: made.ok().and_then(|time| time.elapsed().ok()) }
    }

    /// Returns a command for the lock's present state: one that shows its holder, or one that
    /// removes it if nobody holds it.
    pub fn hint(&self) -> String {
        let path = shell_word(&self.path.to_string_lossy());
        if !self.path.exists() {
            return "it is gone by now; run the command again".to_owned();
        }
        if open_files().contains(&self.path) {
            return format!("to see which process has it open: fuser -v {path}");
        }
        if self.is_of_the_store() && StaleLock::at(&self.path).is_some() {
            return "no process has it open; to remove it: git ao fsck --repair".to_owned();
        }
        format!("if no git is running in this repository, to remove it: rm {path}")
    }

    /// Returns true if [`leftover_locks`](Repository::leftover_locks) finds this lock for the refs
    /// of the store.
    fn is_of_the_store(&self) -> bool {
        let path = self.path.to_string_lossy();
        ["/refs/ao/", "/reftable/"].iter().any(|part| path.contains(part))
            || self.path.ends_with("packed-refs.lock")
    }
}

/// A lock file that nobody holds any more, in the state in which it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaleLock {
    /// The file.
    pub path: PathBuf,
    /// Its age.
    pub age: Duration,
    id: (u64, u64, i64),
}

impl Repository {
    /// Returns git's lock files of refs below these prefixes (such as `refs/ao/`), or of all refs,
    /// that are older than any write takes and that no process on this machine has open.
    pub fn leftover_locks(&self, prefixes: &[&str]) -> Vec<StaleLock> {
        let mut found = Vec::new();
        let common = self.common_dir();
        found.extend(StaleLock::at(&common.join("packed-refs.lock")));
        // The lock of the table list, and those of tables that were being compacted.
        collect(&common.join("reftable"), &mut found);
        for prefix in prefixes {
            collect(&common.join(prefix), &mut found);
            collect(&common.join("logs").join(prefix), &mut found);
        }
        if !found.is_empty() {
            let open = open_files();
            found.retain(|lock| !open.contains(&lock.path));
        }
        found
    }

    /// Removes a lock file if it is unchanged. Returns false if it is not.
    ///
    /// # Errors
    /// Fails if the file cannot be removed.
    pub fn remove_leftover(&self, lock: &StaleLock) -> io::Result<bool> {
        match StaleLock::at(&lock.path) {
            Some(now) if now.id == lock.id => fs::remove_file(&lock.path).map(|()| true),
            _ => Ok(false),
        }
    }
}

impl StaleLock {
    fn at(path: &Path) -> Option<Self> {
        let meta = fs::symlink_metadata(path).ok().filter(fs::Metadata::is_file)?;
        let age = meta.modified().ok()?.elapsed().ok().filter(|age| *age >= LEFTOVER)?;
        let id = (meta.dev(), meta.ino(), meta.mtime_nsec());
        Some(Self { path: path.to_owned(), age, id })
    }
}

fn collect(folder: &Path, found: &mut Vec<StaleLock>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            collect(&path, found);
        } else if path.extension().is_some_and(|end| end == "lock") {
            found.extend(StaleLock::at(&path));
        }
    }
}

/// Returns the open files of all processes that this user may inspect (proc(5)).
fn open_files() -> Vec<PathBuf> {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let files = processes.flat_map(|process| fs::read_dir(process.path().join("fd")));
    files.flatten().flatten().filter_map(|file| fs::read_link(file.path()).ok()).collect()
}

fn said(age: Duration) -> String {
    let seconds = age.as_secs();
    let (count, unit) = match seconds {
        0..120 => (seconds, "second"),
        120..7200 => (seconds / 60, "minute"),
        7200..172_800 => (seconds / 3600, "hour"),
        _ => (seconds / 86400, "day"),
    };
    format!(", {count} {unit}{} old", if count == 1 { "" } else { "s" })
}
