//! Waiting for the turn to write.

use std::time::{Duration, Instant};

use super::{Backoff, Ledger, LedgerError, LedgerNotice, nesting};
use crate::git::{Lock, LockError, RefError};

/// How long a write waits before it says so.
const SILENCE: Duration = Duration::from_secs(1);

impl Ledger {
    /// Takes the lock that all writers of this clone share; it is released when dropped.
    ///
    /// # Errors
    /// When it was not free within this ledger's patience, or cannot be made.
    pub(crate) fn lock(&self) -> Result<Lock, LedgerError> {
        let (repo, patience) = (self.repository(), self.patience());
        nesting::check(repo.common_dir())?;
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
    /// When it failed for any other reason, or patience is at its end.
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

/// There is no sense in a further attempt.
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
