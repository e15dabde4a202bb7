//! Waiting for the turn to write.

use std::time::{Duration, Instant};

use super::{Backoff, Notice, Store, StoreError};
use crate::git::{Lock, LockError, RefError};

/// How long a write waits before it says so.
const SILENCE: Duration = Duration::from_secs(1);

impl Store {
    /// Queues with the other writers of this clone.
    pub(super) fn queue(&self) -> Result<Lock, LockError> {
        let (repo, patience) = (self.repository(), self.patience());
        match repo.lock(patience.min(SILENCE)) {
            Err(LockError::Timeout { .. }) if patience > SILENCE => {
                self.tell(&Notice::Waiting("another git-ao is writing".to_owned()));
                repo.lock(patience - SILENCE)
            }
            done => done,
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

    /// Waits after an attempt that failed because of another program.
    ///
    /// # Errors
    /// When it failed for any other reason, or patience is at its end.
    pub fn wait_after(&mut self, error: RefError, store: &Store) -> Result<(), StoreError> {
        let waited = self.start.elapsed();
        match error {
            RefError::Moved(name) if waited >= store.patience() => {
                Err(StoreError::Contended { name, seconds: waited.as_secs() })
            }
            RefError::Locked { .. } | RefError::Moved(_) if waited < store.patience() => {
                if let RefError::Locked { source, .. } = &error
                    && waited >= SILENCE
                    && !self.said
                {
                    self.said = true;
                    store.tell(&Notice::Waiting(source.to_string()));
                }
                self.pause.wait();
                Ok(())
            }
            error => Err(error.into()),
        }
    }
}
