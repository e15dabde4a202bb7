use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use gix::ObjectId;
use gix::objs::Kind;

/// The capacity of the cache, and the largest object in it.
const COUNT: usize = 16;
const LARGEST: usize = 1 << 16;

/// The trees and commits that were last read or written. A change reads the ones it starts from
/// more than once, and so does a series of lookups.
///
/// All threads share it. Each access is short: the objects are not copied under the lock.
///
/// Objects never change, so the cache is never wrong. A cached object may be gone from the disk,
/// however, and a change must not build on it: it starts with an empty cache.
#[derive(Default)]
pub struct ObjectCache(Mutex<VecDeque<Object>>);

type Object = (ObjectId, Kind, Arc<[u8]>);

impl ObjectCache {
    /// Returns an object, if it is cached.
    pub fn find(&self, id: &gix::oid) -> Option<(Kind, Arc<[u8]>)> {
        let kept = self.kept();
        let (_, kind, data) = kept.iter().find(|(kept, ..)| **kept == *id)?;
        Some((*kind, data.clone()))
    }

    /// Empties the cache.
    pub fn forget(&self) {
        self.kept().clear();
    }

    /// Caches an object, unless it is too large or neither a tree nor a commit.
    pub fn keep(&self, id: &gix::oid, kind: Kind, data: &[u8]) {
        if !matches!(kind, Kind::Tree | Kind::Commit) || data.len() > LARGEST {
            return;
        }
        let object = (id.to_owned(), kind, data.into());
        let mut kept = self.kept();
        if kept.len() == COUNT {
            kept.pop_back();
        }
        kept.push_front(object);
    }

    fn kept(&self) -> MutexGuard<'_, VecDeque<Object>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
