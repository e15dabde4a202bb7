//! Makes room for records: entries in their place are moved aside and kept.
use crate::ledger::Edit;

use std::collections::BTreeMap;

use gix::bstr::BString;
use gix::objs::tree::EntryKind;

use super::displaced::{Displaced, beside};
use crate::git::RawTree;
use crate::store::merge::Trees;
use crate::store::{Location, Notice, Store, StoreError};

impl Store {
    /// Returns the edits that make room for records at these places. They move aside anything but a
    /// directory where a directory belongs, and anything but a regular file where a record does.
    pub(in crate::store) fn make_room<'l>(
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
                        let to = beside(from, item.1).find(is_free);
                        moves.insert(from.to_vec(), (item, to.expect("a folder has an end")));
                        break;
                    }
                    None => break,
                }
            }
        }
        let mut edits = Vec::new();
        for (from, (item, to)) in moves {
            self.notify(&Notice::Displaced(Displaced::new(&from, &to)));
            edits.push(Edit { path: from, entry: None });
            edits.push(Edit { path: to, entry: Some(item) });
        }
        Ok(edits)
    }
}
