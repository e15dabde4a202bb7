use super::{Outgoing, Remote, ShareError, Watcher};

/// The preview of a push.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// What the push would send; None if there is nothing to share.
    pub outgoing: Option<Outgoing>,
    /// The number of events.
    pub events: u64,
    /// The size of their objects in this repository, in bytes.
    pub bytes: u64,
}

impl Remote<'_> {
    /// Fetches from the remote and determines what a push would send. Nothing is merged or sent.
    ///
    /// # Errors
    /// Fails like [`fetch`](Self::fetch), or if the remote's sessions could not be merged as a push
    /// needs it.
    pub fn preview(&self, watcher: &mut Watcher<'_>) -> Result<Preview, ShareError> {
        let theirs = self.fetch(watcher)?.tip;
        if let Some(tip) = &theirs {
            let checked = self.store.check_merge(tip, self.histories);
            checked.map_err(|source| self.unmergeable(tip, source))?;
        }
        let Some(ours) = self.store.tip()? else {
            return Ok(Preview { outgoing: None, events: 0, bytes: 0 });
        };
        let count = |options: &[&str]| -> Result<u64, ShareError> {
            let git = self.store.repository().git("rev-list").args(options).arg(ours.as_str());
            let git = match &theirs {
                Some(theirs) => git.arg(format!("^{theirs}")),
                None => git,
            };
            Ok(git.arg("--").run()?.text().trim().parse().unwrap_or_default())
        };
        Ok(Preview {
            outgoing: Some(self.outgoing(theirs.as_ref(), &ours)?),
            events: count(&["--count"])?,
            bytes: count(&["--objects", "--disk-usage"])?,
        })
    }
}
