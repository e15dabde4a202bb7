use std::fs::{self, File};
use std::io;
use std::path::Path;

use super::retry::uninterrupted;
use crate::git::Repository;

/// How often the folders above a file may vanish before it is an error.
const ATTEMPTS: usize = 16;

impl Repository {
    /// Does something with a file, making the folders above it where they are missing: git removes
    /// empty ones at any time.
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
                    // It was moved away: an empty one in its old place would be in the way.
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

/// Makes a rename into the folder durable.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}
