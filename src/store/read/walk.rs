//! The one walk over the records of a tree.

use std::collections::VecDeque;
use std::vec::IntoIter;

use serde::{Deserialize, Serialize};

use gix::ObjectId;
use gix::objs::tree::{EntryKind, EntryRef};

use super::Entry;
use super::ref_tree::RefTree;
use crate::git::{ObjectError, RawTree, Repository, oid};
use crate::model::Project;
use crate::store::layout::id_of_file;
use crate::store::{Location, Shelf, Visibility};

/// Which records a walk visits.
#[derive(Debug, Clone, Copy)]
pub(in crate::store) struct Scope<'a> {
    pub shelf: Shelf,
    /// Only records of this project.
    pub project: Option<&'a Project>,
    /// Only ids that start with this prefix: hex digits, in lower case.
    pub prefix: Option<&'a str>,
}

impl Scope<'_> {
    /// Returns the scope of a whole shelf.
    pub fn all(shelf: Shelf) -> Self {
        Self { shelf, project: None, prefix: None }
    }

    fn has_project(&self, project: &Project) -> bool {
        self.project.is_none_or(|wanted| wanted == project)
    }

    fn has_shard(&self, shard: &str) -> bool {
        let prefix = self.prefix.unwrap_or_default();
        shard.starts_with(&prefix[..prefix.len().min(2)])
    }

    fn has_file(&self, name: &[u8]) -> bool {
        self.prefix.is_none_or(|prefix| name.starts_with(prefix.as_bytes()))
    }
}

/// An entry of the tree that the layout does not allow. It is left where it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Unexpected {
    /// The path in the tree. Bytes that are not UTF-8 are replaced.
    pub path: String,
    /// The problem.
    pub why: String,
}

impl Unexpected {
    pub(in crate::store) fn new(path: impl Into<String>, why: impl Into<String>) -> Self {
        Self { path: path.into(), why: why.into() }
    }
}

/// An item that a walk finds.
pub(in crate::store) enum Found {
    Record(Entry),
    Unexpected(Unexpected),
    /// An unreadable folder: its ref, its path and the error.
    Unreadable(Visibility, String, ObjectError),
}

/// A walk by project, shard and id, which reads each folder when it is reached.
pub(in crate::store) struct Walk<'w> {
    repo: &'w Repository,
    visibility: Visibility,
    scope: Scope<'w>,
    projects: IntoIter<(Project, ObjectId)>,
    shards: IntoIter<(String, ObjectId)>,
    project: Option<Project>,
    found: VecDeque<Found>,
}

impl<'w> Walk<'w> {
    pub fn new(repo: &'w Repository, tree: &RefTree, scope: Scope<'w>) -> Self {
        let (projects, shards) = (Vec::new().into_iter(), Vec::new().into_iter());
        let (project, found) = (None, VecDeque::new());
        let visibility = tree.visibility;
        let mut walk = Self { repo, visibility, scope, projects, shards, project, found };
        walk.open_shelf(&tree.root);
        walk
    }

    /// Returns the next shard, without its entries: its project, its name and its tree. What is
    /// found above the shards is left for the walk.
    pub fn next_shard(&mut self) -> Option<(Project, String, ObjectId)> {
        loop {
            if let Some((name, tree)) = self.shards.next() {
                return Some((self.project.clone()?, name, tree));
            }
            let (project, id) = self.projects.next()?;
            self.open_project(project, id);
        }
    }

    /// Returns what is in the shard that [`next_shard`](Self::next_shard) returned last.
    pub fn read_shard(&mut self, name: &str, tree: ObjectId) -> Vec<Found> {
        let above = std::mem::take(&mut self.found);
        self.open_shard(name, tree);
        std::mem::replace(&mut self.found, above).into()
    }

    fn open_shelf(&mut self, root: &RawTree) {
        let folder = self.scope.shelf.folder();
        let Some(id) = root.child(folder, EntryKind::Tree) else { return };
        let Some(tree) = self.read(folder, id) else { return };
        let mut projects = Vec::new();
        for (name, id) in self.folders(&tree, folder) {
            match name.parse::<Project>() {
                Ok(project) if self.scope.has_project(&project) => projects.push((project, id)),
                Ok(_) => {}
                Err(_) => {
                    self.unexpected(format!("{folder}/{name}"), "is not a valid project name");
                }
            }
        }
        self.projects = projects.into_iter();
    }

    fn open_project(&mut self, project: Project, id: ObjectId) {
        let path = format!("{}/{project}", self.scope.shelf.folder());
        if let Some(tree) = self.read(&path, id) {
            let mut shards = match self.scope.prefix {
                // The prefix selects one shard.
                Some(prefix) if prefix.len() >= 2 => {
                    let shard = &prefix[..2];
                    let id = tree.child(shard, EntryKind::Tree);
                    id.map(|id| (shard.to_owned(), id)).into_iter().collect()
                }
                _ => self.folders(&tree, &path),
            };
            shards.retain(|(shard, _)| self.scope.has_shard(shard));
            self.shards = shards.into_iter();
        }
        self.project = Some(project);
    }

    fn open_shard(&mut self, shard: &str, id: ObjectId) {
        let Some(project) = self.project.clone() else { return };
        let path = format!("{}/{project}/{shard}", self.scope.shelf.folder());
        let Some(tree) = self.read(&path, id) else { return };
        for entry in tree.entries().filter(|entry| self.scope.has_file(entry.filename)) {
            let found = self.classify(&project, &path, shard, &entry);
            self.found.push_back(found);
        }
    }

    /// Classifies an entry of a shard.
    fn classify(&self, project: &Project, path: &str, shard: &str, entry: &EntryRef<'_>) -> Found {
        let name = entry.filename.to_string();
        let unexpected = |why| Found::Unexpected(Unexpected::new(format!("{path}/{name}"), why));
        let Some(id) = id_of_file(&name, shard) else {
            return unexpected("is not the record of an id that belongs here");
        };
        if entry.mode.kind() != EntryKind::Blob {
            return unexpected("is not a regular file");
        }
        let (shelf, project, visibility) = (self.scope.shelf, project.clone(), self.visibility);
        let location = Location { shelf, project, id, visibility };
        Found::Record(Entry { location, blob: oid(entry.oid.to_owned()) })
    }

    /// Returns the folders in a tree. Any other entry is unexpected.
    fn folders(&mut self, tree: &RawTree, path: &str) -> Vec<(String, ObjectId)> {
        let mut folders = Vec::new();
        for entry in tree.entries() {
            let name = entry.filename.to_string();
            if entry.mode.is_tree() {
                folders.push((name, entry.oid.to_owned()));
            } else {
                self.unexpected(format!("{path}/{name}"), "is not a directory");
            }
        }
        folders
    }

    fn read(&mut self, path: &str, id: ObjectId) -> Option<RawTree> {
        match self.repo.read_tree(id) {
            Ok(tree) => Some(tree),
            Err(error) => {
                let path = path.to_owned();
                self.found.push_back(Found::Unreadable(self.visibility, path, error));
                None
            }
        }
    }

    fn unexpected(&mut self, path: String, why: &str) {
        self.found.push_back(Found::Unexpected(Unexpected::new(path, why)));
    }
}

impl Iterator for Walk<'_> {
    type Item = Found;

    fn next(&mut self) -> Option<Found> {
        loop {
            if let Some(found) = self.found.pop_front() {
                return Some(found);
            }
            if let Some((shard, id)) = self.shards.next() {
                self.open_shard(&shard, id);
            } else {
                let (project, id) = self.projects.next()?;
                self.open_project(project, id);
            }
        }
    }
}
