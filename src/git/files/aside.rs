use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::retry::uninterrupted;
use crate::git::Repository;

impl Repository {
    /// Moves a file or folder of the common git directory to `ao/<folder>/` there, where it can be
    /// moved back from; returns its new path. None where somebody else took it away.
    ///
    /// # Errors
    /// When it cannot be moved; it is then where it was.
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
