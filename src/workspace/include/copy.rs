//! Copies files and folders from one worktree to another.
//!
//! Both sides are walked by folder handles that follow no symbolic link, so whatever appears in
//! the new worktree meanwhile, nothing is written outside it.

use std::ffi::{CStr, CString, OsStr};
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Component, Path, PathBuf};

use rustix::fs::{AtFlags, CWD, Dir, FileType, Mode, OFlags, Stat};
use rustix::io::Errno;

use super::file::{Contents, dress, times};
use super::{Included, Skipped};
use crate::workspace::WorkspaceError;
use crate::workspace::progress::Progress;

/// How deep folders are followed. Each level takes two file handles.
const DEPTH: usize = 200;

/// After how many files the progress is shown.
const STEP: u64 = 500;

pub(super) struct Copier<'a> {
    from: OwnedFd,
    to: OwnedFd,
    top: PathBuf,
    included: &'a mut Included,
    progress: Option<Progress<'a>>,
    is_over: &'a dyn Fn() -> bool,
    contents: Contents,
}

/// A folder on both sides, and its path below the top.
struct Level<'l> {
    from: BorrowedFd<'l>,
    to: BorrowedFd<'l>,
    path: &'l Path,
    depth: usize,
}

enum Way {
    Open(OwnedFd, OwnedFd),
    Closed(Skipped),
}

impl<'a> Copier<'a> {
    pub fn new(
        (from, to): (&Path, &Path),
        included: &'a mut Included,
        (progress, is_over): (Option<Progress<'a>>, &'a dyn Fn() -> bool),
    ) -> Result<Self, WorkspaceError> {
        let open = |path: &Path| {
            open_folder(CWD, path.as_os_str()).map_err(|source| failed("open", path, source))
        };
        Ok(Self {
            from: open(from)?,
            to: open(to)?,
            top: to.to_owned(),
            included,
            progress,
            is_over,
            contents: Contents::default(),
        })
    }

    /// Copies a file, or a folder with everything in it. The path is relative to the top.
    pub fn copy(&mut self, path: &Path) -> Result<(), WorkspaceError> {
        let Some(name) = path.file_name().filter(|_| !(self.is_over)()) else { return Ok(()) };
        let own = |fd: &OwnedFd| fd.try_clone().map_err(|source| self.failed(path, source));
        let (mut from, mut to) = (own(&self.from)?, own(&self.to)?);
        let parents = path.parent().unwrap_or(Path::new(""));
        for part in parents.components() {
            match self.enter((from.as_fd(), to.as_fd()), part.as_os_str(), path)? {
                Way::Open(below, target) => (from, to) = (below, target),
                Way::Closed(reason) => {
                    self.included.skip(reason, path);
                    return Ok(());
                }
            }
        }
        let depth = path.components().count();
        let level = Level { from: from.as_fd(), to: to.as_fd(), path: parents, depth };
        self.entry(&level, name)
    }

    /// Ends the line of progress.
    pub fn finish(&self) {
        if self.included.files >= STEP {
            self.show('\n');
        }
    }

    fn show(&self, end: char) {
        if let Some(show) = self.progress {
            let files = self.included.files;
            show(&format!(
                "Copying ignored files: {files}{}{end}",
                match end {
                    '\n' => ", done.",
                    _ => "",
                }
            ));
        }
    }

    fn entry(&mut self, level: &Level<'_>, name: &OsStr) -> Result<(), WorkspaceError> {
        let path = level.path.join(name);
        if (self.is_over)() {
            return Ok(());
        }
        let Ok(meta) = rustix::fs::statat(level.from, name, AtFlags::SYMLINK_NOFOLLOW) else {
            // It went away since it was listed, or nobody may look.
            return Ok(());
        };
        match FileType::from_raw_mode(meta.st_mode) {
            FileType::RegularFile => self.file(level, name, &path),
            FileType::Symlink => self.link(level, name, (&path, &meta)),
            FileType::Directory if name == ".git" => Ok(()),
            FileType::Directory => self.folder(level, name, (&path, &meta)),
            _ => {
                self.included.skip(Skipped::Special, &path);
                Ok(())
            }
        }
    }

    fn folder(
        &mut self,
        level: &Level<'_>,
        name: &OsStr,
        (path, meta): (&Path, &Stat),
    ) -> Result<(), WorkspaceError> {
        if level.depth >= DEPTH {
            self.included.skip(Skipped::TooDeep, path);
            return Ok(());
        }
        let Ok(from) = open_folder(level.from, name) else {
            self.included.skip(Skipped::Unreadable, path);
            return Ok(());
        };
        let listed = Dir::read_from(&from).and_then(|dir| dir.collect::<Result<Vec<_>, _>>());
        let Ok(entries) = listed else {
            self.included.skip(Skipped::Unreadable, path);
            return Ok(());
        };
        if is_repository(entries.iter().map(|entry| entry.file_name())) {
            self.included.skip(Skipped::Repository, path);
            return Ok(());
        }
        let is_new = match make_folder(level.to, name) {
            Ok(is_new) => is_new,
            Err(source) => return Err(self.failed(path, source)),
        };
        let to = match open_folder(level.to, name) {
            Ok(to) => to,
            Err(error) if is_in_the_way(&error) => {
                self.included.skip(Skipped::Blocked, path);
                return Ok(());
            }
            Err(source) => return Err(self.failed(path, source)),
        };
        let below = Level { from: from.as_fd(), to: to.as_fd(), path, depth: level.depth + 1 };
        for entry in &entries {
            let inner = entry.file_name().to_bytes();
            if inner != b"." && inner != b".." {
                self.entry(&below, OsStr::from_bytes(inner))?;
            }
        }
        match is_new {
            true => dress(&to, meta).map_err(|source| self.failed(path, source)),
            false => Ok(()),
        }
    }

    fn file(&mut self, level: &Level<'_>, name: &OsStr, path: &Path) -> Result<(), WorkspaceError> {
        // Without waiting, should it have become a FIFO.
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let opened = rustix::fs::openat(level.from, name, flags, Mode::empty());
        let opened = opened.and_then(|fd| rustix::fs::fstat(&fd).map(|meta| (fd, meta)));
        let (from, meta) = match opened {
            Ok((fd, meta)) if FileType::from_raw_mode(meta.st_mode).is_file() => (fd, meta),
            Ok(_) | Err(_) => {
                self.included.skip(Skipped::Unreadable, path);
                return Ok(());
            }
        };
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
        let to = match rustix::fs::openat(level.to, name, flags, Mode::RUSR | Mode::WUSR) {
            Ok(to) => to,
            Err(Errno::EXIST) => return Ok(()),
            Err(errno) => return Err(self.failed(path, errno.into())),
        };
        let (mut from, mut to) = (File::from(from), File::from(to));
        let size = u64::try_from(meta.st_size).unwrap_or(0);
        let copied = self.contents.copy(&mut from, &mut to, size).and_then(|()| dress(&to, &meta));
        if let Err(source) = copied {
            // A file that is there is whole.
            let _ = rustix::fs::unlinkat(level.to, name, AtFlags::empty());
            return Err(self.failed(path, source));
        }
        self.count(size);
        Ok(())
    }

    fn link(
        &mut self,
        level: &Level<'_>,
        name: &OsStr,
        (path, meta): (&Path, &Stat),
    ) -> Result<(), WorkspaceError> {
        let Ok(target) = rustix::fs::readlinkat(level.from, name, Vec::new()) else {
            self.included.skip(Skipped::Unreadable, path);
            return Ok(());
        };
        if leads_out(level.path, &target) {
            self.included.skip(Skipped::LeadsOut, path);
            return Ok(());
        }
        match rustix::fs::symlinkat(&target, level.to, name) {
            Ok(()) => {}
            Err(Errno::EXIST) => return Ok(()),
            Err(errno) => return Err(self.failed(path, errno.into())),
        }
        // Times of a link matter to nobody, and not every file system has them.
        let _ = rustix::fs::utimensat(level.to, name, &times(meta), AtFlags::SYMLINK_NOFOLLOW);
        self.count(0);
        Ok(())
    }

    fn count(&mut self, size: u64) {
        self.included.files += 1;
        self.included.bytes += size;
        if self.included.files.is_multiple_of(STEP) {
            self.show('\r');
        }
    }

    /// Opens a folder of both sides that leads to what is copied. Creates it if it is missing.
    fn enter(
        &self,
        (from, to): (BorrowedFd<'_>, BorrowedFd<'_>),
        name: &OsStr,
        path: &Path,
    ) -> Result<Way, WorkspaceError> {
        let Ok(below) = open_folder(from, name) else {
            return Ok(Way::Closed(Skipped::Unreadable));
        };
        make_folder(to, name).map_err(|source| self.failed(path, source))?;
        let target = match open_folder(to, name) {
            Ok(target) => target,
            Err(error) if is_in_the_way(&error) => return Ok(Way::Closed(Skipped::Blocked)),
            Err(source) => return Err(self.failed(path, source)),
        };
        Ok(Way::Open(below, target))
    }

    fn failed(&self, path: &Path, source: io::Error) -> WorkspaceError {
        failed("write", &self.top.join(path), source)
    }
}

/// Returns true for a worktree, submodule or repository, which contains `.git`, and for a bare
/// repository, which has the files of one (gitrepository-layout(5)).
fn is_repository<'e>(names: impl Iterator<Item = &'e CStr>) -> bool {
    let (mut found, known) = (0, [c"HEAD", c"objects", c"refs"]);
    for name in names {
        if name == c".git" {
            return true;
        }
        found += usize::from(known.contains(&name));
    }
    found == known.len()
}

/// Returns true if a link in this folder, as it is written, points out of the worktree.
fn leads_out(folder: &Path, target: &CString) -> bool {
    let mut depth = folder.components().count();
    for part in Path::new(OsStr::from_bytes(target.as_bytes())).components() {
        match part {
            Component::Normal(_) => depth += 1,
            Component::CurDir => {}
            Component::ParentDir if depth > 0 => depth -= 1,
            Component::ParentDir | Component::RootDir | Component::Prefix(_) => return true,
        }
    }
    false
}

fn open_folder(at: impl AsFd, name: &OsStr) -> io::Result<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    Ok(rustix::fs::openat(at, name, flags, Mode::empty())?)
}

/// Creates a folder. Returns false if there is something of this name already.
fn make_folder(at: impl AsFd, name: &OsStr) -> io::Result<bool> {
    match rustix::fs::mkdirat(at, name, Mode::from_raw_mode(0o777)) {
        Ok(()) => Ok(true),
        Err(Errno::EXIST) => Ok(false),
        Err(errno) => Err(errno.into()),
    }
}

/// Returns true if a file or a symbolic link is where a folder should be.
fn is_in_the_way(error: &io::Error) -> bool {
    matches!(Errno::from_io_error(error), Some(Errno::LOOP | Errno::NOTDIR | Errno::MLINK))
}

fn failed(act: &'static str, path: &Path, source: io::Error) -> WorkspaceError {
    WorkspaceError::Io { act, path: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_that_lead_out_are_known() {
        let out = |folder: &str, target: &str| {
            leads_out(Path::new(folder), &CString::new(target).expect("no NUL"))
        };
        assert!(!out("node_modules/.bin", "../tsc/bin/tsc"));
        assert!(!out("a", "../b"));
        assert!(out("a", "../../b"));
        assert!(out("", ".."));
        assert!(out("a/b", "c/../../../../d"));
        assert!(out("a", "/etc/passwd"));
    }
}
