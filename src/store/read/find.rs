//! Finds records by id. The cost does not depend on the number of sessions.

use gix::objs::tree::EntryKind;

use super::walk::Scope;
use super::{Entry, Snapshot};
use crate::model::{Project, Session, SessionId};
use crate::store::{Key, Location, Shelf, StoreError, Visibility};

/// The length of a short id.
const SHORT: usize = 8;

impl Snapshot<'_> {
    /// Returns the projects with sessions on this shelf, sorted.
    ///
    /// # Errors
    /// Fails if the shelf is unreadable.
    pub fn projects(&self, shelf: Shelf) -> Result<Vec<Project>, StoreError> {
        let mut names = Vec::new();
        for tree in self.trees() {
            let Some(folder) = tree.root.child(shelf.folder(), EntryKind::Tree) else { continue };
            let folder = self.store.repository().read_tree(folder)?;
            let folders = folder.entries().filter(|entry| entry.mode.is_tree());
            names.extend(folders.filter_map(|entry| entry.filename.to_string().parse().ok()));
        }
        names.sort();
        names.dedup();
        Ok(names)
    }

    /// Finds the record of a session, active before archived. The cost does not depend on the
    /// number of sessions. If two projects use the id and the key names neither, the record of this
    /// repository's project is returned.
    ///
    /// # Errors
    /// Fails if two other projects use the id and the key names neither, or if a part of the tree
    /// is unreadable.
    pub fn find(&self, key: impl Into<Key>) -> Result<Option<Entry>, StoreError> {
        let key = key.into();
        for shelf in [Shelf::Active, Shelf::Archived] {
            let mut found = self.find_on(shelf, &key)?;
            match found.len() {
                0 => {}
                1 => return Ok(found.pop()),
                _ => {
                    let ours = self.default_project()?;
                    let mine = found.into_iter().find(|entry| entry.location.project == ours);
                    return mine.map(Some).ok_or(StoreError::InTwoProjects(key.id));
                }
            }
        }
        self.check_private().map(|()| None)
    }

    /// Returns the record of a session that must exist, found as by [`find`](Self::find).
    ///
    /// # Errors
    /// Fails with [`StoreError::NotFound`] if there is no record, and like [`find`](Self::find).
    pub fn get(&self, key: impl Into<Key>) -> Result<Entry, StoreError> {
        let key = key.into();
        self.find(key.clone())?.ok_or(StoreError::NotFound(key))
    }

    /// Returns the records of other projects with the same id, active or archived.
    ///
    /// # Errors
    /// Fails if a part of the tree is unreadable.
    pub fn namesakes(&self, location: &Location) -> Result<Vec<Entry>, StoreError> {
        let mut found = self.find_on(Shelf::Active, &location.id.into())?;
        found.extend(self.find_on(Shelf::Archived, &location.id.into())?);
        found.retain(|entry| entry.location.project != location.project);
        Ok(found)
    }

    /// Finds the records of an id on one shelf: at most one in each project.
    pub(in crate::store) fn find_on(
        &self,
        shelf: Shelf,
        key: &Key,
    ) -> Result<Vec<Entry>, StoreError> {
        self.find_prefix(shelf, &key.id.to_string(), key.project.as_ref())
    }

    /// Returns the places of the records on a shelf whose ids start with these characters, sorted by
    /// project and id. With two or more, the cost does not depend on the number of sessions.
    ///
    /// # Errors
    /// Fails if a part of the tree is unreadable.
    pub fn entries_with_prefix(
        &self,
        shelf: Shelf,
        prefix: &str,
    ) -> Result<Vec<Entry>, StoreError> {
        let may_be_id = |b: u8| matches!(b, b'0'..=b'9' | b'a'..=b'f' | b'-');
        if !prefix.bytes().all(may_be_id) {
            return Ok(Vec::new());
        }
        let mut entries = self.find_prefix(shelf, prefix, None)?;
        entries.sort_by(|a, b| a.location.cmp(&b.location));
        Ok(entries)
    }

    /// Finds the records on one shelf whose ids start with `prefix`: hex digits, in lower case.
    /// With two or more, reads one shard of each project.
    pub(in crate::store) fn find_prefix(
        &self,
        shelf: Shelf,
        prefix: &str,
        project: Option<&Project>,
    ) -> Result<Vec<Entry>, StoreError> {
        self.records(Scope { shelf, project, prefix: Some(prefix) })
    }

    /// Returns true if there is a session, active or archived, with this short id. Unreadable
    /// folders are skipped.
    pub(crate) fn has_short(&self, short: &str) -> bool {
        short.len() == SHORT
            && [Shelf::Active, Shelf::Archived].into_iter().any(|shelf| {
                self.entries_with_prefix(shelf, short).is_ok_and(|found| !found.is_empty())
            })
    }

    /// Returns the public record of a session that is also private, as an interrupted change of its
    /// visibility leaves it.
    ///
    /// # Errors
    /// Fails if a part of the tree is unreadable.
    pub fn public_duplicate(&self, location: &Location) -> Result<Option<Entry>, StoreError> {
        if location.visibility == Visibility::Public {
            return Ok(None);
        }
        let (id, project) = (location.id.to_string(), Some(&location.project));
        for shelf in [Shelf::Active, Shelf::Archived] {
            for found in self.walk_public(Scope { shelf, project, prefix: Some(&id) }) {
                if let Some(entry) = self.record(found)? {
                    return Ok(Some(entry));
                }
            }
        }
        Ok(None)
    }

    /// Returns the session with this key.
    ///
    /// # Errors
    /// Fails if there is no such session, or if its record is corrupt.
    pub fn session(&self, key: impl Into<Key>) -> Result<Session, StoreError> {
        let key = key.into();
        let entry = self.get(key.clone())?;
        self.load(&entry).map_err(|problem| StoreError::Corrupt { key, problem })
    }

    /// Returns true if there is a record of this session, active or archived.
    ///
    /// # Errors
    /// Fails if a part of the tree is unreadable. Fails with [`StoreError::PrivateUnread`] if there
    /// is no public record and the private sessions cannot be read.
    pub fn contains(&self, id: SessionId) -> Result<bool, StoreError> {
        let key = Key::from(id);
        let active = self.find_on(Shelf::Active, &key)?;
        if !active.is_empty() || !self.find_on(Shelf::Archived, &key)?.is_empty() {
            return Ok(true);
        }
        self.check_private().map(|()| false)
    }
}
