//! Watches a store by looking at its refs.

use std::time::{Duration, Instant};

use super::{ChangeSet, Tips};
use crate::git::RefsStamp;
use crate::store::{PRIVATE_REF, Store, StoreError, Visibility};

/// The default time between two looks.
const INTERVAL: Duration = Duration::from_millis(200);

/// A watch over a store, which looks at its refs again and again: there is no daemon, no thread, and
/// nothing to stop. A look that finds nothing new reads one small file.
///
/// As an iterator it blocks until something has happened, and never ends. After an error it goes on:
/// the next item tells the same changes, or the same error.
#[derive(Debug)]
pub struct Watch {
    store: Store,
    tips: Tips,
    interval: Duration,
    /// The refs when nothing was new; None if they have to be read.
    stamp: Option<RefsStamp>,
}

impl Store {
    /// Watches the store for what happens after `since`: [`newest`](Self::newest) for what happens
    /// from now on, the tips of earlier changes to miss nothing in between.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let dir = tempfile::tempdir()?;
    /// # assert!(std::process::Command::new("git").args(["init", "-q"]).arg(dir.path()).status()?.success());
    /// # let store = git_ao::store::Store::discover(dir.path())?;
    /// use std::time::Duration;
    /// # use git_ao::model::{Session, SessionId};
    ///
    /// let mut watch = store.watch(store.newest()?);
    /// # store.create(&Session::new(SessionId::random(), "demo".parse()?, store.clock().now()))?;
    /// while let Some(changes) = watch.next_timeout(Duration::from_millis(500))? {
    ///     for event in &changes.events {
    ///         println!("{}", event.message.subject);
    ///     }
    ///     # assert_eq!(changes.sessions.len(), 1);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn watch(&self, since: impl Into<Tips>) -> Watch {
        Watch { store: self.clone(), tips: since.into(), interval: INTERVAL, stamp: None }
    }
}

impl Watch {
    /// Sets the time between two looks.
    pub fn every(self, interval: Duration) -> Self {
        Self { interval, ..self }
    }

    /// Returns how far the watch has got.
    pub fn tips(&self) -> &Tips {
        &self.tips
    }

    /// Looks once, and returns what has happened; None if nothing has.
    ///
    /// # Errors
    /// Fails like [`Store::changes`]. The next look tries again.
    pub fn poll(&mut self) -> Result<Option<ChangeSet>, StoreError> {
        let stamp = self.store.repository().refs_stamp(&self.names());
        if stamp.is_some() && stamp == self.stamp {
            return Ok(None);
        }
        self.stamp = None;
        let now = self.store.newest()?;
        let changes = match now == self.tips {
            true => None,
            false => Some(self.store.changes_between(&self.tips, now)?),
        };
        if let Some(changes) = &changes {
            self.tips.clone_from(&changes.tips);
        }
        self.stamp = stamp;
        Ok(changes)
    }

    /// Waits until something has happened. Returns None if nothing has within `timeout`.
    ///
    /// # Errors
    /// Fails like [`poll`](Self::poll).
    pub fn next_timeout(&mut self, timeout: Duration) -> Result<Option<ChangeSet>, StoreError> {
        let start = Instant::now();
        loop {
            if let Some(changes) = self.poll()? {
                return Ok(Some(changes));
            }
            let left = timeout.saturating_sub(start.elapsed());
            if left.is_zero() {
                return Ok(None);
            }
            std::thread::sleep(self.interval.min(left));
        }
    }

    fn names(&self) -> Vec<&str> {
        let private = self.store.ref_of(Visibility::Private).map(|_| PRIVATE_REF);
        [self.store.ref_name()].into_iter().chain(private).collect()
    }
}

impl Iterator for Watch {
    type Item = Result<ChangeSet, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.poll() {
                Ok(Some(changes)) => return Some(Ok(changes)),
                Ok(None) => std::thread::sleep(self.interval),
                Err(error) => {
                    // Whoever ignores errors does not keep the processor busy.
                    std::thread::sleep(self.interval);
                    return Some(Err(error));
                }
            }
        }
    }
}
