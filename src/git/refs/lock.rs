//! Git's lock of a ref's file, and the leftovers of killed writers.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use gix::ObjectId;

use super::update::Durability;
use crate::git::Repository;
use crate::git::error::FileError;
use crate::git::files::{ignore_missing, sync_folder, uninterrupted};

/// The time to wait for a lock that git holds: git's default for `core.filesRefLockTimeout`.
const GIT_LOCK_PATIENCE: Duration = Duration::from_millis(100);

/// The prefix of the files from which locks are linked.
const MARK: &str = "tip.";

/// The age at which such a file counts as the leftover of a killed writer.
const MARK_AGE: Duration = Duration::from_secs(3600);

/// Git's lock file `<ref>.lock`, which contains the ref's new value.
///
/// The file is created under another name and then hard-linked into place. The other name tells a
/// lock of a killed git-ao from one that git holds: only the former may be broken.
pub(super) struct RefLock {
    path: PathBuf,
    lock: PathBuf,
    _mark: tempfile::TempPath,
    held: bool,
}

impl RefLock {
    /// Takes the lock of the ref at `path`, with the ref's new value in it.
    ///
    /// # Errors
    /// Fails with [`AlreadyExists`](io::ErrorKind::AlreadyExists) if another program holds the
    /// lock.
    pub fn take(repo: &Repository, path: &Path, new: ObjectId) -> Result<Self, FileError> {
        let failed = |act, path: &Path| {
            let path = path.to_owned();
            move |source| FileError { act, path, source }
        };
        let folder = repo.ao_dir();
        collect_marks(repo).map_err(failed("read", &folder))?;
        let mark = make_mark(repo, new).map_err(failed("write into", &folder))?;
        let lock = PathBuf::from(format!("{}.lock", path.display()));
        let made = Self::link(repo, &mark, &lock);
        let cannot = failed("create", &lock);
        made.map_err(cannot)?;
        Ok(Self { path: path.to_owned(), lock, _mark: mark, held: true })
    }

    fn link(repo: &Repository, mark: &Path, lock: &Path) -> io::Result<()> {
        let link = || uninterrupted(|| fs::hard_link(mark, lock));
        let deadline = Instant::now() + GIT_LOCK_PATIENCE;
        loop {
            match repo.with_parents(lock, link) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                    if Instant::now() >= deadline {
                        return if break_leftover(repo, lock)? { link() } else { Err(error) };
                    }
                }
                done => return done,
            }
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// Moves the ref, by renaming the lock file.
    pub fn commit(mut self, repo: &Repository) -> Result<Durability, FileError> {
        uninterrupted(|| fs::rename(&self.lock, &self.path)).map_err(|source| FileError {
            act: "replace",
            path: self.path.clone(),
            source,
        })?;
        self.held = false;
        let folder = self.path.parent().unwrap_or(&self.path);
        Ok(match repo.fsync().refs.then(|| sync_folder(folder)) {
            Some(Err(source)) => {
                let path = folder.to_owned();
                Durability::Unsure(FileError { act: "sync", path, source }.into())
            }
            _ => Durability::Kept,
        })
    }
}

/// Creates the file from which a lock is linked, with the ref's new value in it.
pub(super) fn make_mark(repo: &Repository, new: ObjectId) -> io::Result<tempfile::TempPath> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(MARK);
    // By default, only the owner can read a temporary file.
    builder.permissions(fs::Permissions::from_mode(repo.shared().new_file(0o666)));
    let mut file = builder.tempfile_in(repo.ao_dir())?;
    file.write_all(format!("{new}\n").as_bytes())?;
    if repo.fsync().refs {
        file.as_file().sync_all()?;
    }
    repo.shared().adjust(file.path())?;
    Ok(file.into_temp_path())
}

impl Drop for RefLock {
    fn drop(&mut self) {
        if self.held {
            let _ = uninterrupted(|| fs::remove_file(&self.lock));
        }
    }
}

/// Removes a lock if a killed git-ao left it. Returns true if the lock is gone.
fn break_leftover(repo: &Repository, lock: &Path) -> io::Result<bool> {
    let Some(id) = file_id(lock)? else { return Ok(true) };
    let mut ours = false;
    for path in marks(repo)? {
        if file_id(&path)? == Some(id) {
            fs::remove_file(lock)?;
            fs::remove_file(&path)?;
            ours = true;
        }
    }
    Ok(ours)
}

/// Removes the files of writers that were killed. Those of active writers are younger, even on a
/// file system whose locks do not keep writers apart.
fn collect_marks(repo: &Repository) -> io::Result<()> {
    for path in marks(repo)? {
        let age = fs::symlink_metadata(&path).and_then(|meta| meta.modified());
        if age.is_ok_and(|time| time.elapsed().is_ok_and(|age| age > MARK_AGE)) {
            fs::remove_file(&path).or_else(ignore_missing)?;
        }
    }
    Ok(())
}

fn marks(repo: &Repository) -> io::Result<Vec<PathBuf>> {
    let mut marks = Vec::new();
    for entry in uninterrupted(|| fs::read_dir(repo.ao_dir()))? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(MARK) {
            marks.push(entry.path());
        }
    }
    Ok(marks)
}

#[cfg(unix)]
fn file_id(path: &Path) -> io::Result<Option<(u64, u64)>> {
    use std::os::unix::fs::MetadataExt;
    match fs::symlink_metadata(path) {
        Ok(meta) => Ok(Some((meta.dev(), meta.ino()))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(not(unix))]
fn file_id(path: &Path) -> io::Result<Option<(u64, u64)>> {
    // Without a file's identity, every lock counts as git's.
    Ok(fs::symlink_metadata(path).is_ok().then_some((0, 0)).filter(|_| path.ends_with(".lock")))
}
