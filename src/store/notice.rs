use std::fmt;
use std::sync::Arc;

use super::Displaced;
use crate::ledger;

/// An event during an operation that does not make it fail.
#[derive(Debug)]
#[non_exhaustive]
pub enum Notice {
    /// A write is waiting, or may not survive a power failure.
    Ledger(ledger::LedgerNotice),
    /// The private sessions cannot be read; the operation continues without them.
    PrivateUnread(String),
    /// An entry in the place of a record was moved aside.
    Displaced(Displaced),
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ledger(notice) => notice.fmt(f),
            Self::PrivateUnread(why) => {
                write!(f, "private sessions are omitted because they cannot be read: {why}")
            }
            Self::Displaced(displaced) => displaced.fmt(f),
        }
    }
}

/// The receiver of notices.
#[derive(Clone, Default)]
pub(super) struct Listener(Option<Arc<Notify>>);

type Notify = dyn Fn(&Notice) + Send + Sync;

impl Listener {
    pub fn new(notify: impl Fn(&Notice) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(notify)))
    }

    pub fn notify(&self, notice: &Notice) {
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
