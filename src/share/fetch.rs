use super::{Remote, ShareError, Watcher};
use crate::model::Oid;

/// What a remote was found to have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// Its tip when it was asked before.
    pub before: Option<Oid>,
    /// Its tip now; None where it has no sessions (any more).
    pub tip: Option<Oid>,
}

impl Remote<'_> {
    /// Asks the remote for its sessions. They come under [`tracking_ref`](Self::tracking_ref);
    /// nothing else in the repository changes, and nothing is merged.
    ///
    /// # Errors
    /// When git cannot reach it, or does not accept what it sends.
    pub fn fetch(&self, watcher: &mut Watcher<'_>) -> Result<Fetched, ShareError> {
        let before = self.tip()?;
        let refspec = format!("+{}:{}", self.their_ref, self.tracking_ref());
        // Objects that no git would accept must not come in: they could never be passed on.
        let git = watcher.prepare(self.store, &[("fetch.fsckObjects", "true")], "fetch");
        let git = git.args([
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
        ]);
        let ended = watcher.run(git)?;
        if ended.status == Some(0) {
            return Ok(Fetched { before, tip: self.tip()? });
        }
        if ended.stderr.contains("couldn't find remote ref") {
            return Ok(Fetched { before, tip: None });
        }
        Err(ShareError::transfer("fetch from", &self.name, &ended.stderr))
    }
}
