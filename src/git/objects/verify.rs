//! Verifies objects against their ids. Neither git nor gix does so when reading.

use std::fs;
use std::io;
use std::path::Path;

use gix::ObjectId;
use gix::objs::{Find, Kind};

use super::id::oid;
use crate::git::files::uninterrupted;
use crate::git::{ObjectError, Repository};

impl Repository {
    /// Reads an object and checks that its content matches its id.
    pub(crate) fn verified(&self, id: ObjectId) -> Result<(Kind, Vec<u8>), ObjectError> {
        let unreadable = |source| ObjectError::Unreadable { id: oid(id), source };
        let mut data = Vec::new();
        let found = self.try_find(&id, &mut data).map_err(|source| unreadable(source.into()))?;
        let kind = found.ok_or_else(|| ObjectError::Missing(oid(id)))?.kind;
        let real = gix::objs::compute_hash(id.kind(), kind, &data);
        match real.map_err(|source| unreadable(source.into()))? {
            real if real == id || self.is_replaced(id) => Ok((kind, data)),
            _ => Err(unreadable("its content does not match its name".into())),
        }
    }

    /// Returns true if an object is loose.
    pub(crate) fn is_loose(&self, id: ObjectId) -> bool {
        self.loose_file(&id).is_file()
    }

    /// Moves the file of a damaged loose object to an existing `folder`. Git does not write an
    /// object whose file exists, whatever its content.
    pub(crate) fn set_aside_object(&self, id: ObjectId, folder: &Path) -> io::Result<()> {
        uninterrupted(|| fs::rename(self.loose_file(&id), folder.join(id.to_string())))
    }

    fn is_replaced(&self, id: ObjectId) -> bool {
        self.handles().main().replacements().any(|(from, _)| from == id)
    }
}
