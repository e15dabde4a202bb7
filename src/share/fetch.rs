use std::time::{Duration, Instant};

use super::{Remote, ShareError, Watcher};
use crate::git::{GitError, GitExit};
use crate::ledger::Backoff;
use crate::model::Oid;

/// How long a fetch waits for other processes that write the same ref in this clone.
const PATIENCE: Duration = Duration::from_secs(30);

/// The result of [`Remote::fetch`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fetched {
    /// The remote's tip at the previous fetch.
    pub before: Option<Oid>,
    /// The remote's tip now; None if it has no sessions.
    pub tip: Option<Oid>,
}

impl Remote<'_> {
    /// Fetches the remote's sessions to [`tracking_ref`](Self::tracking_ref). Nothing else in the
    /// repository changes, and nothing is merged.
    ///
    /// # Errors
    /// Fails if git cannot reach the remote, or rejects the objects that it sends.
    pub fn fetch(&self, watcher: &mut Watcher<'_>) -> Result<Fetched, ShareError> {
        let before = self.known()?;
        let start = Instant::now();
        let mut pause = Backoff::new(16, 1000);
        loop {
            let ended = self.ask(watcher)?;
            if ended.status == Some(0) {
                return Ok(Fetched { before, tip: self.tip()? });
            }
            if ended.stderr.contains("couldn't find remote ref") {
                return Ok(Fetched { before, tip: None });
            }
            let is_busy = is_about_others(&ended.stderr, &self.tracking_ref());
            if !is_busy || start.elapsed() >= PATIENCE {
                return Err(ShareError::transfer("fetch from", &self.name, &ended.stderr));
            }
            pause.wait();
        }
    }

    fn ask(&self, watcher: &mut Watcher<'_>) -> Result<GitExit, GitError> {
        let refspec = format!("+{}:{}", self.their_ref, self.tracking_ref());
        watcher.run_with_retries(|watcher| {
            let config = [
                // Malformed objects are rejected, because they could never be pushed to anybody else.
                ("fetch.fsckObjects", "true"),
                // Whether the remote's history was rewritten is for the merge to say. To tell, git
                // walks all of the history if one event is older than its parent.
                ("fetch.showForcedUpdates", "false"),
            ];
            let git = watcher.prepare(self.store, &config, "fetch");
            git.args([
                "--no-tags",
                "--no-write-fetch-head",
                "--no-auto-maintenance",
                "--no-recurse-submodules",
                "--no-prune",
                "--no-prune-tags",
                "--no-filter",
                "--refmap=",
                "--",
                &self.name,
                &refspec,
            ])
        })
    }
}

/// Returns true if git's message says that a fetch failed because another process in this clone was
/// writing the same ref.
fn is_about_others(said: &str, tracking_ref: &str) -> bool {
    ["cannot lock ref", "cannot lock references", "unable to lock", "incorrect old value"]
        .iter()
        .any(|words| said.contains(words))
        && (said.contains(tracking_ref) || said.contains("cannot lock references"))
}
