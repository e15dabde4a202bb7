//! Shares the transcripts of sessions, withdraws them, and fetches those of other clones. The
//! records say what is shared.

mod fetch;
mod prepare;
mod record;
mod send;
mod withdraw;

pub use prepare::{LongLines, PreparedTranscripts};
pub use withdraw::WithdrawnTranscripts;
