//! Sends, withdraws and fetches the transcripts of a session.

mod fetch;
mod notes;
mod send;
mod transfer;
mod withdraw;

pub use self::notes::NotedShare;
pub use self::send::{Claim, TranscriptsSent};
