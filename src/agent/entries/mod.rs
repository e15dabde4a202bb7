//! Reads entries from the lines of transcripts: one file per format.
//!
//! Each reader takes any line, of any length. What it does not understand becomes an entry of the
//! kind [`EntryKind::Meta`](crate::transcript::EntryKind::Meta).

mod aider;
mod claude;
mod codex;
mod cursor;
mod document;
mod gemini;
mod goose;
mod iter;
mod json;
mod last_words;
mod opencode;
mod parser;
mod reader;
mod redact_entry;
mod untouched;

pub use iter::Entries;
pub use last_words::last_words;
pub use reader::{EntryReader, entries};
pub use redact_entry::redact_entry;
pub use untouched::{redact_line, redact_transcript};
