//! Reads objects: loose ones directly, all others through gix.

use std::io::ErrorKind;
use std::path::PathBuf;
use std::time::Duration;

use gix::ObjectId;
use gix::objs::{Commit, CommitRefIter, Data, Find, Kind};
use gix::odb::Header;

use super::backoff::{LOOKS, LOOKS_AT_ONCE};
use super::id::{gix_id, oid};
use super::{RawTree, loose};
use crate::git::{ObjectError, Repository};
use crate::model::Oid;

/// The parents of a commit, and its time in seconds.
pub(super) type CommitLinks = (Vec<ObjectId>, i64);

impl Repository {
    /// Returns the content of a blob.
    pub(crate) fn read_blob(&self, id: ObjectId) -> Result<Vec<u8>, ObjectError> {
        self.read(id, Kind::Blob)
    }

    /// Returns the content of a blob, or None if it exceeds `limit` bytes. A larger blob is not
    /// read.
    pub(crate) fn read_blob_within(
        &self,
        id: ObjectId,
        limit: usize,
    ) -> Result<Option<Vec<u8>>, ObjectError> {
        let mut data = Vec::new();
        // Reading a loose object without gix is limited to small ones: the header gives the size.
        if id.kind() == self.object_hash() && self.find_loose(&id, &mut data) == Some(Kind::Blob) {
            return Ok(Some(data).filter(|data| data.len() <= limit));
        }
        let is_within = self.blob_size(id)? <= limit as u64;
        is_within.then(|| self.read_blob(id)).transpose()
    }

    /// Returns a tree.
    pub(crate) fn read_tree(&self, id: ObjectId) -> Result<RawTree, ObjectError> {
        // Git knows the empty tree even if it is not stored.
        if id.is_empty_tree() {
            return Ok(RawTree::empty());
        }
        let data = match self.object_cache().find(&id) {
            Some((Kind::Tree, data)) => data,
            _ => self.read(id, Kind::Tree)?.into(),
        };
        RawTree::from_bytes(data, id.kind()).map_err(|source| unreadable(id, source))
    }

    /// Returns a commit.
    pub(crate) fn read_commit(&self, id: ObjectId) -> Result<Commit, ObjectError> {
        let data = self.read(id, Kind::Commit)?;
        let commit = gix::objs::CommitRef::from_bytes(&data, id.kind());
        commit.and_then(gix::objs::CommitRef::into_owned).map_err(|source| unreadable(id, source))
    }

    /// Returns the parents of a commit and its time, in seconds; None if git may know better: it is
    /// missing, or is not a well-formed commit. They are what the commit itself says: neither grafts
    /// nor replaced objects count.
    pub(super) fn read_links(&self, id: ObjectId, buffer: &mut Vec<u8>) -> Option<CommitLinks> {
        let found = self.find_original(&id, buffer)?;
        let commit = || CommitRefIter::from_bytes(buffer, id.kind());
        let time = commit().committer().ok()?.seconds();
        (found == Kind::Commit).then(|| (commit().parent_ids().collect(), time))
    }

    /// Returns true if the commit is here. It may have been overlooked while git moved it.
    pub(crate) fn has_commit(&self, id: &Oid) -> bool {
        self.find_at_once(&gix_id(id), &mut Vec::new()) == Some(Kind::Commit)
    }

    /// Returns the size of a blob, without reading it.
    pub(crate) fn blob_size(&self, id: ObjectId) -> Result<u64, ObjectError> {
        if id.kind() != self.object_hash() {
            return Err(ObjectError::Missing(oid(id)));
        }
        let found = self.handles().with(|handles| {
            for handle in handles {
                let header = handle.try_header(&id).map_err(|source| unreadable(id, source))?;
                if let Some(header) = header {
                    return Ok(Some((header.kind(), header.size())));
                }
            }
            Ok(None)
        })?;
        match found.ok_or_else(|| ObjectError::Missing(oid(id)))? {
            (Kind::Blob, size) => Ok(size),
            _ => Err(ObjectError::WrongKind { id: oid(id), expected: "blob" }),
        }
    }

    /// Returns the commits at which the history of a shallow clone ends.
    pub(crate) fn shallow_commits(&self) -> Result<Vec<ObjectId>, ObjectError> {
        let text = match std::fs::read(self.common_dir().join("shallow")) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            text => text.map_err(|source| unreadable(self.object_hash().null(), source))?,
        };
        let lines = text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
        let ids = lines.filter(|line| !line.is_empty()).map(ObjectId::from_hex);
        ids.collect::<Result<_, _>>()
            .map_err(|source| unreadable(self.object_hash().null(), source))
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
}

impl Find for Repository {
    fn try_find<'a>(
        &self,
        id: &gix::oid,
        data: &'a mut Vec<u8>,
    ) -> Result<Option<Data<'a>>, gix::Error> {
        // A record may name an object of a repository with another hash, for which gix would panic.
        if id.kind() != self.object_hash() {
            return Ok(None);
        }
        let kind = if let Some((kind, kept)) = self.object_cache().find(id) {
            data.clear();
            data.extend_from_slice(&kept);
            Some(kind)
        } else {
            let kind = match self.find_loose(id, data) {
                Some(kind) => Some(kind),
                None => self.find_anywhere(id, data)?,
            };
            kind.inspect(|kind| self.object_cache().keep(id, *kind, data))
        };
        Ok(kind.map(|kind| Data { kind, object_hash: id.kind(), data }))
    }
}

impl Repository {
    /// Empties the cache, so that objects are read from disk again.
    pub(crate) fn forget_objects(&self) {
        self.object_cache().forget();
    }

    fn find_loose(&self, id: &gix::oid, data: &mut Vec<u8>) -> Option<Kind> {
        if self.handles().has_replacements() || !self.hit_rate().holds() {
            return None;
        }
        let found = loose::read(&self.loose_file(id), data);
        self.hit_rate().note(found.is_some());
        found
    }

    /// Reads an object into `data`, past the cache, if the first look finds it.
    fn find_at_once(&self, id: &gix::oid, data: &mut Vec<u8>) -> Option<Kind> {
        if id.kind() != self.object_hash() {
            return None;
        }
        self.find_loose(id, data)
            .or_else(|| self.handles().with(|handles| find_in(handles, id, data)))
    }

    /// Does the same as [`find_at_once`](Self::find_at_once), but takes no replacement for the object.
    fn find_original(&self, id: &gix::oid, data: &mut Vec<u8>) -> Option<Kind> {
        if !self.handles().has_replacements() || id.kind() != self.object_hash() {
            return self.find_at_once(id, data);
        }
        self.handles().with_originals(|handles| find_in(handles, id, data))
    }

    /// Looks several times: gix searches one place after another, and `git repack` may meanwhile
    /// move the object from a loose file into a pack, or between packs.
    fn find_anywhere(&self, id: &gix::oid, data: &mut Vec<u8>) -> Result<Option<Kind>, gix::Error> {
        let (mut looks, most) = (1, self.miss_backoff().looks());
        self.handles().with(|handles| {
            let (main, alternates) = handles.split_first().expect("there is a main directory");
            for alternate in alternates {
                if let Some(object) = alternate.try_find(id, data)? {
                    return Ok(Some(object.kind));
                }
            }
            loop {
                match main.try_find(id, data) {
                    Ok(Some(object)) => return Ok(Some(object.kind)),
                    failure if looks == most => {
                        if most == LOOKS {
                            self.miss_backoff().note();
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
            }
        })
    }

    pub(super) fn loose_file(&self, id: &gix::oid) -> PathBuf {
        let hex = id.to_string();
        let (folder, file) = hex.split_at(2);
        self.objects_dir().join(folder).join(file)
    }
}

fn find_in(handles: &[gix::odb::HandleArc], id: &gix::oid, data: &mut Vec<u8>) -> Option<Kind> {
    let find = |handle: &gix::odb::HandleArc| Some(handle.try_find(id, data).ok()??.kind);
    handles.iter().find_map(find)
}

fn unreadable(id: ObjectId, source: impl Into<crate::git::Cause>) -> ObjectError {
    ObjectError::Unreadable { id: oid(id), source: source.into() }
}
