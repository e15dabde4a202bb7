//! Finds unwritable places, by writing to each.

use std::collections::BTreeSet;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use rustix::io::Errno;

use super::retry::uninterrupted;
use crate::git::error::FileError;
use crate::git::extensions::RefStorage;
use crate::git::{LockError, ObjectError, Repository};
use crate::model::{ErrorKind, Recovery, shell_word};

/// The least space that one event needs, on a file system with small blocks.
const PROBE: usize = 64 << 10;

/// The prefix of test files, which are removed at once. Git does not take a file that begins with a
/// dot for a ref.
const PREFIX: &str = ".git-ao-probe-";

/// A file or directory that cannot be written to.
#[derive(Debug, thiserror::Error)]
#[error("cannot write {} '{path}'{}", if path.is_dir() { "into" } else { "to" }, others(*more))]
pub struct Unwritable {
    /// The path.
    pub path: PathBuf,
    /// The number of other places below it, or on the same file system, that have the same problem.
    pub more: usize,
    /// The cause.
    #[source]
    pub source: io::Error,
    /// The directory that contains all these places.
    root: PathBuf,
}

impl Unwritable {
    /// Returns the kind of the error.
    pub fn kind(&self) -> ErrorKind {
        ErrorKind::Environment
    }

    /// Returns what the caller can do about the error, which follows from its [kind](Self::kind).
    pub fn recovery(&self) -> Recovery {
        self.kind().recovery()
    }
}

impl Unwritable {
    /// Returns the place that an error of this module is about, or None if the place is unknown or
    /// the error has another reason.
    pub fn from_error(error: &(dyn std::error::Error + 'static)) -> Option<Self> {
        let errno = system_error(error)?;
        let is_permanent = matches!(
            errno,
            Errno::ACCESS | Errno::PERM | Errno::ROFS | Errno::NOSPC | Errno::DQUOT | Errno::NOTDIR
        );
        let path = path_of(error).filter(|_| is_permanent)?;
        Some(Self::new(path.to_owned(), errno.into()))
    }

    fn new(path: PathBuf, source: io::Error) -> Self {
        Self { root: path.clone(), path, more: 0, source }
    }

    /// Merges another place with the same cause into this one. Returns false if the cause differs.
    fn absorb(&mut self, other: &Self) -> bool {
        if self.errno() != other.errno() {
            return false;
        }
        let is_alike = match self.errno() {
            Some(Errno::ROFS | Errno::NOSPC | Errno::DQUOT) => {
                device(&self.path) == device(&other.path)
            }
            _ if other.path.starts_with(&self.root) => true,
            _ => match self.path.parent() {
                Some(parent) if other.path.parent() == Some(parent) => {
                    self.root = parent.to_owned();
                    true
                }
                _ => false,
            },
        };
        self.more += usize::from(is_alike);
        is_alike
    }

    /// Returns a command that makes the place writable, or shows what is wrong with it.
    pub fn hint(&self) -> String {
        let path = shell_word(&self.path.to_string_lossy());
        match self.errno() {
            Some(Errno::ROFS) => {
                format!("mount it read-write; to see the mount: findmnt -T {path}")
            }
            Some(Errno::NOSPC) => {
                format!("free space or inodes there; to see both: df -h {path}; df -i {path}")
            }
            Some(Errno::DQUOT) => "free space there; to see the quota: quota -s".to_owned(),
            Some(Errno::ACCESS) => self.permit(&path),
            Some(Errno::PERM) => format!("it may be immutable: lsattr -d {path}"),
            Some(Errno::NOTDIR | Errno::ISDIR) => format!("mv {path} {path}.old"),
            _ => format!("ls -ld {path}"),
        }
    }

    /// Returns a command that grants access. Only the owner and root can do so.
    fn permit(&self, path: &str) -> String {
        // If the path cannot be reached, the directory above it needs the permission.
        let meta = self.root.ancestors().find_map(|at| Some((at, fs::metadata(at).ok()?)));
        let Some((at, meta)) = meta else { return format!("ls -ld {path}") };
        let at = shell_word(&at.to_string_lossy());
        if meta.uid() == rustix::process::geteuid().as_raw() {
            let all = if self.more > 0 { "-R " } else { "" };
            return format!("chmod {all}u+rwX {at}");
        }
        format!("sudo chown -R \"$(id -u)\" {at}")
    }

    fn errno(&self) -> Option<Errno> {
        self.source.raw_os_error().map(Errno::from_raw_os_error)
    }
}

fn path_of<'e>(error: &'e (dyn std::error::Error + 'static)) -> Option<&'e Path> {
    if let Some(FileError { path, .. }) = error.downcast_ref() {
        return Some(path);
    }
    if let Some(ObjectError::Write { path, .. }) = error.downcast_ref() {
        return Some(path);
    }
    match error.downcast_ref() {
        Some(LockError::Io { path, .. }) => Some(path),
        _ => path_of(error.source()?),
    }
}

/// Returns the first system error among the causes. If another error hides its number, its kind
/// decides.
fn system_error(error: &(dyn std::error::Error + 'static)) -> Option<Errno> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(error) = error.downcast_ref::<io::Error>() {
            let number = match error.kind() {
                io::ErrorKind::PermissionDenied => Some(Errno::ACCESS),
                io::ErrorKind::ReadOnlyFilesystem => Some(Errno::ROFS),
                io::ErrorKind::StorageFull => Some(Errno::NOSPC),
                io::ErrorKind::QuotaExceeded => Some(Errno::DQUOT),
                io::ErrorKind::NotADirectory => Some(Errno::NOTDIR),
                _ => None,
            };
            return error.raw_os_error().map(Errno::from_raw_os_error).or(number);
        }
        next = error.source();
    }
    None
}

impl Repository {
    /// Tests each place in the git directory that is written to, and the directories in `further`.
    /// If one does not exist, the directory in which it would be created is tested instead. Leaves
    /// no files behind.
    pub fn unwritable(&self, further: &[PathBuf]) -> Vec<Unwritable> {
        let common = self.common_dir();
        let mut folders = BTreeSet::from([common.to_owned()]);
        let mut files = vec![self.ao_dir().join("lock")];
        let objects = self.objects_dir();
        folders.insert(objects.to_owned());
        folders.extend(below(objects, 1).filter(|path| !path.ends_with("info")));
        folders.extend([self.ao_dir(), common.join("worktrees"), self.git_dir().to_owned()]);
        folders.extend(below(&self.ao_dir(), 1));
        match self.ref_storage() {
            RefStorage::Foreign => drop(folders.insert(common.join("reftable"))),
            RefStorage::Files => {
                for top in [common.join("refs"), common.join("logs/refs")] {
                    folders.extend([top.join("heads"), top.join("ao")]);
                    folders.extend(below(&top.join("ao"), usize::MAX));
                }
                let log = |name: &str| common.join("logs/refs/ao").join(name);
                files.extend([log("sessions"), log("private")]);
            }
        }
        folders.extend(further.iter().cloned());
        let folders: BTreeSet<_> = folders.iter().map(|folder| existing(folder)).collect();
        let (probe, mut tried) = (vec![0; PROBE], BTreeSet::new());
        let folders = folders.into_iter().map(|folder| {
            let content: &[u8] = if tried.insert(device(&folder)) { &probe } else { &[] };
            (try_folder(&folder, content), folder)
        });
        let files = files.into_iter().map(|file| (try_file(&file), file));
        let mut found: Vec<Unwritable> = Vec::new();
        for (result, path) in folders.chain(files) {
            let Err(source) = result else { continue };
            let next = Unwritable::new(path, source);
            if !found.iter_mut().any(|known| known.absorb(&next)) {
                found.push(next);
            }
        }
        found
    }
}

fn device(path: &Path) -> Option<u64> {
    Some(fs::metadata(path).ok()?.dev())
}

fn others(more: usize) -> String {
    match more {
        0 => String::new(),
        1 => " and one other place".to_owned(),
        more => format!(" and {more} other places"),
    }
}

/// Returns the directories below this one, down to a depth.
fn below(folder: &Path, depth: usize) -> Box<dyn Iterator<Item = PathBuf>> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let folders = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
    let paths = folders.map(|entry| entry.path());
    match depth {
        0 => Box::new(std::iter::empty()),
        1 => Box::new(paths),
        _ => Box::new(paths.flat_map(move |path| {
            let further: Vec<_> = below(&path, depth - 1).collect();
            std::iter::once(path).chain(further)
        })),
    }
}

/// Returns the path, or its nearest existing ancestor.
fn existing(path: &Path) -> PathBuf {
    let mut there = path.ancestors().filter(|at| fs::symlink_metadata(at).is_ok());
    there.next().unwrap_or(path).to_owned()
}

/// Tests a directory by writing a file. Some file systems report a lack of space only when the file
/// is synced.
fn try_folder(folder: &Path, content: &[u8]) -> io::Result<()> {
    if !fs::metadata(folder)?.is_dir() {
        return Err(Errno::NOTDIR.into());
    }
    let path = folder.join(format!("{PREFIX}{}", std::process::id()));
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    let opened = options.open(&path).or_else(|error| match error.kind() {
        // A killed process with the same id left the file.
        io::ErrorKind::AlreadyExists => {
            uninterrupted(|| fs::remove_file(&path))?;
            options.open(&path)
        }
        _ => Err(error),
    });
    let mut file = opened?;
    let written = match content {
        [] => Ok(()),
        content => file.write_all(content).and_then(|()| file.sync_all()),
    };
    uninterrupted(|| fs::remove_file(&path))?;
    written
}

/// Tests a file by opening it for appending, if it exists.
fn try_file(file: &Path) -> io::Result<()> {
    match OpenOptions::new().append(true).open(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        opened => opened.map(drop),
    }
}
