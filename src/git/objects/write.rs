//! Writes loose objects as git does.
//!
//! gix's own writer is not used: it leaves temporary files that `git gc` does not collect, never
//! syncs, ignores `core.sharedRepository`, and does not update the time of an existing object,
//! which a concurrent gc may then prune.

use std::fs::{self, File, FileTimes};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::SystemTime;

use gix::ObjectId;
use gix::objs::{Kind, WriteTo};

use super::{loose, oid};
use crate::git::files::{replace, sync_folder, uninterrupted};
use crate::git::{ObjectError, Repository};
use crate::model::Oid;

/// The number of times that an object directory may vanish (`git gc` removes empty ones) before the
/// write fails.
const ATTEMPTS: usize = 16;

/// The permissions of objects, before the umask.
const READ_ONLY: u32 = 0o444;

impl Repository {
    /// Writes a tree or a commit.
    pub(crate) fn write_object(&self, object: &dyn WriteTo) -> Result<ObjectId, ObjectError> {
        let mut bytes = Vec::with_capacity(1024);
        object.write_to(&mut bytes).map_err(|source| self.write_error(source))?;
        self.write_bytes(object.kind(), &bytes)
    }

    /// Returns the id of a blob with this content, without writing it.
    pub(crate) fn blob_id(&self, content: &[u8]) -> Result<Oid, ObjectError> {
        gix::objs::compute_hash(self.object_hash(), Kind::Blob, content)
            .map(oid)
            .map_err(|source| self.write_error(source))
    }

    /// Writes an object and returns its id. On return the object is complete, and synced if git
    /// would sync it.
    pub(crate) fn write_bytes(&self, kind: Kind, bytes: &[u8]) -> Result<ObjectId, ObjectError> {
        let id = gix::objs::compute_hash(self.object_hash(), kind, bytes)
            .map_err(|source| self.write_error(source))?;
        let path = self.loose_file(&id);
        let folder = path.parent().unwrap_or(&path);
        if freshen(&path) {
            return Ok(id);
        }
        let file = loose::encode(kind, bytes).map_err(|source| self.write_error(source))?;
        let failed = |source: io::Error| ObjectError::Write {
            path: folder.to_owned(),
            source: source.into(),
        };
        let mut attempt = 0;
        loop {
            match self.write_file(folder, &path, &file) {
                Ok(()) => {
                    self.object_cache().keep(&id, kind, bytes);
                    return Ok(id);
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound && attempt < ATTEMPTS => {
                    attempt += 1;
                    match uninterrupted(|| fs::create_dir(folder)) {
                        Ok(()) => self.shared().adjust(folder).map_err(failed)?,
                        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                        Err(error) => return Err(failed(error)),
                    }
                }
                Err(error) => return Err(failed(error)),
            }
        }
    }

    /// Writes an object's file. `git prune` removes leftover files with the prefix `tmp_obj_`.
    fn write_file(&self, folder: &Path, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let mut builder = tempfile::Builder::new();
        builder.prefix("tmp_obj_");
        builder.permissions(fs::Permissions::from_mode(self.shared().new_file(READ_ONLY)));
        let mut file = builder.tempfile_in(folder)?;
        file.write_all(bytes)?;
        if self.fsync().objects {
            file.as_file().sync_all()?;
        }
        self.shared().adjust(file.path())?;
        replace(path, file.into_temp_path())?;
        if self.fsync().objects {
            sync_folder(folder)?;
        }
        Ok(())
    }

    fn write_error(&self, source: impl Into<crate::git::Cause>) -> ObjectError {
        ObjectError::Write { path: self.objects_dir().to_owned(), source: source.into() }
    }
}

/// Updates the time of an existing object, so that git does not prune it. Returns false if it does
/// not exist or cannot be touched.
fn freshen(path: &Path) -> bool {
    let now = FileTimes::new().set_modified(SystemTime::now());
    File::open(path).and_then(|file| file.set_times(now)).is_ok()
}
