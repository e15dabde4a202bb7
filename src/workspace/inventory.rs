//! Lists the contents of a directory, so that a removal removes exactly these entries.

use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::{WorkspaceError, removing};
use crate::git::uninterrupted;

/// A removal that stopped before everything was removed.
pub(super) struct Stopped {
    /// True if something was removed.
    pub is_partial: bool,
    /// What stopped it.
    pub source: WorkspaceError,
}

/// The contents of a folder at the time of inspection.
pub(super) struct Inventory {
    /// A folder comes before its contents, and a `.git` at the top before all other entries.
    entries: Vec<Entry>,
    /// Folders below the top that hold a repository or a worktree.
    pub repositories: Vec<PathBuf>,
}

#[derive(PartialEq, Eq)]
struct Entry {
    path: PathBuf,
    is_folder: bool,
    identity: Identity,
}

/// Identifies an entry and its content. Any write updates the ctime, which no program can set
/// (inode(7)). A folder is identified by its inode alone, because its times change with its
/// contents.
#[derive(PartialEq, Eq)]
struct Identity {
    inode: (u64, u64),
    content: Option<(u32, u64, [i64; 4])>,
}

impl Identity {
    fn of(meta: &Metadata) -> Self {
        let times = [meta.mtime(), meta.mtime_nsec(), meta.ctime(), meta.ctime_nsec()];
        let content = (!meta.is_dir()).then(|| (meta.mode(), meta.size(), times));
        Self { inode: (meta.dev(), meta.ino()), content }
    }
}

/// The prefix of the files that git's file system monitor keeps in a git directory. They come and
/// go, so the inventory leaves them out.
const MONITOR: &str = "fsmonitor--daemon";

impl Inventory {
    /// Lists a folder and everything in it.
    ///
    /// # Errors
    /// Fails if an entry cannot be read, or if another file system is mounted in the folder.
    pub fn take(top: &Path) -> Result<Self, WorkspaceError> {
        let mut inventory = Self { entries: Vec::new(), repositories: Vec::new() };
        let meta = fs::symlink_metadata(top).map_err(failed("read", top))?;
        inventory.add(top.to_owned(), &meta, meta.dev())?;
        Ok(inventory)
    }

    fn add(&mut self, path: PathBuf, meta: &Metadata, device: u64) -> Result<(), WorkspaceError> {
        let is_top = self.entries.is_empty();
        let (is_folder, identity) = (meta.is_dir(), Identity::of(meta));
        if is_folder && meta.dev() != device {
            return Err(WorkspaceError::Mounted(path));
        }
        self.entries.push(Entry { path: path.clone(), is_folder, identity });
        if !is_folder {
            return Ok(());
        }
        let inside = folder(&path).map_err(failed("read", &path))?;
        if !is_top && is_repository(&path, &inside) {
            self.repositories.push(path);
        }
        for inner in inside {
            match fs::symlink_metadata(&inner) {
                Ok(meta) => self.add(inner, &meta, device)?,
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(failed("read", &inner)(error)),
            }
        }
        Ok(())
    }

    /// Checks that nothing has changed since.
    ///
    /// # Errors
    /// Fails with [`WorkspaceError::Changed`] if an entry has changed; also fails if
    /// [`take`](Self::take) does.
    pub fn check(&self) -> Result<(), WorkspaceError> {
        let Some(top) = self.entries.first() else { return Ok(()) };
        let now = Self::take(&top.path)?;
        let differs = self.entries.iter().zip(&now.entries).find(|(before, now)| before != now);
        let changed = match differs {
            Some((before, now)) => (&before.path).min(&now.path),
            None if self.entries.len() == now.entries.len() => return Ok(()),
            None => &top.path,
        };
        Err(WorkspaceError::Changed(changed.clone()))
    }

    /// Returns a file that was written or moved here after another one was last written. File times
    /// are coarse, so a change in the same clock tick goes unnoticed.
    pub fn newer_than(&self, other: &Metadata) -> Option<&Path> {
        let at = [other.ctime(), other.ctime_nsec()];
        let is_newer = |entry: &&Entry| {
            entry.identity.content.is_some_and(|(_, _, times)| times[2..] > at[..])
        };
        self.entries.iter().find(is_newer).map(|entry| entry.path.as_path())
    }

    /// Removes the listed entries. Stops at the first one that has changed. That one stays, and so
    /// does the `.git` at the top.
    ///
    /// # Errors
    /// Fails with [`WorkspaceError::Changed`] if an entry has changed, or if one cannot be removed.
    pub fn remove(&self) -> Result<(), Stopped> {
        let (top, rest) = self.entries.split_first().expect("an inventory has its top");
        for (n, entry) in rest.iter().rev().chain([top]).enumerate() {
            entry.remove().map_err(|source| Stopped { is_partial: n > 0, source })?;
        }
        Ok(())
    }
}

impl Entry {
    fn remove(&self) -> Result<(), WorkspaceError> {
        let changed = || WorkspaceError::Changed(self.path.clone());
        let gone = match fs::symlink_metadata(&self.path) {
            Ok(meta) if Identity::of(&meta) != self.identity => return Err(changed()),
            Ok(_) if self.is_folder => uninterrupted(|| fs::remove_dir(&self.path)),
            Ok(_) => uninterrupted(|| fs::remove_file(&self.path)),
            Err(error) => Err(error),
        };
        match gone {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::DirectoryNotEmpty => Err(changed()),
            gone => gone.map_err(failed("remove", &self.path)),
        }
    }
}

/// Returns the contents of a folder, sorted, with `.git` first.
fn folder(path: &Path) -> io::Result<Vec<PathBuf>> {
    let mut inside = Vec::new();
    for entry in uninterrupted(|| fs::read_dir(path))? {
        let entry = entry?;
        let name = entry.file_name();
        if !name.to_string_lossy().starts_with(MONITOR) && name != removing::NAME {
            inside.push(entry.path());
        }
    }
    inside.sort_by_key(|path| (!path.ends_with(".git"), path.clone()));
    Ok(inside)
}

/// Returns true for a worktree, submodule or repository, which contains `.git`, and for a bare
/// repository, which has the files of one (gitrepository-layout(5)).
fn is_repository(path: &Path, inside: &[PathBuf]) -> bool {
    let has = |name: &str| inside.iter().any(|inner| inner.ends_with(name));
    has(".git") || (!path.ends_with(".git") && has("HEAD") && has("objects") && has("refs"))
}

fn failed(act: &'static str, path: &Path) -> impl FnOnce(io::Error) -> WorkspaceError {
    let path = path.to_owned();
    move |source| WorkspaceError::Io { act, path, source }
}
