use std::time::Duration;

use super::notice::Listener;
use super::{Clock, LedgerError, LedgerNotice};
use crate::git::{Identity, Repository};
use crate::model::Oid;

/// The default time that a write waits for other writers.
const PATIENCE: Duration = Duration::from_secs(60);

/// The refs of one repository that hold a history of commits.
///
/// Opening a ledger neither reads nor writes.
#[derive(Debug, Clone)]
pub struct Ledger {
    repo: Repository,
    clock: Clock,
    patience: Duration,
    listener: Listener,
}

impl Ledger {
    /// Opens the ledger of a repository.
    pub fn new(repo: Repository) -> Self {
        Self { repo, clock: Clock::system(), patience: PATIENCE, listener: Listener::default() }
    }

    /// Returns the same ledger after its repository was moved.
    pub(crate) fn moved_to(&self, repo: Repository) -> Self {
        Self { repo, ..self.clone() }
    }

    /// Sets the author and the committer of everything that is written.
    pub fn with_identity(self, identity: Identity) -> Self {
        Self { repo: self.repo.with_identity(identity), ..self }
    }

    /// Sets the clock.
    pub fn with_clock(self, clock: Clock) -> Self {
        Self { clock, ..self }
    }

    /// Sets how long a write waits for other writers before it fails.
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Sets the function that receives notices during a write.
    pub fn with_listener(self, notify: impl Fn(LedgerNotice) + Send + Sync + 'static) -> Self {
        Self { listener: Listener::new(notify), ..self }
    }

    /// Returns the repository.
    pub fn repository(&self) -> &Repository {
        &self.repo
    }

    /// Returns the clock.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Returns how long a write waits for other writers before it fails.
    pub fn patience(&self) -> Duration {
        self.patience
    }

    /// Returns the newest commit on a ref, or None if there is no such ref.
    ///
    /// # Errors
    /// Fails if the ref cannot be read, or if the repository is no longer at its path.
    pub fn tip(&self, name: &str) -> Result<Option<Oid>, LedgerError> {
        let tip = self.repo.read_ref(name)?;
        if tip.is_none() {
            // A repository that was removed has no refs either.
            self.repo.check_in_place()?;
        }
        Ok(tip)
    }

    pub(super) fn notify(&self, notice: LedgerNotice) {
        self.listener.notify(notice);
    }
}
