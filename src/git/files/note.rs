use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::PathBuf;

use rustix::fs::OFlags;
use tempfile::{NamedTempFile, TempPath};

use super::retry::{replace, uninterrupted};
use crate::git::Repository;

/// Of this, the umask leaves what it allows.
const MODE: u32 = 0o666;

impl Repository {
    /// Creates a directory below `ao/` in the common git directory, and `ao/` itself. It never
    /// creates the common git directory: if the repository was moved, an empty one would appear at
    /// its old path.
    ///
    /// # Errors
    /// Fails if the directory cannot be created, or if the common git directory no longer exists.
    pub fn make_ao_dir(&self, name: &str) -> io::Result<PathBuf> {
        let top = self.ao_dir();
        let folder = top.join(name);
        for folder in [&top, &folder] {
            match uninterrupted(|| fs::create_dir(folder)) {
                Ok(()) => self.shared().adjust(folder)?,
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Ok(folder)
    }

    /// Replaces a small file below `ao/` in the common git directory. Readers see the old or the
    /// new text in full. The file need not survive a power failure.
    ///
    /// # Errors
    /// Fails if the file cannot be written; the old text then stays.
    pub fn write_note(&self, name: &str, text: &str) -> io::Result<()> {
        self.replace_file(name, text.as_bytes())
    }

    /// Opens a file below `ao/` for reading, if it is a regular one. It waits for nobody, whatever lies
    /// there.
    pub(crate) fn open_file(&self, name: &str) -> io::Result<fs::File> {
        let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits();
        let mut options = fs::OpenOptions::new();
        let options = options.read(true).custom_flags(flags.cast_signed());
        let file = options.open(self.ao_dir().join(name))?;
        match file.metadata()?.is_file() {
            true => Ok(file),
            false => Err(io::ErrorKind::InvalidInput.into()),
        }
    }

    /// Replaces a file below `ao/`, as [`write_note`](Self::write_note) does.
    pub(crate) fn replace_file(&self, name: &str, content: &[u8]) -> io::Result<()> {
        let mut builder = tempfile::Builder::new();
        // The umask decides who may read the file: others may use the same repository.
        let mode = self.shared().new_file(MODE);
        builder.prefix("note-").permissions(fs::Permissions::from_mode(mode));
        let mut file = builder.tempfile_in(self.ao_dir())?;
        file.write_all(content)?;
        self.end_file(name, file)
    }

    /// Begins a large file below `ao/`, under a name for which the caller holds a lock. What a process
    /// that was killed left there is removed. So is this file, unless it [gets another
    /// name](Self::end_file).
    pub(crate) fn begin_file(&self, name: &str) -> io::Result<NamedTempFile> {
        let path = self.ao_dir().join(name);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut options = fs::OpenOptions::new();
        let file = options.write(true).create_new(true).mode(MODE).open(&path)?;
        Ok(NamedTempFile::from_parts(file, TempPath::try_from_path(path)?))
    }

    /// Puts a file that was begun in the place of the one with this name.
    pub(crate) fn end_file(&self, name: &str, file: NamedTempFile) -> io::Result<()> {
        self.shared().adjust(file.path())?;
        replace(&self.ao_dir().join(name), file.into_temp_path())
    }
}
