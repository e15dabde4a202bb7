//! From an id to its record. The cost does not depend on the number of sessions.

use gix::objs::tree::EntryKind;

use super::walk::Scope;
use super::{Entry, Snapshot};
use crate::model::{Project, Session, SessionId};
use crate::store::{Key, Location, Shelf, StoreError, Visibility};

impl Snapshot<'_> {
    /// The projects that have sessions on this shelf, sorted.
    ///
    /// # Errors
    /// When a shelf cannot be read.
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

    /// Finds a session's record, active before archived. Its cost does not depend on the number
    /// of sessions. Where two projects hold the id and the key names none, it is that of this
    /// repository's own project.
    ///
    /// # Errors
    /// When two other projects hold the id and the key names none.
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

    /// Finds a session's record that has to be there, as [`find`](Self::find) does.
    ///
    /// # Errors
    /// When it is not there, and as there.
    pub fn get(&self, key: impl Into<Key>) -> Result<Entry, StoreError> {
        let key = key.into();
        self.find(key.clone())?.ok_or(StoreError::NotFound(key))
    }

    /// The records of other projects with the same id, active or archived.
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

    /// Finds the records on one shelf whose ids start with `prefix`: two or more hex digits as an
    /// id has them. Reads one shard of each project.
    pub(in crate::store) fn find_prefix(
        &self,
        shelf: Shelf,
        prefix: &str,
        project: Option<&Project>,
    ) -> Result<Vec<Entry>, StoreError> {
        self.records(Scope { shelf, project, prefix: Some(prefix) })
    }

    /// The public record of a session that is private too: what a move that was interrupted leaves.
    ///
    /// # Errors
    /// When a part of the tree cannot be read.
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

    /// The session with this key.
    ///
    /// # Errors
    /// When it is not there, or its record is corrupt.
    pub fn session(&self, key: impl Into<Key>) -> Result<Session, StoreError> {
        let key = key.into();
        let entry = self.get(key.clone())?;
        self.load(&entry).map_err(|problem| StoreError::Corrupt { key, problem })
    }

    /// True when there is a record of this session, active or archived.
    pub fn contains(&self, id: SessionId) -> Result<bool, StoreError> {
        let key = Key::from(id);
        let active = self.find_on(Shelf::Active, &key)?;
        if !active.is_empty() || !self.find_on(Shelf::Archived, &key)?.is_empty() {
            return Ok(true);
        }
        self.check_private().map(|()| false)
    }
}
