use std::collections::BTreeMap;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// What lies in a folder: of every file, link and folder the content's hash and the time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tree(BTreeMap<PathBuf, (u64, SystemTime)>);

/// Takes a picture of a folder, to prove later that nothing was written. A folder's own time tells
/// of files that came and went meanwhile.
pub fn tree_of(dir: impl AsRef<Path>) -> Tree {
    let mut entries = BTreeMap::new();
    let mut open = vec![dir.as_ref().to_owned()];
    while let Some(path) = open.pop() {
        let meta = fs::symlink_metadata(&path).expect("nobody removes files meanwhile");
        let mut hash = DefaultHasher::new();
        if meta.is_dir() {
            let inside = fs::read_dir(&path).expect("the folder can be read");
            open.extend(inside.map(|entry| entry.expect("an entry").path()));
        } else if meta.is_symlink() {
            fs::read_link(&path).expect("the link can be read").hash(&mut hash);
        } else if meta.is_file() {
            fs::read(&path).expect("the file can be read").hash(&mut hash);
        }
        let time = meta.modified().expect("the file system keeps times");
        entries.insert(path, (hash.finish(), time));
    }
    Tree(entries)
}

impl Tree {
    /// What is different in `later`: one line for each path, sorted.
    pub fn changes(&self, later: &Self) -> Vec<String> {
        let gone = self.0.keys().filter(|path| !later.0.contains_key(*path));
        let new = later.0.keys().filter(|path| !self.0.contains_key(*path));
        let kept = self.0.iter().filter_map(|(path, old)| Some((path, old, later.0.get(path)?)));
        let changed = kept.filter(|(_, old, new)| old != new).map(|(path, ..)| path);
        let mut lines: Vec<_> = gone
            .map(|path| format!("gone: {}", path.display()))
            .chain(new.map(|path| format!("new: {}", path.display())))
            .chain(changed.map(|path| format!("changed: {}", path.display())))
            .collect();
        lines.sort();
        lines
    }

    #[track_caller]
    pub fn assert_same(&self, later: &Self) {
        let changes = self.changes(later);
        assert!(changes.is_empty(), "nothing should have been written:\n{}", changes.join("\n"));
    }
}
