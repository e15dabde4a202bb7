//! What agents in this clone are doing. None of this is in the store.

mod facts;
mod file;
mod heard;
mod look;
mod notify;
mod own_bell;
mod private;
mod sent;
mod survey;
mod watcher;

pub(in crate::ops) use facts::AgentFacts;
pub(in crate::ops) use file::ActivityFile;
pub(in crate::ops) use heard::heard;
pub use heard::{HookTarget, hear};
pub(in crate::ops) use look::look;
pub(in crate::ops) use notify::{Notice, Notify};
pub(in crate::ops) use sent::Sent;
pub(in crate::ops) use survey::{activities, now};
pub(in crate::ops) use watcher::ActivityWatcher;

/// The variable that tells an agent's hooks which file to write to.
pub(in crate::ops) const HEARD_ENV: &str = "AO_HOOK_FILE";
