use std::fs;
use std::io;
use std::path::Path;

use tempfile::TempPath;

/// Does it again as long as a signal interrupts it: the standard library does that for opening,
/// and for reading and writing to the end, but not for one read, locking, linking, renaming,
/// removing, and making folders.
pub fn uninterrupted<T>(mut act: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    loop {
        match act() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            done => return done,
        }
    }
}

/// Moves a temporary file into place, over what is there. It is removed where that fails.
pub fn replace(path: &Path, file: TempPath) -> io::Result<()> {
    uninterrupted(|| fs::rename(&file, path))?;
    // Its name is gone with the rename.
    let _ = file.keep();
    Ok(())
}
