use std::fs::{self, File};
use std::io;
use std::path::Path;

use super::retry::uninterrupted;
use crate::git::Repository;

/// The number of times that the directories of a file may vanish before an operation fails.
const ATTEMPTS: usize = 16;

impl Repository {
    /// Runs an operation on a file, and creates missing parent directories: git may remove empty
    /// ones at any time.
    pub(in crate::git) fn with_parents<T>(
        &self,
        path: &Path,
        act: impl Fn() -> io::Result<T>,
    ) -> io::Result<T> {
        let mut attempts = ATTEMPTS;
        loop {
            match act() {
                Err(error) if error.kind() == io::ErrorKind::NotFound && attempts > 0 => {
                    attempts -= 1;
                    // The repository was moved: do not create an empty directory in its old place.
                    if !self.common_dir().is_dir() {
                        return Err(error);
                    }
                    let folder = path.parent().unwrap_or(path);
                    match uninterrupted(|| fs::create_dir_all(folder)) {
                        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                        _ => self.shared().adjust(folder).or_else(ignore_missing)?,
                    }
                }
                other => return other,
            }
        }
    }
}

pub fn ignore_missing(error: io::Error) -> io::Result<()> {
    if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error) }
}

/// Syncs a directory, so that a rename into it is durable.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}
