use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, SendError, channel};
use std::time::{Duration, Instant};

use rustix::fs::OFlags;

use super::retry::uninterrupted;
use crate::git::{LockError, Repository};

/// The maximum length of a holder's name.
const LONGEST: u64 = 256;

/// A lock for which the processes of one clone queue.
///
/// It is an advisory lock on a file below `ao/` in the common git directory. The kernel releases it
/// when the process ends, in whatever way.
#[derive(Debug)]
pub struct Lock {
    file: File,
    /// The path, if the file is removed with the lock.
    passing: Option<PathBuf>,
}

/// Who else can hold a lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hold {
    /// Everybody who holds it in this way too.
    Together,
    /// Nobody.
    Alone,
}

impl Hold {
    fn attempt(self, file: &File) -> Result<(), TryLockError> {
        match self {
            Self::Together => file.try_lock_shared(),
            Self::Alone => file.try_lock(),
        }
    }

    fn wait(self, file: &File) -> io::Result<()> {
        match self {
            Self::Together => file.lock_shared(),
            Self::Alone => file.lock(),
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // If the repository was moved meanwhile, the file at this path may belong to another one.
        let own = self.passing.as_ref().filter(|path| matches!(self.is_in_place(path), Ok(true)));
        if let Some(path) = own {
            // The file is removed while the lock is still held: a waiter that opened it notices,
            // and opens the new one.
            let _ = std::fs::remove_file(path);
        }
        release(&self.file);
    }
}

/// Releases a lock at once. Closing the file would not: a child that another thread has just begun
/// shares it until the child runs its program.
fn release(file: &File) {
    let _ = file.unlock();
}

impl Lock {
    /// Writes the holder's name into the lock file, for [`Repository::lock_holder`].
    ///
    /// # Errors
    /// Fails if the file cannot be written; the lock stays held.
    pub fn sign(&mut self, who: &str) -> io::Result<()> {
        self.file.set_len(0)?;
        self.file.write_all(who.as_bytes())
    }

    /// Reads what the lock file holds.
    ///
    /// # Errors
    /// Fails if the file cannot be read.
    pub(crate) fn read(&self) -> io::Result<Vec<u8>> {
        let mut content = vec![0; usize::try_from(self.file.metadata()?.len()).unwrap_or(0)];
        self.file.read_exact_at(&mut content, 0)?;
        Ok(content)
    }

    /// Replaces what the lock file holds, in its place: that is cheaper than a new file. Who reads
    /// it without the lock, or after this process was killed, may see some of both.
    ///
    /// # Errors
    /// Fails if the file cannot be written; the lock stays held.
    pub(crate) fn write(&self, content: &[u8]) -> io::Result<()> {
        self.file.write_all_at(content, 0)?;
        match self.file.metadata()?.len() > content.len() as u64 {
            true => self.file.set_len(content.len() as u64),
            false => Ok(()),
        }
    }

    /// Lets the processes that this one starts hold the lock too: if this one is killed, it is held
    /// until they have ended.
    ///
    /// # Errors
    /// Fails if the system does not allow it.
    pub fn pass_on(&self) -> io::Result<()> {
        Ok(rustix::io::fcntl_setfd(&self.file, rustix::io::FdFlags::empty())?)
    }

    /// Returns false if the file was removed between opening and locking it.
    fn is_in_place(&self, path: &Path) -> io::Result<bool> {
        let ours = self.file.metadata()?;
        match std::fs::metadata(path) {
            Ok(there) => Ok((there.dev(), there.ino()) == (ours.dev(), ours.ino())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }
}

impl Repository {
    /// Takes the lock of the repository's writers, `ao/lock`, waiting for at most `patience`. The
    /// file stays when the lock is released.
    ///
    /// # Errors
    /// Fails if another writer holds the lock for all of `patience`, or if the file cannot be
    /// created or locked.
    pub fn lock(&self, patience: Duration) -> Result<Lock, LockError> {
        let path = self.ao_dir().join("lock");
        let failed = |source| LockError::Io { path: path.clone(), source };
        let file = self.open_lock(&path).map_err(failed)?;
        Ok(Lock { file: acquire(file, &path, Hold::Alone, patience)?, passing: None })
    }

    /// Takes a lock on `ao/<name>` that many can hold at once, or one alone. The file stays when
    /// the lock is released. With a `patience` of zero, it makes a single attempt.
    ///
    /// # Errors
    /// Fails if somebody holds the lock in a way that excludes this one for all of `patience`, or if
    /// the file cannot be created or locked.
    pub fn lock_as(&self, name: &str, hold: Hold, patience: Duration) -> Result<Lock, LockError> {
        let path = self.ao_dir().join(name);
        let failed = |source| LockError::Io { path: path.clone(), source };
        let file = self.open_lock(&path).map_err(failed)?;
        Ok(Lock { file: acquire(file, &path, hold, patience)?, passing: None })
    }

    /// Takes a lock with another name, on `ao/<name>`. The file is removed when the lock is
    /// released. With a `patience` of zero, it makes a single attempt.
    ///
    /// # Errors
    /// Fails if another process holds the lock for all of `patience`, or if the file cannot be
    /// created or locked.
    pub fn lock_named(&self, name: &str, patience: Duration) -> Result<Lock, LockError> {
        let path = self.ao_dir().join(name);
        let failed = |source| LockError::Io { path: path.clone(), source };
        let start = Instant::now();
        loop {
            let file = self.open_lock(&path).map_err(failed)?;
            let left = patience.saturating_sub(start.elapsed());
            let file = acquire(file, &path, Hold::Alone, left)?;
            let mut lock = Lock { file, passing: None };
            if lock.is_in_place(&path).map_err(failed)? {
                lock.passing = Some(path);
                return Ok(lock);
            }
        }
    }

    /// Returns the name that the holder of a lock wrote into it, or None if nobody holds the lock.
    ///
    /// # Errors
    /// Fails if the lock file cannot be read.
    pub fn lock_holder(&self, name: &str) -> Result<Option<String>, LockError> {
        let path = self.ao_dir().join(name);
        let failed = |source| LockError::Io { path: path.clone(), source };
        let file = match File::open(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            file => file.map_err(failed)?,
        };
        match try_again(|| file.try_lock_shared()) {
            Ok(()) => {
                release(&file);
                return Ok(None);
            }
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(source)) => return Err(failed(source)),
        }
        let mut who = Vec::new();
        file.take(LONGEST).read_to_end(&mut who).map_err(failed)?;
        Ok(Some(String::from_utf8_lossy(&who).into_owned()))
    }

    fn open_lock(&self, path: &Path) -> io::Result<File> {
        // Whatever lies there, opening it does not wait.
        let flags = OFlags::NONBLOCK.bits().cast_signed();
        let mut options = OpenOptions::new();
        options.create(true).read(true).write(true).truncate(false).custom_flags(flags);
        options.mode(self.shared().new_file(0o666));
        let open = || options.open(path);
        let file = match open() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let top = self.ao_dir();
                let folder = path.parent().unwrap_or(&top);
                let name = folder.strip_prefix(&top).unwrap_or(folder);
                self.make_ao_dir(&name.to_string_lossy())?;
                open()?
            }
            other => other?,
        };
        if !file.metadata()?.is_file() {
            // A pipe can be opened for both, but is no lock.
            return Err(io::ErrorKind::InvalidInput.into());
        }
        self.shared().adjust(path)?;
        Ok(file)
    }
}

/// Repeats an attempt to lock that a signal interrupted.
fn try_again(mut lock: impl FnMut() -> Result<(), TryLockError>) -> Result<(), TryLockError> {
    loop {
        match lock() {
            Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Interrupted => {}
            done => return done,
        }
    }
}

fn acquire(file: File, path: &Path, hold: Hold, patience: Duration) -> Result<File, LockError> {
    let timeout = || LockError::Timeout { path: path.to_owned(), waited: patience };
    match try_again(|| hold.attempt(&file)) {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) if patience.is_zero() => Err(timeout()),
        Err(TryLockError::WouldBlock) => wait(file, path, hold, patience),
        Err(TryLockError::Error(source)) => Err(LockError::Io { path: path.to_owned(), source }),
    }
}

/// Waits in a separate thread, so that the kernel's queue is used and the wait still has a limit.
/// If the thread gets the lock too late, it releases it at once.
fn wait(file: File, path: &Path, hold: Hold, patience: Duration) -> Result<File, LockError> {
    let (done, outcome) = channel();
    std::thread::spawn(move || {
        let locked = uninterrupted(|| hold.wait(&file)).map(|()| file);
        if let Err(SendError(Ok(file))) = done.send(locked) {
            release(&file);
        }
    });
    let path = path.to_owned();
    match outcome.recv_timeout(patience) {
        Ok(Ok(file)) => Ok(file),
        Ok(Err(source)) => Err(LockError::Io { path, source }),
        Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
            Err(LockError::Timeout { path, waited: patience })
        }
    }
}
