use std::time::Instant;

use super::{Remote, ShareError, Watcher};
use crate::model::Oid;
use crate::store::{Aim, Backoff, Change, MergeReport};

/// What a push came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PushReport {
    /// What the remote did not have before; in the order of projects and ids.
    pub sent: Vec<Change>,
    /// What the remote has now; None where there is nothing to share.
    pub tip: Option<Oid>,
    /// What was merged first, because the remote had moved.
    pub merged: Vec<MergeReport>,
}

/// How the remote answered.
enum Answer {
    Taken,
    /// It has what we have not.
    Moved,
}

impl Remote<'_> {
    /// Pushes the store, as a fast-forward. Where the remote has moved, fetches, merges and pushes
    /// again, until it lands or the time of `ao.pushTimeout` is over.
    ///
    /// # Errors
    /// When git cannot reach the remote, the remote refuses, or others keep moving it. What was
    /// merged until then stays merged.
    pub fn push(&self, watcher: &mut Watcher<'_>) -> Result<PushReport, ShareError> {
        let (start, patience) = (Instant::now(), self.patience()?);
        let mut pause = Backoff::new(128, 4000);
        let mut merged = Vec::new();
        loop {
            let Some(ours) = self.store.tip()? else {
                return Ok(PushReport { sent: Vec::new(), tip: None, merged });
            };
            if let Answer::Taken = self.offer(&ours, watcher)? {
                let known = self.tip()?;
                let sent = self.store.changes(known.as_ref(), &ours);
                self.remember(&ours)?;
                // The push is done: what cannot be read of the past is no reason to fail now.
                return Ok(PushReport { sent: sent.unwrap_or_default(), tip: Some(ours), merged });
            }
            if start.elapsed() >= patience {
                let (remote, seconds) = (self.name.clone(), patience.as_secs());
                return Err(ShareError::Contended { remote, seconds });
            }
            if !merged.is_empty() {
                pause.wait();
            }
            if let Some(tip) = self.fetch(watcher)?.tip {
                merged.push(self.merge(&tip, Aim::FastForward)?);
            }
        }
    }

    /// Pulls, and pushes what the remote does not have then.
    ///
    /// # Errors
    /// As [`pull`](Self::pull) and [`push`](Self::push).
    pub fn sync(&self, watcher: &mut Watcher<'_>) -> Result<PushReport, ShareError> {
        let pulled = self.pull(watcher)?;
        if pulled.fetched.tip.is_some() && pulled.fetched.tip == self.store.tip()? {
            let tip = pulled.fetched.tip;
            return Ok(PushReport {
                sent: Vec::new(),
                tip,
                merged: pulled.merged.into_iter().collect(),
            });
        }
        let mut report = self.push(watcher)?;
        report.merged.splice(..0, pulled.merged);
        Ok(report)
    }

    fn offer(&self, ours: &Oid, watcher: &mut Watcher<'_>) -> Result<Answer, ShareError> {
        // A mirror's pushes take no names of refs, and would delete what is not here.
        let mirror = format!("remote.{}.mirror", self.name);
        let git = watcher.prepare(self.store, &[(&mirror, "false")], "push");
        // Our own pre-push hook would send the same once more.
        let git = git.env("AO_DISABLE", "1");
        let refspec = format!("{ours}:{}", self.their_ref);
        let ended = watcher.run(git.args([
            "--porcelain",
            "--no-follow-tags",
            "--recurse-submodules=no",
            "--",
            &self.name,
            &refspec,
        ]))?;
        if ended.status == Some(0) {
            return Ok(Answer::Taken);
        }
        match ended.stdout.lines().find_map(|line| line.strip_prefix("!\t")) {
            Some(line) => {
                let reason = line.rsplit('\t').next().unwrap_or(line);
                if is_about_others(reason) {
                    return Ok(Answer::Moved);
                }
                Err(ShareError::Rejected {
                    remote: self.name.clone(),
                    name: self.their_ref.clone(),
                    reason: reason.to_owned(),
                })
            }
            None => Err(ShareError::transfer("push to", &self.name, &ended.stderr)),
        }
    }

    fn remember(&self, tip: &Oid) -> Result<(), ShareError> {
        let git = self.store.repository().git("update-ref").shielded();
        git.args([&self.tracking_ref(), tip.as_str()]).run()?;
        Ok(())
    }
}

/// Whether a push was rejected because somebody else pushed before it, or at the same moment; in
/// the words of git's send-pack and receive-pack.
fn is_about_others(reason: &str) -> bool {
    let words = [
        "fetch first",
        "non-fast-forward",
        "stale info",
        "cannot lock ref",
        "failed to update ref",
        "incorrect old value",
        "reference already exists",
        "remote ref updated since checkout",
    ];
    words.iter().any(|word| reason.contains(word))
}
