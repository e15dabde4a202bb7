//! Going through all records, and what else lies in the tree.

use std::collections::HashSet;

use gix::objs::tree::EntryKind;

use super::half::Half;
use super::layout::id_of_file;
use super::snapshot::load_record;
use super::{Entry, Listed, Location, Shelf, Snapshot, Store, StoreError, Visibility};
use crate::git::{ObjectError, RawTree, oid};
use crate::model::{Project, SessionId};

/// Before the paths of private folders that cannot be read.
const PRIVATE: &str = "private ";

/// So few records are read faster by one thread than a second one is started.
const FEW: usize = 64;

/// Something in the tree that is not where the layout says. It is left where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stray {
    /// The path in the tree; bytes that are not UTF-8 are replaced.
    pub path: String,
    /// What is wrong with it.
    pub why: String,
}

/// All that could be read of a shelf.
#[derive(Debug, Clone, Default)]
pub struct Listing {
    /// The sessions, newest first (by last update), ties by id; corrupt records at the end.
    pub sessions: Vec<Listed>,
    /// Folders that could not be read, so that sessions may be missing above.
    pub unreadable: Vec<Stray>,
}

enum Found {
    Record(Entry),
    Stray(Stray),
    Unreadable(String, ObjectError),
}

type Visit<'v> = dyn FnMut(Found) -> Result<(), StoreError> + 'v;

impl Snapshot<'_> {
    /// The places of all records on a shelf, sorted by project and id.
    ///
    /// # Errors
    /// When a part of the tree cannot be read.
    pub fn entries(&self, shelf: Shelf) -> Result<Vec<Entry>, StoreError> {
        let mut entries = Vec::new();
        self.walk(shelf, &mut |found| match found {
            Found::Record(entry) => {
                entries.push(entry);
                Ok(())
            }
            Found::Stray(_) => Ok(()),
            // The others are there nevertheless.
            Found::Unreadable(path, error) if path.starts_with(PRIVATE) => {
                self.note_unread(&error.into());
                Ok(())
            }
            Found::Unreadable(_, error) => Err(error.into()),
        })?;
        if self.half(Visibility::Private).is_some() {
            entries.sort_by(|a, b| a.location.cmp(&b.location));
        }
        Ok(entries)
    }

    /// The places of all records on a shelf that can be found, whatever else is broken.
    pub(super) fn found_entries(&self, shelf: Shelf) -> Result<Vec<Entry>, StoreError> {
        let mut entries = Vec::new();
        self.walk(shelf, &mut |found| {
            if let Found::Record(entry) = found {
                entries.push(entry);
            }
            Ok(())
        })?;
        Ok(entries)
    }

    /// All sessions on a shelf, in the order of [`Listing::sessions`].
    ///
    /// # Errors
    /// When a part of the tree cannot be read.
    pub fn list(&self, shelf: Shelf) -> Result<Vec<Listed>, StoreError> {
        Ok(self.load_all(self.entries(shelf)?))
    }

    /// All sessions on a shelf that can be read, and what cannot.
    pub fn listing(&self, shelf: Shelf) -> Listing {
        let (mut entries, mut unreadable) = (Vec::new(), Vec::new());
        let walked = self.walk(shelf, &mut |found| {
            match found {
                Found::Record(entry) => entries.push(entry),
                Found::Stray(_) => {}
                Found::Unreadable(path, error) => {
                    unreadable.push(Stray { path, why: error.to_string() });
                }
            }
            Ok(())
        });
        if let Err(error) = walked {
            let path = shelf.folder().to_owned();
            unreadable.push(Stray { path, why: error.to_string() });
        }
        Listing { sessions: self.load_all(entries), unreadable }
    }

    /// The sessions at these places, in the order of [`Listing::sessions`].
    pub fn load_all(&self, entries: Vec<Entry>) -> Vec<Listed> {
        let mut listed = load_in_parallel(self.store, entries);
        let now = self.store.clock().now();
        listed.sort_by(|a, b| {
            let time = |listed: &Listed| listed.session.as_ref().ok().map(|s| s.last_update(now));
            time(b).cmp(&time(a)).then_with(|| a.location.id.cmp(&b.location.id))
        });
        listed
    }

    /// The number of records on a shelf, corrupt ones too: as many as [`list`](Self::list) gives.
    pub fn count(&self, shelf: Shelf) -> Result<usize, StoreError> {
        Ok(self.entries(shelf)?.len())
    }

    /// The folders that cannot be read, so that sessions may be missing.
    ///
    /// # Errors
    /// When the top of a shelf cannot be read either.
    pub fn unreadable(&self) -> Result<Vec<Stray>, StoreError> {
        let mut unreadable = Vec::new();
        for shelf in [Shelf::Active, Shelf::Archived] {
            self.walk(shelf, &mut |found| {
                if let Found::Unreadable(path, error) = found {
                    unreadable.push(Stray { path, why: error.to_string() });
                }
                Ok(())
            })?;
        }
        Ok(unreadable)
    }

    /// Whatever is not where the layout says.
    pub fn strays(&self) -> Result<Vec<Stray>, StoreError> {
        let mut strays = Vec::new();
        for entry in self.root().entries() {
            let known = match entry.filename.to_string().as_str() {
                "version" => entry.mode.kind() == EntryKind::Blob,
                "sessions" | "archive" => entry.mode.is_tree(),
                _ => false,
            };
            if !known {
                strays.push(stray(
                    entry.filename.to_string(),
                    "does not belong at the top of a store",
                ));
            }
        }
        for shelf in [Shelf::Active, Shelf::Archived] {
            self.walk(shelf, &mut |found| {
                if let Found::Stray(stray) = found {
                    strays.push(stray);
                }
                Ok(())
            })?;
        }
        Ok(strays)
    }

    /// The sessions that have a private record on either shelf, as far as it can be found.
    pub fn private_sessions(&self) -> HashSet<(Project, SessionId)> {
        let mut known = HashSet::new();
        let Some(private) = self.half(Visibility::Private) else { return known };
        for shelf in [Shelf::Active, Shelf::Archived] {
            // What cannot be read is said where it is listed.
            let _ = self.walk_half(private, shelf, &mut |found| {
                if let Found::Record(Entry { location, .. }) = found {
                    known.insert(location.owner());
                }
                Ok(())
            });
        }
        known
    }

    fn walk(&self, shelf: Shelf, visit: &mut Visit<'_>) -> Result<(), StoreError> {
        let Some(private) = self.half(Visibility::Private) else {
            return self.halves().try_for_each(|half| self.walk_half(half, shelf, visit));
        };
        let known = self.private_sessions();
        let mut visit_private = |found| match found {
            Found::Unreadable(path, error) => {
                visit(Found::Unreadable(format!("{PRIVATE}{path}"), error))
            }
            found => visit(found),
        };
        if let Err(error) = self.walk_half(private, shelf, &mut visit_private) {
            self.note_unread(&error);
        }
        let mut visit_others = |found| match found {
            Found::Record(Entry { location, .. }) if known.contains(&location.owner()) => Ok(()),
            found => visit(found),
        };
        let public = self.halves().filter(|half| half.visibility == Visibility::Public);
        public.into_iter().try_for_each(|half| self.walk_half(half, shelf, &mut visit_others))
    }

    fn walk_half(
        &self,
        half: &Half,
        shelf: Shelf,
        visit: &mut Visit<'_>,
    ) -> Result<(), StoreError> {
        for (name, id) in folders(&self.shelf_tree(half, shelf)?, shelf.folder(), visit)? {
            let path = format!("{}/{name}", shelf.folder());
            let Ok(project) = name.parse::<Project>() else {
                visit(Found::Stray(stray(path, "is not a valid project name")))?;
                continue;
            };
            let Some(tree) = self.tree_at(&path, id, visit)? else { continue };
            for (shard, id) in folders(&tree, &path, visit)? {
                let path = format!("{path}/{shard}");
                let Some(tree) = self.tree_at(&path, id, visit)? else { continue };
                for entry in tree.entries() {
                    let place = (half.visibility, shelf, &project);
                    visit(classify(place, &path, &shard, &entry))?;
                }
            }
        }
        Ok(())
    }

    fn tree_at(
        &self,
        path: &str,
        id: gix::ObjectId,
        visit: &mut Visit<'_>,
    ) -> Result<Option<RawTree>, StoreError> {
        match self.store.repository().read_tree(id) {
            Ok(tree) => Ok(Some(tree)),
            Err(error) => visit(Found::Unreadable(path.to_owned(), error)).map(|()| None),
        }
    }
}

/// Reading a record is a little work for the disk and more for the processor: many are shared out.
fn load_in_parallel(store: &Store, entries: Vec<Entry>) -> Vec<Listed> {
    let threads = std::thread::available_parallelism().map_or(1, |count| count.get().min(8));
    let share = entries.len().div_ceil(threads).max(FEW);
    let load = |store: &Store, entries: &[Entry]| -> Vec<Listed> {
        let item = |entry: &Entry| Listed {
            session: load_record(store, entry),
            location: entry.location.clone(),
        };
        entries.iter().map(item).collect()
    };
    let mut shares = entries.chunks(share);
    let mine = shares.next().unwrap_or_default();
    std::thread::scope(|scope| {
        let others: Vec<_> = shares
            .map(|entries| {
                // A repository is for one thread at a time.
                let store = store.clone();
                scope.spawn(move || load(&store, entries))
            })
            .collect();
        let mut listed = load(store, mine);
        for other in others {
            listed.extend(other.join().expect("reading a record does not panic"));
        }
        listed
    })
}

/// What one entry of a shard is.
fn classify(
    (visibility, shelf, project): (Visibility, Shelf, &Project),
    path: &str,
    shard: &str,
    entry: &gix::objs::tree::EntryRef<'_>,
) -> Found {
    let name = entry.filename.to_string();
    match id_of_file(&name, shard) {
        Some(id) if entry.mode.kind() == EntryKind::Blob => {
            let location = Location { shelf, project: project.clone(), id, visibility };
            Found::Record(Entry { location, blob: oid(entry.oid.to_owned()) })
        }
        Some(_) => Found::Stray(stray(format!("{path}/{name}"), "is not a regular file")),
        None => {
            let why = "is not the record of an id that belongs here";
            Found::Stray(stray(format!("{path}/{name}"), why))
        }
    }
}

/// The folders in a tree; what is none is a stray.
fn folders(
    tree: &RawTree,
    path: &str,
    visit: &mut Visit<'_>,
) -> Result<Vec<(String, gix::ObjectId)>, StoreError> {
    let mut folders = Vec::new();
    for entry in tree.entries() {
        let name = entry.filename.to_string();
        if entry.mode.is_tree() {
            folders.push((name, entry.oid.to_owned()));
        } else {
            visit(Found::Stray(stray(format!("{path}/{name}"), "is not a directory")))?;
        }
    }
    Ok(folders)
}

fn stray(path: String, why: &str) -> Stray {
    Stray { path, why: why.to_owned() }
}
