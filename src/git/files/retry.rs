use std::fs;
use std::io;
use std::path::Path;

use tempfile::TempPath;

/// Repeats an operation as long as signals interrupt it. The standard library does so for opening
/// files, and for reading or writing all of them, but not for a single read, or for locking,
/// linking, renaming, removing and creating directories.
pub fn uninterrupted<T>(mut act: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    loop {
        match act() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            done => return done,
        }
    }
}

/// Renames a temporary file to `path`, replacing any existing file. If that fails, the temporary
/// file is removed.
pub fn replace(path: &Path, file: TempPath) -> io::Result<()> {
    uninterrupted(|| fs::rename(&file, path))?;
    // The rename has removed the temporary name.
    let _ = file.keep();
    Ok(())
}
