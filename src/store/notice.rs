use std::fmt;
use std::sync::Arc;

use super::Displaced;
use crate::git::Cause;
use crate::model::error_chain;

/// What happens during a write that is no reason to give up.
#[derive(Debug)]
#[non_exhaustive]
pub enum Notice {
    /// The write waits for another program.
    Waiting(String),
    /// The write is done, but not known to be on the disk.
    Unsure(Cause),
    /// The private sessions cannot be read; the rest is there.
    PrivateUnread(String),
    /// What lay where a record belongs was put beside it.
    Displaced(Displaced),
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Waiting(why) => write!(f, "waiting: {why}"),
            Self::PrivateUnread(why) => {
                write!(f, "private sessions are omitted because they cannot be read: {why}")
            }
            Self::Displaced(displaced) => displaced.fmt(f),
            Self::Unsure(why) => {
                let why = error_chain(&**why);
                write!(f, "the change was made, but may not survive a power failure: {why}")
            }
        }
    }
}

/// Who is told.
#[derive(Clone, Default)]
pub(super) struct Listener(Option<Arc<Hear>>);

type Hear = dyn Fn(&Notice) + Send + Sync;

impl Listener {
    pub fn new(hear: impl Fn(&Notice) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(hear)))
    }

    pub fn tell(&self, notice: &Notice) {
        if let Some(hear) = &self.0 {
            hear(notice);
        }
    }
}

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Listener")
    }
}
