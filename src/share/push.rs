use super::offer::Answer;
use super::tries::Tries;
use super::{Remote, ShareError, Tell, Watcher};
use crate::model::Oid;
use crate::store::{Change, MergeMode, MergeReport};

/// The result of a push.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PushReport {
    /// The changes that the remote did not have, sorted by project and id.
    pub sent: Vec<Change>,
    /// The remote's tip now; None if there is nothing to share.
    pub tip: Option<Oid>,
    /// The merges that were made first, because the remote had moved.
    pub merged: Vec<MergeReport>,
}

/// How often the remote may refuse although its ref has not moved. After that, the refusal cannot
/// be due to other pushes.
const STILL: u32 = 5;

impl Remote<'_> {
    /// Pushes the store, as a fast-forward. If the remote has moved, fetches, merges and pushes
    /// again, until `ao.pushTimeout` expires. `tell` receives what is about to be sent.
    ///
    /// # Errors
    /// Fails if git cannot reach the remote, if the remote rejects the push, or if others keep
    /// moving its ref. Merges that were made by then remain.
    pub fn push(
        &self,
        watcher: &mut Watcher<'_>,
        tell: Tell<'_>,
    ) -> Result<PushReport, ShareError> {
        self.push_from(self.known()?, watcher, tell)
    }

    /// Pulls, then pushes.
    ///
    /// # Errors
    /// Fails like [`pull`](Self::pull) and [`push`](Self::push).
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

    /// Pushes to a remote whose tip is believed to be `known`. If it has another one, fetches and
    /// merges that first.
    fn push_from(
        &self,
        mut known: Option<Oid>,
        watcher: &mut Watcher<'_>,
        mut tell: Tell<'_>,
    ) -> Result<PushReport, ShareError> {
        let (mut tries, patience) = (Tries::new(), self.patience()?);
        let mut merged = Vec::new();
        let mut told: Option<Option<Oid>> = None;
        let (mut is_surprised, mut still) = (false, 0);
        loop {
            let Some(ours) = self.store.tip()? else {
                return Ok(PushReport { sent: Vec::new(), tip: None, merged });
            };
            let is_ahead = match &known {
                Some(known) => self.store.contains_event(&ours, known)?,
                None => true,
            };
            let mut refused = None;
            if is_ahead {
                if let Some(tell) = &mut tell
                    && told.as_ref() != Some(&known)
                {
                    tell(&self.outgoing(known.as_ref(), &ours)?);
                    told = Some(known.clone());
                }
                let lease = (!is_surprised).then_some(known.as_ref());
                match self.offer(&ours, lease, watcher)? {
                    Answer::Taken => {
                        let sent = self.store.compare(known.as_ref(), &ours);
                        self.remember(&ours);
                        // The push has succeeded, so a failure to list the changes is ignored.
                        let sent = sent.unwrap_or_default();
                        return Ok(PushReport { sent, tip: Some(ours), merged });
                    }
                    answer => refused = Some(answer),
                }
            }
            if tries.elapsed() >= patience {
                let (remote, seconds) = (self.name.clone(), patience.as_secs());
                return Err(ShareError::Contended { remote, seconds });
            }
            tries.pause(patience);
            let fetched = self.fetch(watcher)?.tip;
            // The remote refused although the fetched tip has not changed. A 'pushurl' may name
            // another repository with another tip, so the next push is made without a lease, as a
            // plain fast-forward.
            is_surprised = is_ahead && fetched == known;
            still = if is_surprised { still + 1 } else { 0 };
            match refused {
                Some(Answer::Busy(refusal)) if still >= STILL => return Err(refusal.rejected(self)),
                Some(Answer::Moved(refusal)) if still >= STILL => {
                    return Err(refusal.elsewhere(self));
                }
                _ => {}
            }
            known = fetched;
            if let Some(tip) = &known {
                merged.push(self.merge(tip, MergeMode::FastForward)?);
            }
        }
    }

    /// Updates the remote-tracking ref after a push. Failure is ignored, because the ref is only a
    /// cache that the next fetch updates.
    fn remember(&self, tip: &Oid) {
        let git = self.store.repository().git("update-ref").shielded();
        let _ = git.args([&self.tracking_ref(), tip.as_str()]).run();
    }
}
