use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use super::{LockError, Repository};

/// The lock that the writers of one clone queue for.
///
/// It is an advisory lock on `ao/lock` in the common git directory: the kernel releases it when
/// the process ends, however it ends. The file stays.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Repository {
    /// Waits its turn to write, for at most `patience`.
    ///
    /// # Errors
    /// When another writer does not finish in time, or the file cannot be made or locked.
    pub fn lock(&self, patience: Duration) -> Result<Lock, LockError> {
        let path = self.ao_dir().join("lock");
        let failed = |source| LockError::Io { path: path.clone(), source };
        let file = self.open_lock(&path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(Lock { _file: file }),
            Err(TryLockError::WouldBlock) => wait(file, path, patience),
            Err(TryLockError::Error(source)) => Err(failed(source)),
        }
    }

    fn open_lock(&self, path: &Path) -> io::Result<File> {
        let open = || OpenOptions::new().create(true).append(true).open(path);
        let file = match open() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let folder = self.ao_dir();
                std::fs::create_dir_all(&folder)?;
                self.shared().adjust(&folder)?;
                open()?
            }
            other => other?,
        };
        self.shared().adjust(path)?;
        Ok(file)
    }
}

/// Blocks in a thread of its own, so that the kernel's queue is used and the wait still has an
/// end. A thread that comes too late lets the lock go at once.
fn wait(file: File, path: PathBuf, patience: Duration) -> Result<Lock, LockError> {
    let (done, outcome) = channel();
    std::thread::spawn(move || {
        let locked = file.lock().map(|()| file);
        let _ = done.send(locked);
    });
    match outcome.recv_timeout(patience) {
        Ok(Ok(file)) => Ok(Lock { _file: file }),
        Ok(Err(source)) => Err(LockError::Io { path, source }),
        Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
            Err(LockError::Timeout { path, waited: patience })
        }
    }
}
