//! What was captured of a session before.

use gix::ObjectId;
use gix::objs::tree::EntryKind;
use serde::{Deserialize, Serialize};

use super::layout::{
    CONVERSATION, IN_FOLDER, generation_folder, generation_number, is_segment_folder,
};
use super::{Source, TranscriptError};
use crate::git::{RawTree, Repository};

/// The content of the blob that says which conversation a folder holds.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Conversation {
    pub agent: String,
    pub session: String,
    pub format: String,
}

impl From<&Source> for Conversation {
    fn from(source: &Source) -> Self {
        Self {
            agent: source.agent.clone(),
            session: source.agent_session_id.clone(),
            format: source.format.clone(),
        }
    }
}

/// Returns the folders of the conversations, in order, each with what it holds.
pub(super) fn conversations(
    repo: &Repository,
    root: &RawTree,
) -> Result<Vec<(String, ObjectId, Option<Conversation>)>, TranscriptError> {
    let mut found = Vec::new();
    for entry in root.entries().filter(|entry| entry.mode.is_tree()) {
        let (name, id) = (entry.filename.to_string(), entry.oid.to_owned());
        let about = repo.read_tree(id)?.child(CONVERSATION, EntryKind::Blob);
        let about = about.map(|id| repo.read_blob(id)).transpose()?;
        let about = about.and_then(|text| serde_json::from_slice(&text).ok());
        found.push((name, id, about));
    }
    Ok(found)
}

/// The newest generation of a file.
#[derive(Debug)]
pub(super) struct Generation<'r> {
    repo: &'r Repository,
    /// Its number, from 1.
    pub number: usize,
    /// The folders of its segments, in order, with their paths below the file's folder.
    folders: Vec<(String, ObjectId)>,
}

impl<'r> Generation<'r> {
    /// Reads the newest generation of the file whose folder is this tree; None if it has none.
    pub fn newest(repo: &'r Repository, folder: &RawTree) -> Result<Option<Self>, TranscriptError> {
        let later = folder.entries().filter(|entry| entry.mode.is_tree());
        let later = later.filter_map(|entry| generation_number(&entry.filename.to_string()));
        let number = later.max().unwrap_or(1);
        let below = generation_folder(number).and_then(|it| folder.child(&it, EntryKind::Tree));
        let tree = below.map(|id| repo.read_tree(id)).transpose()?;
        let trees = tree.as_ref().unwrap_or(folder).entries().filter(|it| it.mode.is_tree());
        let mut folders: Vec<_> = trees
            .map(|entry| (entry.filename.to_string(), entry.oid.to_owned()))
            .filter(|(name, _)| is_segment_folder(name))
            .collect();
        // By number: '1000' comes after '999'.
        folders.sort_by_key(|(name, _)| (name.len(), name.clone()));
        let place = generation_folder(number).map(|it| it + "/").unwrap_or_default();
        let folders: Vec<_> =
            folders.into_iter().map(|(name, id)| (format!("{place}{name}"), id)).collect();
        Ok((!folders.is_empty()).then_some(Self { repo, number, folders }))
    }

    /// Returns the number of its segments.
    pub fn count(&self) -> Result<usize, TranscriptError> {
        let last = self.folders.last().map(|(_, id)| self.repo.read_tree(*id)).transpose()?;
        let in_last = last.map_or(0, |tree| tree.entries().count());
        Ok((self.folders.len() - 1) * IN_FOLDER + in_last)
    }

    /// Returns its segments, in order.
    pub fn segments(&self) -> impl Iterator<Item = Result<ObjectId, TranscriptError>> {
        self.folders.iter().flat_map(|(_, id)| flattened(self.segments_in(*id)))
    }

    /// Reads a segment.
    pub fn read(&self, segment: ObjectId) -> Result<Vec<u8>, TranscriptError> {
        Ok(self.repo.read_blob(segment)?)
    }

    /// Returns its segments with their paths, in order; the file's folder is at `place`.
    pub fn paths(&self, place: &str) -> Result<Vec<(String, ObjectId)>, TranscriptError> {
        let mut paths = Vec::new();
        for (folder, id) in &self.folders {
            let tree = self.repo.read_tree(*id)?;
            let segments = tree.entries().filter(|entry| entry.mode.is_blob());
            paths.extend(segments.map(|entry| {
                (format!("{place}/{folder}/{}", entry.filename), entry.oid.to_owned())
            }));
        }
        Ok(paths)
    }

    /// Returns the size of all segments, in bytes.
    pub fn size(&self) -> Result<u64, TranscriptError> {
        self.segments().map(|id| Ok(self.repo.blob_size(id?)?)).sum()
    }

    /// Returns the last bytes of the file, as many as there are, but at most `count`.
    pub fn end(&self, count: usize) -> Result<Vec<u8>, TranscriptError> {
        let mut end = Vec::new();
        for (_, folder) in self.folders.iter().rev() {
            for id in self.segments_in(*folder)?.into_iter().rev() {
                if end.len() >= count {
                    return Ok(end.split_off(end.len() - count));
                }
                let mut segment = self.repo.read_blob(id)?;
                segment.append(&mut end);
                end = segment;
            }
        }
        Ok(end.split_off(end.len().saturating_sub(count)))
    }

    fn segments_in(&self, folder: ObjectId) -> Result<Vec<ObjectId>, TranscriptError> {
        let tree = self.repo.read_tree(folder)?;
        let segments = tree.entries().filter(|entry| entry.mode.is_blob());
        Ok(segments.map(|entry| entry.oid.to_owned()).collect())
    }
}

fn flattened<T, E>(all: Result<Vec<T>, E>) -> impl Iterator<Item = Result<T, E>> {
    let (values, error) = match all {
        Ok(values) => (values, None),
        Err(error) => (Vec::new(), Some(Err(error))),
    };
    values.into_iter().map(Ok).chain(error)
}

/// Returns the size of what was captured in a tree, in bytes.
pub(super) fn size_of(repo: &Repository, tree: ObjectId) -> Result<u64, TranscriptError> {
    let tree = repo.read_tree(tree)?;
    let mut size = 0;
    for entry in tree.entries() {
        let id = entry.oid.to_owned();
        size += match entry.mode.is_tree() {
            true => size_of(repo, id)?,
            false if entry.filename == CONVERSATION => 0,
            false => repo.blob_size(id)?,
        };
    }
    Ok(size)
}
