use std::time::Instant;

use super::{Remote, ShareError, Tell, Watcher};
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
    /// again, until it lands or the time of `ao.pushTimeout` is over. `tell` hears what leaves.
    ///
    /// # Errors
    /// When git cannot reach the remote, the remote refuses, or others keep moving it. What was
    /// merged until then stays merged.
    pub fn push(
        &self,
        watcher: &mut Watcher<'_>,
        tell: Tell<'_>,
    ) -> Result<PushReport, ShareError> {
        self.push_from(self.tip()?, watcher, tell)
    }

    /// Pulls, and pushes what the remote does not have then.
    ///
    /// # Errors
    /// As [`pull`](Self::pull) and [`push`](Self::push).
    pub fn sync(
        &self,
        watcher: &mut Watcher<'_>,
        tell: Tell<'_>,
    ) -> Result<PushReport, ShareError> {
        let pulled = self.pull(watcher)?;
        let (tip, merged) = (pulled.fetched.tip, pulled.merged.into_iter());
        if tip.is_some() && tip == self.store.tip()? {
            return Ok(PushReport { sent: Vec::new(), tip, merged: merged.collect() });
        }
        let mut report = self.push_from(tip, watcher, tell)?;
        report.merged.splice(..0, merged);
        Ok(report)
    }

    /// Pushes to a remote that has `known`: if it has anything else, it is asked what.
    fn push_from(
        &self,
        mut known: Option<Oid>,
        watcher: &mut Watcher<'_>,
        mut tell: Tell<'_>,
    ) -> Result<PushReport, ShareError> {
        let (start, patience) = (Instant::now(), self.patience()?);
        let mut pause = Backoff::new(128, 4000);
        let mut merged = Vec::new();
        let mut told: Option<Option<Oid>> = None;
        let mut is_surprised = false;
        loop {
            let Some(ours) = self.store.tip()? else {
                return Ok(PushReport { sent: Vec::new(), tip: None, merged });
            };
            let is_ahead = match &known {
                Some(known) => self.store.contains_event(&ours, known)?,
                None => true,
            };
            if is_ahead {
                if let Some(tell) = &mut tell
                    && told.as_ref() != Some(&known)
                {
                    tell(&self.outgoing(known.as_ref(), &ours)?);
                    told = Some(known.clone());
                }
                let lease = (!is_surprised).then_some(known.as_ref());
                if let Answer::Taken = self.offer(&ours, lease, watcher)? {
                    let sent = self.store.changes(known.as_ref(), &ours);
                    self.remember(&ours)?;
                    // The push is done: what cannot be read of the past is no reason to fail now.
                    let sent = sent.unwrap_or_default();
                    return Ok(PushReport { sent, tip: Some(ours), merged });
                }
            }
            if start.elapsed() >= patience {
                let (remote, seconds) = (self.name.clone(), patience.as_secs());
                return Err(ShareError::Contended { remote, seconds });
            }
            if !merged.is_empty() {
                pause.wait();
            }
            let fetched = self.fetch(watcher)?.tip;
            // It says the same as before, and is something else where it is pushed to: a 'pushurl'
            // may lead elsewhere. Then only that it is a fast-forward can be asked for.
            is_surprised = is_ahead && fetched == known;
            known = fetched;
            if let Some(tip) = &known {
                merged.push(self.merge(tip, Aim::FastForward)?);
            }
        }
    }

    /// Offers a tip that holds what the remote has. The lease, where there is one, says what that is:
    /// so nothing leaves but what was told, and nothing is lost, for it is a fast-forward.
    fn offer(
        &self,
        ours: &Oid,
        lease: Option<Option<&Oid>>,
        watcher: &mut Watcher<'_>,
    ) -> Result<Answer, ShareError> {
        // A mirror's pushes take no names of refs, and would delete what is not here.
        let mirror = format!("remote.{}.mirror", self.name);
        let git = watcher.prepare(self.store, &[(&mirror, "false")], "push");
        // Our own pre-push hook would send the same once more.
        let git = git.env("AO_DISABLE", "1");
        let refspec = format!("{ours}:{}", self.their_ref);
        let git = match lease {
            Some(known) => {
                let known = known.map(Oid::as_str).unwrap_or_default();
                git.arg(format!("--force-with-lease={}:{known}", self.their_ref))
            }
            None => git,
        };
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
                    said: said_there(&ended.stderr),
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

/// What the other side said, as its hooks do.
fn said_there(stderr: &str) -> String {
    let said = stderr.lines().filter_map(|line| line.strip_prefix("remote:"));
    let said: Vec<_> = said.map(str::trim).filter(|line| !line.is_empty()).collect();
    said.join("\n")
}
