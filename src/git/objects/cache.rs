use std::cell::RefCell;
use std::collections::VecDeque;
use std::sync::Arc;

use gix::ObjectId;
use gix::objs::Kind;

/// How many objects are kept, and how large they may be.
const COUNT: usize = 16;
const LARGEST: usize = 1 << 16;

/// The trees and commits that were last read or written: a change needs those it began with more
/// than once, and so does a row of lookups.
///
/// What an id names never changes, so what is kept is never wrong; but it may be gone from the disk
/// by now. What a change builds on must be there: it begins with nothing kept.
#[derive(Clone, Default)]
pub struct ObjectCache(RefCell<VecDeque<Object>>);

type Object = (ObjectId, Kind, Arc<[u8]>);

impl ObjectCache {
    /// An object, if it is kept.
    pub fn find(&self, id: &gix::oid) -> Option<(Kind, Arc<[u8]>)> {
        let kept = self.0.borrow();
        let (_, kind, data) = kept.iter().find(|(kept, ..)| **kept == *id)?;
        Some((*kind, data.clone()))
    }

    /// Keeps nothing any more.
    pub fn forget(&self) {
        self.0.borrow_mut().clear();
    }

    /// Keeps an object, if it is of the kind and size that may be needed again.
    pub fn keep(&self, id: &gix::oid, kind: Kind, data: &[u8]) {
        if !matches!(kind, Kind::Tree | Kind::Commit) || data.len() > LARGEST {
            return;
        }
        let mut kept = self.0.borrow_mut();
        if kept.len() == COUNT {
            kept.pop_back();
        }
        kept.push_front((id.to_owned(), kind, data.into()));
    }
}
