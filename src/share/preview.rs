use super::{Outgoing, Remote, ShareError, Watcher};

/// The preview of a push.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// What would be new to the remote; None where there is nothing to share.
    pub outgoing: Option<Outgoing>,
    /// How many events.
    pub events: u64,
    /// How many bytes all that takes here, packed or not.
    pub bytes: u64,
}

impl Remote<'_> {
    /// Asks the remote what it has, and says what a push would send. Nothing is merged or sent.
    ///
    /// # Errors
    /// As [`fetch`](Self::fetch); or when what it has could not be merged, as a push needs it.
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
