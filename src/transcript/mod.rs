//! Keeps the transcripts of agents: the files in which they store their conversations, byte for
//! byte.
//!
//! They are in a separate bare repository, `ao/transcripts.git` in the common git directory, so
//! that a clone, a bundle or a mirror of the user's repository has nothing of them, and so that
//! other users cannot read them. Each session and clone has a ref there, which only that clone
//! writes:
//!
//! ```text
//! refs/ao/transcripts/<first two hex digits>/<session id>/<replica>
//!   00-<first 12 characters of the agent's session id>/    one folder per conversation, in order
//!     conversation                                         which conversation this is, as JSON
//!     000/000000-<first 12 hex digits of the session id>.jsonl   256 segments a folder
//!     sub/<subagent>/000/…                                 the conversations of subagents
//!     files/…                                              files to which the transcript refers
//!     g2/000/…                                             after the agent rewrote its file
//! ```
//!
//! A segment has complete lines of the file. The segments of a generation, in the order of their
//! paths, are the file. The name of each has the session's id because git looks for similar objects
//! among those with similar names.
//!
//! What other clones shared has the same form, at `refs/ao/fetched/<session id>/<replica>`.

mod append;
mod capture;
mod capture_rows;
mod copies;
mod entry;
mod error;
mod extent;
mod fetched;
mod input;
mod layout;
mod purge;
mod read;
mod recorded;
mod repair;
mod role;
mod rows;
mod segments;
mod session;
mod shared;
mod sizes;
mod source;
mod source_input;
mod stopped;
mod store;
mod tool;
mod values;

pub use capture::Captured;
pub use entry::{EntryKind, RawPlace, Tool, TranscriptEntry, Usage};
pub use error::TranscriptError;
pub use extent::CaptureExtent;
pub(crate) use input::Input as TranscriptInput;
pub use layout::is_file_name;
pub use read::{Line, Lines, Transcript, TranscriptOrigin};
pub use repair::RepairedTranscripts;
pub use role::{Role, UnknownRole};
pub(crate) use rows::Database;
pub use rows::{RowColumn, RowTable};
pub use session::TranscriptIndex;
pub use shared::{SharedForm, SharedPart};
pub use source::{Source, SourceKind};
pub use stopped::StoppedCapture;
pub use store::TranscriptStore;
