use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::time::SystemTime;

/// Tells a directory from every other one, also from a later one with the same path. A new directory
/// may get the inode of a removed one, but not its time of birth, where the file system records it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DirectoryId {
    device: u64,
    inode: u64,
    born: Option<SystemTime>,
}

impl DirectoryId {
    /// Examines the directory at this path.
    pub fn of(path: &Path) -> io::Result<Self> {
        let meta = fs::metadata(path)?;
        Ok(Self { device: meta.dev(), inode: meta.ino(), born: meta.created().ok() })
    }
}
