//! Reads files and folders that anybody may have made.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use rustix::fs::OFlags;
use rustix::io::Errno;

use super::contents::ForeignContents;
use crate::model::Timestamp;

/// The size above which a file is not read, in bytes. Parsed JSON takes several times as much.
pub const LARGEST: u64 = 64 << 20;

/// The content of a file, and when it was changed.
#[derive(Debug)]
pub struct Content {
    pub bytes: Vec<u8>,
    pub modified: Timestamp,
}

/// Reads a regular file. Waits for nobody, and follows no link.
pub fn read(path: &Path) -> Result<Content, String> {
    let mut file = open(path).map_err(|error| match error.raw_os_error() {
        Some(code) if code == Errno::LOOP.raw_os_error() => "it is a symbolic link".to_owned(),
        _ => error.to_string(),
    })?;
    let meta = file.metadata().map_err(|error| error.to_string())?;
    if !meta.is_file() {
        return Err("it is not a regular file".to_owned());
    }
    let too_large = || Err(format!("it is larger than {} MB", LARGEST >> 20));
    if meta.len() > LARGEST {
        return too_large();
    }
    let mut bytes = Vec::new();
    let read = (&mut file).take(LARGEST + 1).read_to_end(&mut bytes);
    read.map_err(|error| error.to_string())?;
    if bytes.len() as u64 > LARGEST {
        return too_large();
    }
    let since = meta.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    let millis = since.and_then(|time| i64::try_from(time.as_millis()).ok()).unwrap_or_default();
    Ok(Content { bytes, modified: Timestamp::from_millis(millis) })
}

fn open(path: &Path) -> io::Result<File> {
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed();
    OpenOptions::new().read(true).custom_flags(flags).open(path)
}

/// What lies in a folder, sorted by name.
#[derive(Debug, Default)]
pub struct Folder {
    pub files: Vec<PathBuf>,
    pub folders: Vec<PathBuf>,
}

/// Lists a folder. Links, pipes and the like are ignored; a folder that cannot be read is named.
pub fn list(folder: &Path, contents: &mut ForeignContents) -> Folder {
    let mut found = Folder::default();
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) => {
            contents.unreadable(folder, error.to_string());
            return found;
        }
    };
    for entry in entries {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                contents.unreadable(folder, error.to_string());
                break;
            }
        };
        match entry.file_type() {
            Ok(kind) if kind.is_file() => found.files.push(entry.path()),
            Ok(kind) if kind.is_dir() => found.folders.push(entry.path()),
            Ok(kind) if kind.is_symlink() => contents.ignore(entry.path(), "a symbolic link"),
            Ok(_) => contents.ignore(entry.path(), "not a regular file"),
            Err(error) => contents.unreadable(entry.path(), error.to_string()),
        }
    }
    found.files.sort();
    found.folders.sort();
    found
}

/// Returns the name of a file, or an empty text if it is not UTF-8.
pub fn name(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).unwrap_or_default()
}

/// Returns the name of a file without its last extension.
pub fn stem(path: &Path) -> &str {
    path.file_stem().and_then(|name| name.to_str()).unwrap_or_default()
}

/// Returns true if the name ends with this extension.
pub fn has_extension(path: &Path, extension: &str) -> bool {
    path.extension().is_some_and(|it| it == extension)
}

/// Returns why a file that has not the extension of a session is ignored.
pub fn foreign(path: &Path) -> &'static str {
    let name = name(path);
    if name.ends_with(".tmp") || name.contains(".tmp-") { "a temporary file" } else { "no session" }
}
