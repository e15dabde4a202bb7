//! Folders that are kept in memory, to be written as often as they are needed.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

/// What lies in a folder, in an order in which it can be written.
pub struct Files(Vec<(PathBuf, Item)>);

enum Item {
    Folder { mode: u32 },
    File { mode: u32, content: Vec<u8> },
    Link(PathBuf),
}

impl Files {
    pub fn read(top: &Path) -> Self {
        let mut files = Vec::new();
        let mut open = vec![PathBuf::new()];
        while let Some(folder) = open.pop() {
            for entry in fs::read_dir(top.join(&folder)).expect("the folder can be read") {
                let entry = entry.expect("nobody removes files meanwhile");
                let (from, path) = (entry.path(), folder.join(entry.file_name()));
                let meta = entry.metadata().expect("nobody removes files meanwhile");
                let item = if meta.is_dir() {
                    open.push(path.clone());
                    Item::Folder { mode: meta.mode() }
                } else if meta.is_symlink() {
                    Item::Link(fs::read_link(from).expect("the link can be read"))
                } else {
                    assert!(meta.is_file(), "'{}' cannot be kept", from.display());
                    let content = fs::read(from).expect("the file can be read");
                    Item::File { mode: meta.mode(), content }
                };
                files.push((path, item));
            }
        }
        Self(files)
    }

    /// Writes all of it into an empty folder.
    pub fn write(&self, top: &Path) {
        for (path, item) in &self.0 {
            let path = top.join(path);
            let made = match item {
                Item::Folder { .. } => fs::create_dir(&path),
                Item::File { content, .. } => fs::write(&path, content),
                Item::Link(to) => symlink(to, &path),
            };
            made.unwrap_or_else(|error| panic!("'{}': {error}", path.display()));
            if let Item::Folder { mode } | Item::File { mode, .. } = item {
                fs::set_permissions(&path, Permissions::from_mode(*mode)).expect("it is our own");
            }
        }
    }
}

/// Some folders as they are now: what costs many processes to make is made once.
pub struct Snapshot(Vec<(PathBuf, Files)>);

impl Snapshot {
    pub fn of<const N: usize>(folders: [&Path; N]) -> Self {
        Self(folders.map(|folder| (folder.to_owned(), Files::read(folder))).into())
    }

    /// Makes the folders again what they were. Only the times of their files differ.
    pub fn restore(&self) {
        for (folder, files) in &self.0 {
            fs::remove_dir_all(folder).or_else(is_gone).expect("it is our own");
            fs::create_dir_all(folder).expect("it is our own");
            files.write(folder);
        }
    }
}

fn is_gone(error: std::io::Error) -> std::io::Result<()> {
    if error.kind() == std::io::ErrorKind::NotFound { Ok(()) } else { Err(error) }
}
