//! Finds a repository again after it was moved.

use std::fs::{self, File, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use crate::git::{Environment, Repository};

/// An open handle of a repository's common git directory. The handle follows the directory when it
/// is moved within its file system.
#[derive(Debug)]
pub struct Anchor {
    directory: File,
    environment: Environment,
}

impl Anchor {
    /// Opens a handle of a repository.
    ///
    /// # Errors
    /// Fails if the common git directory cannot be opened.
    pub fn new(repo: &Repository) -> io::Result<Self> {
        let environment = repo.environment().clone();
        Ok(Self { directory: File::open(repo.common_dir())?, environment })
    }

    /// Returns true if `repo` is the repository of this handle, and not another one at the same
    /// path.
    pub fn holds(&self, repo: &Repository) -> bool {
        leads_to(repo.common_dir(), &self.directory)
    }

    /// Opens the repository at its current path, or returns None if it was removed or moved to
    /// another file system.
    pub fn reopen(&self) -> Option<Repository> {
        Repository::at(&path_of(&self.directory)?, self.environment.clone()).ok()
    }
}

/// Returns the current path of an open file or directory, or None if it has none or the system does
/// not tell.
pub fn path_of(file: &File) -> Option<PathBuf> {
    // A deleted file still has its old path, with a suffix (proc_pid_fd(5)).
    system_path(file).filter(|path| leads_to(path, file))
}

#[cfg(target_os = "linux")]
fn system_path(file: &File) -> Option<PathBuf> {
    use std::os::fd::AsRawFd as _;
    fs::read_link(format!("/proc/self/fd/{}", file.as_raw_fd())).ok()
}

/// F_GETPATH, see fcntl(2).
#[cfg(target_vendor = "apple")]
fn system_path(file: &File) -> Option<PathBuf> {
    use std::os::unix::ffi::OsStringExt as _;
    let path = rustix::fs::getpath(file).ok()?;
    Some(std::ffi::OsString::from_vec(path.into_bytes()).into())
}

#[cfg(not(any(target_os = "linux", target_vendor = "apple")))]
fn system_path(_: &File) -> Option<PathBuf> {
    None
}

/// Returns true if the path leads to this open file.
fn leads_to(path: &Path, file: &File) -> bool {
    let identity = |meta: Metadata| (meta.dev(), meta.ino());
    match (fs::metadata(path), file.metadata()) {
        (Ok(there), Ok(open)) => identity(there) == identity(open),
        _ => false,
    }
}
