//! Room for records: what lies in their way is put beside them, and kept.

use std::collections::BTreeMap;
use std::fmt;

use gix::bstr::BString;
use gix::objs::tree::EntryKind;

use super::edit::Edit;
use super::merge::{Item, Trees};
use super::{Location, Notice, Store, StoreError};
use crate::git::RawTree;

/// Something that lay where a record, or a folder above one, belongs, and was put beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Displaced {
    /// Where it lay; bytes that are not UTF-8 are replaced.
    pub path: String,
    /// Where it is kept.
    pub kept_at: String,
}

impl fmt::Display for Displaced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, kept_at } = self;
        write!(f, "'{path}' is in the way of a record, and kept as '{kept_at}'")
    }
}

impl Displaced {
    pub(super) fn new(from: &[BString], to: &[BString]) -> Self {
        let text = |path: &[BString]| {
            let names: Vec<_> = path.iter().map(ToString::to_string).collect();
            names.join("/")
        };
        Self { path: text(from), kept_at: text(to) }
    }
}

/// The places where something that lies in the way may be kept, best first. No project, shard or
/// record has such a name, so it is in nobody's way; and everybody who moves it finds the same one.
pub(super) fn beside(path: &[BString], (_, id): Item) -> impl Iterator<Item = Vec<BString>> {
    let path = path.to_vec();
    (1..).map(move |marks| {
        let mut path = path.clone();
        if let Some(name) = path.last_mut() {
            *name = format!("{name}{}{id}", "~".repeat(marks)).into();
        }
        path
    })
}

impl Store {
    /// What has to be moved before records are put at these places: what is no folder where one
    /// belongs, and no plain file where a record does.
    pub(super) fn make_room<'l>(
        &self,
        root: &RawTree,
        places: impl Iterator<Item = &'l Location>,
    ) -> Result<Vec<Edit>, StoreError> {
        let trees = Trees::new(self.repository());
        let root = Trees::folder(root);
        let mut moves = BTreeMap::new();
        for place in places {
            let path = place.components().map(BString::from);
            let mut folder = root.clone();
            for (depth, name) in path.iter().enumerate() {
                let is_last = depth + 1 == path.len();
                match folder.find(name) {
                    Some((EntryKind::Tree, id)) if !is_last => folder = trees.read(Some(id))?,
                    Some((EntryKind::Blob, _)) if is_last => break,
                    Some(item) => {
                        let from = &path[..=depth];
                        let is_free = |to: &Vec<BString>| {
                            folder.find(&to[depth]).is_none_or(|there| there == item)
                        };
                        let to = beside(from, item).find(is_free);
                        moves.insert(from.to_vec(), (item, to.expect("a folder has an end")));
                        break;
                    }
                    None => break,
                }
            }
        }
        let mut edits = Vec::new();
        for (from, (item, to)) in moves {
            self.tell(&Notice::Displaced(Displaced::new(&from, &to)));
            edits.push(Edit { path: from, entry: None });
            edits.push(Edit { path: to, entry: Some(item) });
        }
        Ok(edits)
    }
}
