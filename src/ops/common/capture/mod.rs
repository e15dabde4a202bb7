//! Captures the transcripts of sessions.

mod capturer;
mod facts;
mod passing;
mod watcher;

pub use capturer::CaptureOutcome;
pub(in crate::ops) use capturer::Capturer;
pub(in crate::ops) use facts::{Facts, are_due, facts, record_all_facts, record_facts};
pub(in crate::ops) use watcher::{LastCapture, Watcher};
