use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::retry::uninterrupted;
use crate::git::Repository;

impl Repository {
    /// Moves a file or directory of the common git directory to `ao/<folder>/`, from where it can
    /// be moved back. Returns the new path, or None if the file no longer exists.
    ///
    /// # Errors
    /// Fails if it cannot be moved; it then stays where it was.
    pub fn set_aside(&self, path: &Path, folder: &str) -> io::Result<Option<PathBuf>> {
        let folder = self.make_ao_dir(folder)?;
        let name = path.file_name().unwrap_or_default();
        let numbered = |n: u32| {
            let mut name = name.to_owned();
            name.push(format!("-{n}"));
            folder.join(name)
        };
        let mut free = (1..).map(numbered).filter(|to| to.symlink_metadata().is_err());
        let to = free.next().expect("there are always more numbers");
        match uninterrupted(|| fs::rename(path, &to)) {
            Ok(()) => Ok(Some(to)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}
