//! Notes which sessions have more than may be captured.

use std::fs;
use std::io;

use super::TranscriptStore;
use super::purge::PURGED;
use crate::model::SessionId;

/// A session whose capture has stopped, because it has reached the size limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct StoppedCapture {
    /// The session.
    pub session: SessionId,
    /// How much was captured of it, in bytes.
    pub captured: u64,
}

const FOLDER: &str = "stopped";

impl TranscriptStore {
    /// Returns the sessions whose capture has stopped in this clone.
    pub fn stopped(&self) -> Vec<StoppedCapture> {
        let entries = fs::read_dir(self.repository().ao_dir().join(FOLDER));
        let entries = entries.into_iter().flatten().flatten();
        let stopped = entries.filter_map(|entry| {
            let session = entry.file_name().to_str()?.parse().ok()?;
            let captured = fs::read_to_string(entry.path()).ok()?.trim().parse().ok()?;
            Some(StoppedCapture { session, captured })
        });
        let mut stopped: Vec<_> = stopped.collect();
        stopped.sort();
        stopped
    }

    /// Notes that the capture of a session has stopped. If that fails, the next one notes it.
    pub(super) fn note_stopped(&self, session: SessionId, captured: u64) {
        let repo = self.repository();
        let _ = repo.make_ao_dir(FOLDER);
        let _ = repo.replace_file(&format!("{FOLDER}/{session}"), captured.to_string().as_bytes());
    }

    /// Notes that a session was captured.
    pub(super) fn note_captured(&self, session: SessionId) -> io::Result<()> {
        for folder in [FOLDER, PURGED] {
            let note = self.repository().ao_dir().join(folder).join(session.to_string());
            match fs::remove_file(note) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }
}
