//! Reading objects through gix, and writing loose ones as git does.
//!
//! gix's own writer is not used: it leaves temporary files that `git gc` does not collect, never
//! syncs, does not know `core.sharedRepository`, and does not touch an object that is there
//! already, so that a gc running now may prune it.

use std::fs::{self, File, FileTimes};
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use gix::ObjectId;
use gix::objs::{Commit, Data, Find, Kind, Tree, WriteTo};
use gix::zlib::stream::deflate;

use super::{ObjectError, Repository};
use crate::model::Oid;

/// How often an object folder may vanish (`git gc` removes empty ones) before it is an error.
const ATTEMPTS: usize = 16;

/// How often an object is looked for before it counts as missing: a few times at once, and then
/// with a pause that doubles, for a quarter of a second in all.
const LOOKS: u32 = 12;
const LOOKS_AT_ONCE: u32 = 4;

/// How long nothing else is waited for after one object was waited for in vain: where many are
/// missing, they are missing and not on the move.
const DISAPPOINTED: Duration = Duration::from_secs(10);

/// When an object was last waited for in vain.
#[derive(Clone, Default)]
pub(super) struct InVain(Arc<Mutex<Option<Instant>>>);

impl InVain {
    fn looks(&self) -> u32 {
        let last = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if last.is_some_and(|last| last.elapsed() < DISAPPOINTED) { LOOKS_AT_ONCE } else { LOOKS }
    }

    fn note(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }
}

impl Repository {
    /// The content of a blob.
    pub(crate) fn read_blob(&self, id: ObjectId) -> Result<Vec<u8>, ObjectError> {
        self.read(id, Kind::Blob)
    }

    /// The entries of a tree.
    pub(crate) fn read_tree(&self, id: ObjectId) -> Result<Tree, ObjectError> {
        // Git knows it without having it.
        if id.is_empty_tree() {
            return Ok(Tree::empty());
        }
        let data = self.read(id, Kind::Tree)?;
        let tree = gix::objs::TreeRef::from_bytes(&data, id.kind());
        tree.map(Into::into).map_err(|source| unreadable(id, source))
    }

    /// A commit.
    pub(crate) fn read_commit(&self, id: ObjectId) -> Result<Commit, ObjectError> {
        let data = self.read(id, Kind::Commit)?;
        let commit = gix::objs::CommitRef::from_bytes(&data, id.kind());
        commit.and_then(gix::objs::CommitRef::into_owned).map_err(|source| unreadable(id, source))
    }

    /// The size of a blob, without reading it.
    pub(crate) fn blob_size(&self, id: ObjectId) -> Result<u64, ObjectError> {
        if id.kind() != self.gix().object_hash() {
            return Err(ObjectError::Missing(oid(id)));
        }
        let header = self.gix().try_find_header(id).map_err(|source| unreadable(id, source))?;
        let header = header.ok_or_else(|| ObjectError::Missing(oid(id)))?;
        match header.kind() {
            Kind::Blob => Ok(header.size()),
            _ => Err(ObjectError::WrongKind { id: oid(id), expected: "blob" }),
        }
    }

    /// The commits behind which a shallow clone has no history.
    pub(crate) fn shallow_commits(&self) -> Result<Vec<ObjectId>, ObjectError> {
        let shallow = self.gix().shallow_commits();
        let shallow =
            shallow.map_err(|source| unreadable(self.gix().object_hash().null(), source))?;
        Ok(shallow.map(|commits| commits.iter().copied().collect()).unwrap_or_default())
    }

    fn read(&self, id: ObjectId, kind: Kind) -> Result<Vec<u8>, ObjectError> {
        let mut data = Vec::new();
        let object = self.try_find(&id, &mut data).map_err(|source| unreadable(id, source))?;
        let object = object.ok_or_else(|| ObjectError::Missing(oid(id)))?;
        if object.kind != kind {
            let expected = match kind {
                Kind::Blob => "blob",
                Kind::Tree => "tree",
                Kind::Commit => "commit",
                Kind::Tag => "tag",
            };
            return Err(ObjectError::WrongKind { id: oid(id), expected });
        }
        Ok(data)
    }

    /// Writes a tree or a commit.
    pub(crate) fn write_object(&self, object: &dyn WriteTo) -> Result<ObjectId, ObjectError> {
        let mut bytes = Vec::with_capacity(1024);
        object.write_to(&mut bytes).map_err(|source| self.write_error(source))?;
        self.write_bytes(object.kind(), &bytes)
    }

    /// Writes an object from its content and returns its id. It is whole, and synced where git
    /// would sync it, when this returns.
    pub(crate) fn write_bytes(&self, kind: Kind, bytes: &[u8]) -> Result<ObjectId, ObjectError> {
        let id = gix::objs::compute_hash(self.gix().object_hash(), kind, bytes)
            .map_err(|source| self.write_error(source))?;
        let hex = id.to_string();
        let folder = self.objects_dir().join(&hex[..2]);
        let path = folder.join(&hex[2..]);
        if freshen(&path) {
            return Ok(id);
        }
        let mut attempt = 0;
        loop {
            match self.write_loose(&folder, &path, kind, bytes) {
                Ok(()) => return Ok(id),
                Err(error) if error.kind() == io::ErrorKind::NotFound && attempt < ATTEMPTS => {
                    attempt += 1;
                    match fs::create_dir(&folder) {
                        Ok(()) => self.shared().adjust(&folder).map_err(|e| self.write_error(e))?,
                        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                        Err(error) => return Err(self.write_error(error)),
                    }
                }
                Err(error) => return Err(self.write_error(error)),
            }
        }
    }

    /// `tmp_obj_` is what `git prune` takes for the rest of a writer that died.
    fn write_loose(&self, folder: &Path, path: &Path, kind: Kind, bytes: &[u8]) -> io::Result<()> {
        let mut builder = tempfile::Builder::new();
        builder.prefix("tmp_obj_");
        read_only(&mut builder);
        let file = builder.tempfile_in(folder)?;
        let mut deflate = deflate::Write::new(file, gix::zlib::Compression::BEST_SPEED);
        deflate.write_all(&gix::objs::encode::loose_header(kind, bytes.len() as u64))?;
        deflate.write_all(bytes)?;
        deflate.flush()?;
        let file = deflate.into_inner();
        if self.fsync().objects {
            file.as_file().sync_all()?;
        }
        self.shared().adjust(file.path())?;
        file.persist(path).map_err(|error| error.error)?;
        if self.fsync().objects {
            sync_folder(folder)?;
        }
        Ok(())
    }

    fn write_error(&self, source: impl Into<super::error::Cause>) -> ObjectError {
        ObjectError::Write { path: self.objects_dir().to_owned(), source: source.into() }
    }
}

/// Looks more than once: gix goes from one place to the next, and `git repack` may move an object
/// behind its back, from a loose file into a pack or from pack to pack.
impl Find for Repository {
    fn try_find<'a>(
        &self,
        id: &gix::oid,
        data: &'a mut Vec<u8>,
    ) -> Result<Option<Data<'a>>, gix::Error> {
        // A record may name an object of a repository with another hash; gix would panic.
        if id.kind() != self.gix().object_hash() {
            return Ok(None);
        }
        let (mut looks, most) = (1, self.in_vain().looks());
        let kind = loop {
            match self.gix().objects.try_find(id, data) {
                Ok(Some(object)) => break object.kind,
                failure if looks == most => {
                    if most == LOOKS {
                        self.in_vain().note();
                    }
                    return failure.map(|_| None);
                }
                _ => {
                    if let Some(doublings) = looks.checked_sub(LOOKS_AT_ONCE) {
                        std::thread::sleep(Duration::from_millis(1 << doublings));
                    }
                    looks += 1;
                }
            }
        };
        Ok(Some(Data { kind, object_hash: id.kind(), data }))
    }
}

/// Makes an object that is there count as new; false where it is not there, or not ours to touch.
fn freshen(path: &Path) -> bool {
    let now = FileTimes::new().set_modified(SystemTime::now());
    File::open(path).and_then(|file| file.set_times(now)).is_ok()
}

#[cfg(unix)]
fn read_only(builder: &mut tempfile::Builder<'_, '_>) {
    use std::os::unix::fs::PermissionsExt;
    builder.permissions(fs::Permissions::from_mode(0o444));
}

#[cfg(not(unix))]
fn read_only(_builder: &mut tempfile::Builder<'_, '_>) {}

/// Makes a rename into the folder durable.
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

pub(super) fn oid(id: ObjectId) -> Oid {
    id.to_string().parse().expect("git object ids are 40 or 64 lower-case hex digits")
}

fn unreadable(id: ObjectId, source: impl Into<super::error::Cause>) -> ObjectError {
    ObjectError::Unreadable { id: oid(id), source: source.into() }
}
