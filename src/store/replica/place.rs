//! The directory that a clone's name was made for.

use std::fmt;
use std::fs::{self, Metadata};
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use crate::git::hostname;

/// A common git directory. Its inode and birth time stay the same when it is moved within a file
/// system or mounted elsewhere, and differ in every copy. If they differ, the machine and the path
/// tell whether the original still exists. The device number is left out because it changes at
/// boot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    name: String,
    directory: Directory,
    machine: String,
    path: PathBuf,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Directory {
    inode: u64,
    /// In nanoseconds since the epoch; None if the file system does not record it.
    born: Option<u128>,
}

impl Place {
    /// Returns the place of a directory, or None if it cannot be examined.
    pub fn of(name: &str, dir: &Path) -> Option<Self> {
        let directory = Directory::at(dir).ok()?;
        let path = fs::canonicalize(dir).ok()?;
        Some(Self { name: name.to_owned(), directory, machine: machine(), path })
    }

    /// Parses the output of [`Display`](fmt::Display).
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(5, ' ');
        let name = parts.next()?.to_owned();
        let inode = parts.next()?.parse().ok()?;
        let born = match parts.next()? {
            "-" => None,
            nanos => Some(nanos.parse().ok()?),
        };
        let (machine, path) = (parts.next()?.to_owned(), parts.next()?.into());
        Some(Self { name, directory: Directory { inode, born }, machine, path })
    }

    /// Returns the name that was made for the directory.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns true if `dir` is this very directory, wherever it is now.
    pub fn is_directory(&self, dir: &Path) -> bool {
        match Directory::at(dir) {
            Ok(here) if here == self.directory => {
                // An inode alone may be equal by chance.
                here.born.is_some() || self.is_path_of(dir) || self.machine == machine()
            }
            Ok(_) => false,
            // A directory that cannot be examined is no reason to take another name.
            Err(_) => true,
        }
    }

    /// Returns true if `dir` has this path.
    pub fn is_path_of(&self, dir: &Path) -> bool {
        self.path == dir || fs::canonicalize(dir).is_ok_and(|dir| dir == self.path)
    }

    /// Returns true if `dir` is another directory on this machine, and the original is no longer at
    /// its path: it was moved to another file system, or a backup was restored in its place. A path
    /// that cannot be examined counts as still there.
    pub fn was_left_for(&self, dir: &Path) -> bool {
        if self.machine != machine() {
            return false;
        }
        match Directory::at(&self.path) {
            _ if self.is_path_of(dir) => true,
            Ok(there) => there != self.directory,
            Err(error) => matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, directory: Directory { inode, born }, machine, path } = self;
        let born = born.map_or_else(|| "-".to_owned(), |nanos| nanos.to_string());
        write!(f, "{name} {inode} {born} {machine} {}", path.display())
    }
}

impl Directory {
    fn at(path: &Path) -> std::io::Result<Self> {
        let data: Metadata = fs::metadata(path)?;
        let born = data.created().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        Ok(Self { inode: data.ino(), born: born.map(|since| since.as_nanos()) })
    }
}

/// Returns the machine's id (machine-id(5)), otherwise the name of the host.
fn machine() -> String {
    let id = fs::read_to_string("/etc/machine-id").unwrap_or_default();
    let is_id = |id: &str| id.len() == 32 && id.bytes().all(|b| b.is_ascii_hexdigit());
    let id = Some(id.trim().to_owned()).filter(|id| is_id(id));
    let host = || hostname().map(|name| name.replace(char::is_whitespace, "-"));
    id.or_else(host).filter(|name| !name.is_empty()).unwrap_or_else(|| "-".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(dir: &Path) -> Place {
        Place::of("laptop-9f2c", dir).unwrap()
    }

    #[test]
    fn text_and_back() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("with a space");
        fs::create_dir(&path).unwrap();
        let place = place(&path);
        assert_eq!(Place::parse(&place.to_string()), Some(place.clone()));
        let unborn = Place { directory: Directory { inode: 1, born: None }, ..place };
        assert_eq!(Place::parse(&unborn.to_string()), Some(unborn));
        for bad in ["", "laptop", "laptop 1 2", "laptop x - m /p", "laptop 1 x m /p"] {
            assert_eq!(Place::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_backup_on_another_machine_is_a_copy() {
        let dir = tempfile::tempdir().unwrap();
        let gone = dir.path().join("gone");
        fs::create_dir(&gone).unwrap();
        let here = place(&gone);
        fs::remove_dir(&gone).unwrap();
        assert!(here.was_left_for(dir.path()));
        let elsewhere = Place { machine: "other".to_owned(), ..here };
        assert!(!elsewhere.was_left_for(dir.path()));
        assert!(!elsewhere.was_left_for(&gone), "a copy under the same path");
    }

    #[test]
    fn a_mount_elsewhere_is_the_same_directory() {
        let dir = tempfile::tempdir().unwrap();
        let mounted = Place {
            machine: "host".to_owned(),
            path: "/home/a/r/.git".into(),
            ..place(dir.path())
        };
        assert_eq!(mounted.is_directory(dir.path()), mounted.directory.born.is_some());
        assert!(!mounted.is_path_of(dir.path()));
    }
}
