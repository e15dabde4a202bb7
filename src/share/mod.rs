//! Sharing a store with other clones: fetch, merge, push.
//!
//! Git transfers the sessions, with the user's own transports and credentials. Nothing leaves the
//! clone without a call to [`Remote::push`] or [`Remote::push_behind`], and no push is ever forced.

mod behind;
mod branches;
mod damage;
mod disturbance;
mod error;
mod fetch;
mod fetch_branch;
mod moved;
mod offer;
mod outgoing;
mod preview;
mod pull;
mod push;
mod remote;
mod takeover;
mod transcripts;
mod transport;
mod tries;

pub use branches::BranchesReport;
pub use error::{Failure, ShareError};
pub use fetch::Fetched;
pub use fetch_branch::fetch_branch;
pub use outgoing::{Outgoing, Tell};
pub use preview::Preview;
pub use pull::PullReport;
pub use push::PushReport;
pub use remote::{Hooks, Remote};
pub use takeover::Takeover;
pub use transcripts::{Claim, NotedShare, TranscriptsSent};
pub use transport::Watcher;
