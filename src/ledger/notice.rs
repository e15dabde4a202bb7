use std::fmt;
use std::sync::Arc;

use crate::git::Cause;
use crate::model::error_chain;

/// An event during a write that does not make it fail.
#[derive(Debug)]
#[non_exhaustive]
pub enum LedgerNotice {
    /// The write is waiting for another program.
    Waiting(String),
    /// The write is done, but may not survive a power failure.
    Unsure(Cause),
}

impl fmt::Display for LedgerNotice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Waiting(why) => write!(f, "waiting: {why}"),
            Self::Unsure(why) => {
                let why = error_chain(&**why);
                write!(f, "the change was made, but may not survive a power failure: {why}")
            }
        }
    }
}

/// The receiver of notices.
#[derive(Clone, Default)]
pub(super) struct Listener(Option<Arc<Notify>>);

type Notify = dyn Fn(LedgerNotice) + Send + Sync;

impl Listener {
    pub fn new(notify: impl Fn(LedgerNotice) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(notify)))
    }

    pub fn notify(&self, notice: LedgerNotice) {
        if let Some(notify) = &self.0 {
            notify(notice);
        }
    }
}

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Listener")
    }
}
