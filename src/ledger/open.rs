use std::time::Duration;

use super::notice::Listener;
use super::{Clock, LedgerError, LedgerNotice};
use crate::git::Repository;
use crate::model::Oid;

/// How long a write waits for others before it gives up.
const PATIENCE: Duration = Duration::from_secs(60);

/// The refs of one repository that hold a history of commits.
///
/// Opening it reads and writes nothing.
#[derive(Debug, Clone)]
pub struct Ledger {
    repo: Repository,
    clock: Clock,
    patience: Duration,
    listener: Listener,
}

impl Ledger {
    /// The ledger of a repository.
    pub fn new(repo: Repository) -> Self {
        Self { repo, clock: Clock::system(), patience: PATIENCE, listener: Listener::default() }
    }

    /// The same ledger, in its repository as it was found again elsewhere.
    pub(crate) fn moved_to(&self, repo: Repository) -> Self {
        Self { repo, ..self.clone() }
    }

    /// Sets what tells the time.
    pub fn with_clock(self, clock: Clock) -> Self {
        Self { clock, ..self }
    }

    /// Sets how long a write waits for other writers before it gives up.
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Sets who is notified of what happens while a write is under way.
    pub fn with_listener(self, notify: impl Fn(LedgerNotice) + Send + Sync + 'static) -> Self {
        Self { listener: Listener::new(notify), ..self }
    }

    /// The repository.
    pub fn repository(&self) -> &Repository {
        &self.repo
    }

    /// The time, as this ledger is told it.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// How long a write waits for other writers before it gives up.
    pub fn patience(&self) -> Duration {
        self.patience
    }

    /// The newest commit on a ref; None where there is no such ref.
    ///
    /// # Errors
    /// When the ref cannot be read.
    pub fn tip(&self, name: &str) -> Result<Option<Oid>, LedgerError> {
        Ok(self.repo.read_ref(name)?)
    }

    pub(super) fn notify(&self, notice: LedgerNotice) {
        self.listener.notify(notice);
    }
}
