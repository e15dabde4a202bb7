//! Waits for other writers.

use std::time::{Duration, Instant};

use super::{Backoff, Ledger, LedgerError, LedgerNotice, nesting};
use crate::git::{Lock, LockError, RefError};

/// The time after which a waiting write notifies the listener.
const SILENCE: Duration = Duration::from_secs(1);

impl Ledger {
    /// Takes the lock of all writers of this clone. Dropping it releases it.
    ///
    /// # Errors
    /// Fails if the lock is not free within this ledger's patience, or if it cannot be created.
    pub(crate) fn lock(&self) -> Result<Lock, LedgerError> {
        let (repo, patience) = (self.repository(), self.patience());
        nesting::check(repo.common_dir())?;
        repo.refresh()?;
        match repo.lock(patience.min(SILENCE)) {
            Err(LockError::Timeout { .. }) if patience > SILENCE => {
                self.notify(LedgerNotice::Waiting("another git ao process is writing".to_owned()));
                let lock = repo.lock(patience - SILENCE);
                Ok(lock.map_err(|error| waited_for(patience, error))?)
            }
            done => Ok(done?),
        }
    }
}

/// Returns the error with the whole time that was waited.
fn waited_for(waited: Duration, error: LockError) -> LockError {
    match error {
        LockError::Timeout { path, .. } => LockError::Timeout { path, waited },
        error => error,
    }
}

/// The attempts of one write to move its refs.
pub(super) struct Attempts {
    start: Instant,
    pause: Backoff,
    said: bool,
}

impl Attempts {
    pub fn begin() -> Self {
        Self { start: Instant::now(), pause: Backoff::new(2, 200), said: false }
    }

    /// Waits after an attempt that failed because another program holds a lock, or has moved a ref.
    ///
    /// # Errors
    /// Fails if the attempt failed for another reason, or if the time to wait is over.
    pub fn wait_after(&mut self, error: RefError, ledger: &Ledger) -> Result<Attempt, LedgerError> {
        let next = match error {
            RefError::Locked { .. } => Attempt::Same,
            RefError::Moved(_) => Attempt::New,
            error => return Err(error.into()),
        };
        let waited = self.start.elapsed();
        if waited >= ledger.patience() {
            return Err(LedgerError::after(waited, error));
        }
        if let RefError::Locked { source, .. } = error
            && waited >= SILENCE
            && !self.said
        {
            self.said = true;
            ledger.notify(LedgerNotice::Waiting(source.to_string()));
        }
        self.pause.wait();
        Ok(next)
    }
}

/// What to attempt next.
#[derive(PartialEq, Eq)]
pub(super) enum Attempt {
    /// The same updates.
    Same,
    /// Others, because a ref was moved.
    New,
}
