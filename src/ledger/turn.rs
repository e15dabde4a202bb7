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
                self.notify(LedgerNotice::Waiting("another git-ao is writing".to_owned()));
                Ok(repo.lock(patience - SILENCE)?)
            }
            done => Ok(done?),
        }
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
    pub fn wait_after(&mut self, error: &RefError, ledger: &Ledger) -> Result<(), Exhausted> {
        let is_temporary = matches!(error, RefError::Locked { .. } | RefError::Moved(_));
        let waited = self.start.elapsed();
        if !is_temporary || waited >= ledger.patience() {
            return Err(Exhausted { seconds: waited.as_secs() });
        }
        if let RefError::Locked { source, .. } = error
            && waited >= SILENCE
            && !self.said
        {
            self.said = true;
            ledger.notify(LedgerNotice::Waiting(source.to_string()));
        }
        self.pause.wait();
        Ok(())
    }
}

/// No further attempt is to be made.
pub(super) struct Exhausted {
    seconds: u64,
}

impl Exhausted {
    pub fn into_error(self, error: RefError) -> LedgerError {
        match error {
            RefError::Moved(name) => LedgerError::Contended { name, seconds: self.seconds },
            error => error.into(),
        }
    }
}
