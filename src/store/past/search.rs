use std::time::Duration;

use gix::ObjectId;

use super::encode::encode;
use super::file::Past;
use super::joined::Joined;
use super::new::New;
use super::order::Sequence;
use super::pages::Pages;
use crate::git::Repository;

const FILE: &str = "history";
const LOCK: &str = "history.lock";

/// How many new events are read for one answer without writing the file anew: so many, or a share
/// of those that it has.
const ENOUGH: usize = 1024;
const SHARE: usize = 256;

/// Where a search begins.
pub(in crate::store) struct Search<'r> {
    pub repo: &'r Repository,
    /// The newest public event.
    pub public: ObjectId,
    /// The events to begin at.
    pub tips: Vec<ObjectId>,
}

impl Search<'_> {
    /// Reads the file, and the commits that it lacks if they are few.
    pub fn known(&self) -> Option<Joined> {
        self.join(self.open()?)
    }

    /// Reads all commits that the file lacks, and rewrites it. Private events are never in it.
    pub fn built(&self) -> Option<Joined> {
        let old = self.open();
        let is_current = self.tips.contains(&self.public);
        let tip = if is_current { self.public } else { *self.tips.first()? };
        let bytes = self.build(old.as_ref(), tip).or_else(|| self.build(None, tip))?;
        if is_current {
            self.save(&bytes);
        }
        self.join(Past::open(Pages::of_bytes(bytes), self.repo.object_hash())?)
    }

    fn open(&self) -> Option<Past> {
        let file = std::fs::File::open(self.repo.ao_dir().join(FILE)).ok()?;
        Past::open(Pages::of_file(file)?, self.repo.object_hash())
    }

    fn join(&self, past: Past) -> Option<Joined> {
        let limit = ENOUGH.max(past.len() as usize / SHARE);
        let new = New::find(self.repo, Some(&past), &self.tips, limit)?;
        Some(Joined { past, new })
    }

    fn build(&self, old: Option<&Past>, tip: ObjectId) -> Option<Vec<u8>> {
        let new = New::find(self.repo, old, &[tip], usize::MAX)?;
        let (rows, tips) = new.onto(old)?;
        Some(encode(&rows, &Sequence::of(&rows, &tips), &tip))
    }

    fn save(&self, bytes: &[u8]) {
        // Nobody waits for it, and a file that cannot be written is no error.
        let Ok(_lock) = self.repo.lock_named(LOCK, Duration::ZERO) else { return };
        let _ = self.repo.replace_file(FILE, bytes);
    }
}
