use std::cell::RefCell;
use std::collections::VecDeque;
use std::sync::Arc;

use gix::ObjectId;
use gix::objs::Kind;

/// The capacity of the cache, and the largest object in it.
const COUNT: usize = 16;
const LARGEST: usize = 1 << 16;

/// The trees and commits that were last read or written. A change reads the ones it starts from
/// more than once, and so does a series of lookups.
///
/// Objects never change, so the cache is never wrong. A cached object may be gone from the disk,
/// however, and a change must not build on it: it starts with an empty cache.
#[derive(Clone, Default)]
pub struct ObjectCache(RefCell<VecDeque<Object>>);

type Object = (ObjectId, Kind, Arc<[u8]>);

impl ObjectCache {
    /// Returns an object, if it is cached.
    pub fn find(&self, id: &gix::oid) -> Option<(Kind, Arc<[u8]>)> {
        let kept = self.0.borrow();
        let (_, kind, data) = kept.iter().find(|(kept, ..)| **kept == *id)?;
        Some((*kind, data.clone()))
    }

    /// Empties the cache.
    pub fn forget(&self) {
        self.0.borrow_mut().clear();
    }

    /// Caches an object, unless it is too large or neither a tree nor a commit.
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
