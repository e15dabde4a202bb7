use std::collections::BTreeMap;

use gix::ObjectId;
use gix::objs::tree::EntryKind;

use super::super::layout::id_of_file;
use super::super::{FsckFinding, Location, Shelf, StoreError, Visibility};
use super::inspector::{Inspector, Top};
use crate::git::RawTree;
use crate::model::{Project, SessionId};

/// A session, by its project and id.
pub type FullKey = (Project, SessionId);

/// A record's shelf and blob; no blob if it is unreadable.
type Record = (Shelf, Option<ObjectId>);

/// The records of all sessions at one event, as far as they are readable.
pub struct State {
    pub event: ObjectId,
    records: BTreeMap<FullKey, Vec<Record>>,
    /// The paths of unreadable folders, as components.
    unread: Vec<Vec<String>>,
    /// The damage to the event's tree.
    pub damage: Vec<FsckFinding>,
}

/// The state of one session at one event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// The session has this record.
    At(Shelf, ObjectId),
    /// There is no record.
    Absent,
    /// There may be a record, but it cannot be read.
    Unknown,
}

impl State {
    /// Reads the records of an event.
    ///
    /// # Errors
    /// Fails if the event has a newer format.
    pub fn of(
        inspector: &mut Inspector<'_>,
        event: ObjectId,
        place: &str,
    ) -> Result<Self, StoreError> {
        let (unread, damage) = (Vec::new(), Vec::new());
        let mut this = Self { event, records: BTreeMap::new(), unread, damage };
        match inspector.commit(event) {
            Err(why) => this.cannot_read(Vec::new(), place, why),
            Ok(commit) => match inspector.top(commit.tree)? {
                Top::Other(why) => this.cannot_read(Vec::new(), place, why),
                Top::Store(root) => this.read(inspector, &root),
            },
        }
        Ok(this)
    }

    fn cannot_read(&mut self, parts: Vec<String>, place: &str, problem: String) {
        self.unread.push(parts);
        self.damage.push(FsckFinding::wrong(place, problem));
    }

    fn read(&mut self, inspector: &mut Inspector<'_>, root: &RawTree) {
        for entry in root.entries() {
            let (name, id) = (entry.filename.to_string(), entry.oid.to_owned());
            let problem = match (name.as_str(), entry.mode.kind()) {
                ("sessions" | "archive", EntryKind::Tree) => continue,
                (_, EntryKind::Tree) => match inspector.tree(id) {
                    Ok(_) => continue,
                    Err(why) => why,
                },
                (_, EntryKind::Commit) => continue,
                _ => match inspector.blob(id) {
                    Ok(()) => continue,
                    Err(why) => why,
                },
            };
            self.damage.push(FsckFinding::wrong(name, problem));
        }
        for shelf in [Shelf::Active, Shelf::Archived] {
            let path = vec![shelf.folder().to_owned()];
            for (name, tree) in self.folders(inspector, root, &path, Some(shelf.folder())) {
                self.read_shelf(inspector, shelf, &tree, vec![name]);
            }
        }
    }

    fn read_shelf(
        &mut self,
        inspector: &mut Inspector<'_>,
        shelf: Shelf,
        tree: &RawTree,
        path: Vec<String>,
    ) {
        for (name, tree) in self.folders(inspector, tree, &path, None) {
            let Ok(project) = name.parse::<Project>() else { continue };
            let path = vec![path[0].clone(), name];
            for (shard, tree) in self.folders(inspector, &tree, &path, None) {
                for entry in tree.entries() {
                    let file = entry.filename.to_string();
                    let id = id_of_file(&file, &shard);
                    let Some(id) = id.filter(|_| entry.mode.kind() == EntryKind::Blob) else {
                        continue;
                    };
                    let blob = entry.oid.to_owned();
                    let record = match inspector.blob(blob) {
                        Ok(()) => Some(blob),
                        Err(problem) => {
                            let place = format!("{}/{shard}/{file}", path.join("/"));
                            self.damage.push(FsckFinding::wrong(place, problem));
                            None
                        }
                    };
                    self.records.entry((project.clone(), id)).or_default().push((shelf, record));
                }
            }
        }
    }

    /// Returns the readable folders in a tree, or only the one with the name `only`.
    fn folders(
        &mut self,
        inspector: &mut Inspector<'_>,
        tree: &RawTree,
        path: &[String],
        only: Option<&str>,
    ) -> Vec<(String, RawTree)> {
        let mut folders = Vec::new();
        for entry in tree.entries().filter(|entry| entry.mode.is_tree()) {
            let name = entry.filename.to_string();
            if only.is_some_and(|only| name != only) {
                continue;
            }
            match inspector.tree(entry.oid.to_owned()) {
                Ok(tree) => folders.push((name, tree)),
                Err(problem) => {
                    let mut parts = path.to_vec();
                    if only.is_none() {
                        parts.push(name);
                    }
                    let place = parts.join("/");
                    self.cannot_read(parts, &place, problem);
                }
            }
        }
        folders
    }

    /// Returns the sessions with a record, readable or not.
    pub fn keys(&self) -> impl Iterator<Item = &FullKey> {
        self.records.keys()
    }

    /// Returns the state of a session.
    pub fn answer(&self, key: &FullKey) -> Answer {
        let records = self.records.get(key).map(Vec::as_slice).unwrap_or_default();
        let readable = records.iter().find_map(|(shelf, blob)| Some((*shelf, (*blob)?)));
        match readable {
            Some((shelf, blob)) => Answer::At(shelf, blob),
            None if !records.is_empty() || self.may_hold(key) => Answer::Unknown,
            None => Answer::Absent,
        }
    }

    fn may_hold(&self, key: &FullKey) -> bool {
        [Shelf::Active, Shelf::Archived].into_iter().any(|shelf| {
            let parts = place(key, shelf, Visibility::Public).components();
            self.unread.iter().any(|unread| parts.starts_with(unread))
        })
    }
}

/// Returns the location of a session's record on a shelf.
pub fn place(key: &FullKey, shelf: Shelf, visibility: Visibility) -> Location {
    Location { shelf, project: key.0.clone(), id: key.1, visibility }
}
