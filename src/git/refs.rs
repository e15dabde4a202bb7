//! Moving one ref, by git's own protocol for files (refs/files-backend.c).

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use gix::ObjectId;

use super::error::Cause;
use super::extensions::RefStorage;
use super::write::sync_folder;
use super::{RefError, Repository, Signatures};
use crate::model::Oid;

/// How long a lock of git's own is waited for: git's default for `core.filesRefLockTimeout`.
const GIT_LOCK_PATIENCE: Duration = Duration::from_millis(100);

/// How the names of the files begin that locks are made from.
const MARK: &str = "tip.";

/// How old one must be to be taken for the rest of a writer that died.
const MARK_AGE: Duration = Duration::from_secs(3600);

/// What a ref must be at the moment it is moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expected {
    /// It must not exist.
    Missing,
    /// It must be at this object.
    At(Oid),
}

/// What became of moving a ref.
enum Move {
    Done,
    /// It is not where it was expected.
    Late,
    /// Another program has it locked.
    Locked(Cause),
}

impl Repository {
    /// Moves a ref to `new`, if it is where it is expected, and writes its reflog.
    ///
    /// To be called with the [`Lock`](super::Lock) held.
    ///
    /// # Errors
    /// [`RefError::Moved`] when it is not where it is expected, [`RefError::Locked`] when another
    /// program holds its lock.
    pub(crate) fn move_ref(
        &self,
        name: &str,
        expected: &Expected,
        new: ObjectId,
        message: &str,
        who: &Signatures,
    ) -> Result<(), RefError> {
        let failed = |source: Cause| RefError::Write { name: name.to_owned(), source };
        let moved = match self.ref_storage() {
            RefStorage::Files => self.move_files_ref(name, expected, new, message, who),
            RefStorage::Foreign => self.move_foreign_ref(name, expected, new, message, who),
        };
        match moved {
            Ok(Move::Done) => Ok(()),
            Ok(Move::Late) => Err(RefError::Moved(name.to_owned())),
            Ok(Move::Locked(source)) => Err(RefError::Locked { name: name.to_owned(), source }),
            Err(source) => Err(failed(source)),
        }
    }

    fn move_foreign_ref(
        &self,
        name: &str,
        expected: &Expected,
        new: ObjectId,
        message: &str,
        who: &Signatures,
    ) -> Result<Move, Cause> {
        let old = match expected {
            Expected::Missing => new.kind().null().to_string(),
            Expected::At(old) => old.to_string(),
        };
        let git = who.export(self.git("update-ref").shielded());
        let git = git.args(["--create-reflog", "-m", message, name, &new.to_string(), &old]);
        let Err(error) = git.run() else { return Ok(Move::Done) };
        let now = match self.read_ref(name)? {
            Some(at) => Expected::At(at),
            None => Expected::Missing,
        };
        match error.to_string() {
            _ if now != *expected => Ok(Move::Late),
            said if said.contains("lock") => Ok(Move::Locked(error.into())),
            _ => Err(error.into()),
        }
    }

    fn move_files_ref(
        &self,
        name: &str,
        expected: &Expected,
        new: ObjectId,
        message: &str,
        who: &Signatures,
    ) -> Result<Move, Cause> {
        let path = self.common_dir().join(name);
        let Some(lock) = RefLock::take(self, &path, new)? else {
            return Ok(Move::Locked(format!("'{}.lock' exists", path.display()).into()));
        };
        let [at] = self.read_files_refs([name])?;
        let old = match (at, expected) {
            (None, Expected::Missing) => new.kind().null().to_string(),
            (Some(at), Expected::At(old)) if at == *old => old.to_string(),
            _ => return Ok(Move::Late),
        };
        self.append_reflog(name, &format!("{old} {new} {}\t{message}\n", who.committer_line()))?;
        lock.commit(self)?;
        Ok(Move::Done)
    }

    /// Always written, also where git would keep no reflog for this ref: a bad tip can be undone,
    /// and gc keeps old tips.
    fn append_reflog(&self, name: &str, line: &str) -> io::Result<()> {
        let path = self.common_dir().join("logs").join(name);
        let open = || OpenOptions::new().create(true).append(true).open(&path);
        let mut file = self.with_parents(&path, open)?;
        self.shared().adjust(&path)?;
        let end = file.metadata()?.len();
        file.write_all(line.as_bytes()).inspect_err(|_| {
            // Half a line, where the disk is full, would spoil the next one.
            let _ = file.set_len(end);
        })
    }

    /// Does something with a file, making the folders above it where they are missing: git removes
    /// empty ones at any time.
    fn with_parents<T>(&self, path: &Path, act: impl Fn() -> io::Result<T>) -> io::Result<T> {
        let mut attempts = 16;
        loop {
            match act() {
                Err(error) if error.kind() == io::ErrorKind::NotFound && attempts > 0 => {
                    attempts -= 1;
                    let folder = path.parent().unwrap_or(path);
                    match fs::create_dir_all(folder) {
                        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                        _ => self.shared().adjust(folder).or_else(ignore_missing)?,
                    }
                }
                other => return other,
            }
        }
    }
}

fn ignore_missing(error: io::Error) -> io::Result<()> {
    if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error) }
}

/// `<ref>.lock`, as git knows it, holding the ref's new value.
///
/// The file is made elsewhere first and then linked into place. Its other name tells the lock of a
/// git-ao that was killed from one that git holds: only the former may be broken.
struct RefLock {
    path: PathBuf,
    lock: PathBuf,
    mark: tempfile::TempPath,
    held: bool,
}

impl RefLock {
    /// None when git holds the lock.
    fn take(repo: &Repository, path: &Path, new: ObjectId) -> io::Result<Option<Self>> {
        collect_marks(repo)?;
        let mut builder = tempfile::Builder::new();
        builder.prefix(MARK);
        plain_permissions(&mut builder);
        let mut file = builder.tempfile_in(repo.ao_dir())?;
        file.write_all(format!("{new}\n").as_bytes())?;
        if repo.fsync().refs {
            file.as_file().sync_all()?;
        }
        repo.shared().adjust(file.path())?;
        let lock = PathBuf::from(format!("{}.lock", path.display()));
        let mark = file.into_temp_path();
        let mut this = Self { path: path.to_owned(), lock, mark, held: false };
        let deadline = Instant::now() + GIT_LOCK_PATIENCE;
        loop {
            match repo.with_parents(&this.lock, || fs::hard_link(&this.mark, &this.lock)) {
                Ok(()) => {
                    this.held = true;
                    return Ok(Some(this));
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
            if Instant::now() >= deadline {
                break;
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        if !break_leftover(repo, &this.lock)? {
            return Ok(None);
        }
        match fs::hard_link(&this.mark, &this.lock) {
            Ok(()) => {
                this.held = true;
                Ok(Some(this))
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn commit(mut self, repo: &Repository) -> io::Result<()> {
        fs::rename(&self.lock, &self.path)?;
        self.held = false;
        if repo.fsync().refs {
            sync_folder(self.path.parent().unwrap_or(&self.path))?;
        }
        Ok(())
    }
}

impl Drop for RefLock {
    fn drop(&mut self) {
        if self.held {
            let _ = fs::remove_file(&self.lock);
        }
    }
}

/// Removes a lock that a killed git-ao left; true if it was one.
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

/// Removes what writers left that were killed between two steps. Those that are at work have
/// younger marks, also where a file system does not keep them from working at the same time.
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
    for entry in fs::read_dir(repo.ao_dir())? {
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
    // Without a file's identity no lock is known to be a leftover: each counts as git's.
    Ok(fs::symlink_metadata(path).is_ok().then_some((0, 0)).filter(|_| path.ends_with(".lock")))
}

/// Temporary files are made for their owner alone; a ref is as readable as the umask lets it be.
#[cfg(unix)]
fn plain_permissions(builder: &mut tempfile::Builder<'_, '_>) {
    use std::os::unix::fs::PermissionsExt;
    builder.permissions(fs::Permissions::from_mode(0o666));
}

#[cfg(not(unix))]
fn plain_permissions(_builder: &mut tempfile::Builder<'_, '_>) {}
